// Reading what comes from outside: the shapes that many schemas share, and faults with their paths.
import { z } from "zod";
import type { Fault } from "./errors.ts";
import { ConfigError } from "./errors.ts";
import { type Instant, parseInstant, parseTradingDay, type TradingDay } from "./time.ts";

export const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 09:30");
export const zone = z.string().refine(isTimeZone, "must be an IANA time zone such as America/New_York");
export const fraction = z.number().gt(0).max(1);
export const dollars = z.number().positive().max(1e12);
export const symbol = z.string().regex(/^[A-Z][A-Z0-9.]{0,11}$/, "must be a symbol such as SPY");
export const symbols = z
  .array(symbol)
  .min(1)
  .max(1000)
  .refine((given) => new Set(given).size === given.length, "names a symbol twice");

export const tradingDay = z.string().transform((text, context): TradingDay => {
  const day = parseTradingDay(text);
  if (day !== undefined) return day;
  context.addIssue({ code: "custom", message: "must be a day such as 2026-12-24" });
  return z.NEVER;
});

export const instant = z.string().transform((text, context): Instant => {
  const value = parseInstant(text);
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: "must be an instant such as 2026-06-15T13:30:00Z" });
  return z.NEVER;
});

/** Asking for a zone is slow, and few are ever asked for. */
const knownZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Every issue of a failed validation as a fault with its path, `tasks[0].schedule.cron`. Where a value may have one of several shapes, the
 * faults of the shape that it comes nearest to.
 */
export const faultsOf = (error: z.ZodError, root = ""): readonly Fault[] =>
  error.issues.flatMap((issue) => faultsOfIssue(issue, root));

function faultsOfIssue(issue: z.core.$ZodIssue, root: string): readonly Fault[] {
  const path = pathOf(issue.path, root);
  // Each by its own path: a misspelt name is found where it stands.
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: pathOf([key], path), message: "is not known here" }));
  // Words of its own say more of a choice than the faults of any one shape.
  if (issue.code !== "invalid_union" || issue.errors.length === 0 || issue.message !== unionMessage)
    return [{ path: path || "(whole)", message: wordsOf(issue) }];
  const nearest = issue.errors.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  return nearest.flatMap((inner) => faultsOfIssue(inner, path));
}

const unionMessage = "Invalid input";

/** What zod says of an issue in words that tell what to do. */
const wordsOf = ({ message }: z.core.$ZodIssue): string =>
  message.endsWith(", received undefined") ? "is missing" : message.replace(/^Invalid (?:input|option): /, "");

/** How far a value is from a shape: another kind of value altogether is further than one with wrong parts. */
const distance = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, { code, path }) => sum + (code === "invalid_type" && path.length === 0 ? 100 : 1), 0);

const pathOf = (keys: readonly PropertyKey[], root: string): string =>
  keys.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${String(key)}`),
    root,
  );

/** Validates `value`; throws ConfigError with every fault, `what` naming the source. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(what, faultsOf(result.error));
}
