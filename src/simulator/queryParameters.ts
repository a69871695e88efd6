// Reading query parameters as Alpaca reads them; what cannot be read throws the 4xx it answers with.
import { midnightOf } from "./sessions.ts";
import { BadRequest, errorReply } from "./wireTypes.ts";

/** Trading routes answer 422 with a code, market data routes 400 without. */
export type Dialect = "trading" | "data";

export function refuse(dialect: Dialect, message: string): never {
  throw new BadRequest(dialect === "trading" ? errorReply(422, message, 40010001) : errorReply(400, message));
}

export function wholeNumber(
  query: URLSearchParams,
  name: string,
  range: { readonly from: number; readonly to: number; readonly otherwise: number },
  dialect: Dialect,
): number {
  const text = query.get(name);
  if (text === null || text === "") return range.otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.from && value <= range.to) return value;
  return refuse(dialect, `invalid ${name}: must be a number between ${range.from} and ${range.to}`);
}

export function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
  otherwise: T,
  dialect: Dialect,
): T {
  const text = query.get(name);
  if (text === null || text === "") return otherwise;
  return allowed.find((each) => each === text) ?? refuse(dialect, `invalid ${name}: ${text}`);
}

/** A comma-separated list, without blanks and doubles; empty when the parameter is absent. */
export const list = (query: URLSearchParams, name: string): readonly string[] => [
  ...new Set(
    (query.get(name) ?? "")
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== ""),
  ),
];

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Nanoseconds since the epoch of an RFC 3339 instant or, for a plain date, of midnight in New York; undefined when it is neither. */
export function nanosOf(text: string): bigint | undefined {
  if (day.test(text)) {
    const valid = !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
    return valid ? BigInt(midnightOf(text)) * 1_000_000n : undefined;
  }
  // A plus sign that was not escaped arrives as a blank.
  const [, seconds = "", fraction = "", offset = ""] = instant.exec(text.replace(" ", "+")) ?? [];
  const ms = Date.parse(`${seconds}${offset}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

export const isPlainDay = (text: string): boolean => day.test(text);

/** The instant of a parameter; undefined when the parameter is absent. */
export function instantParameter(query: URLSearchParams, name: string, dialect: Dialect): bigint | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  return nanosOf(text) ?? refuse(dialect, `invalid ${name}: ${text} is neither RFC-3339 nor YYYY-MM-DD`);
}
