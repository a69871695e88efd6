// What differs between two values as JSON, and which of it loosens a risk limit.
import { looserWhen } from "./limits.ts";
import { isJsonObject } from "./mergePatch.ts";
import type { SectionName } from "./settings.ts";

/** One value that differs, by its path in the whole; undefined where it is absent. */
export type Difference = {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** More may be traded, or less is watched for, than before. */
  readonly loosens: boolean;
};

/** What differs, in the order of the paths. Lists are compared as wholes: in most of them the place of an item says nothing. */
export function differencesOf(from: unknown, to: unknown, path = ""): readonly Difference[] {
  if (isJsonObject(from) && isJsonObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return names.flatMap((name) =>
      differencesOf(fieldOf(from, name), fieldOf(to, name), path === "" ? name : `${path}.${name}`),
    );
  }
  return isSame(from, to) ? [] : [{ path, from, to, loosens: false }];
}

/** What differs between two values of a section; in the risk limits, with what it loosens. */
export const sectionDifferences = (section: SectionName, from: unknown, to: unknown): readonly Difference[] =>
  differencesOf(from, to).map((each) => (section === "risk_limits" ? { ...each, loosens: loosensLimit(each) } : each));

const fieldOf = (value: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: unknown, index) => isSame(item, b[index]));
  if (isJsonObject(a) && isJsonObject(b)) return differencesOf(a, b).length === 0;
  return a === b;
}

/** The same of what the breakers go by. */
const looserBreakerWhen: Readonly<Record<string, "larger" | "smaller">> = {
  "breakers.dailyLoss.fraction": "larger",
  "breakers.drawdown.fraction": "larger",
  "breakers.repeatedExecution.orders": "larger",
  // Fewer minutes hold fewer orders.
  "breakers.repeatedExecution.minutes": "smaller",
  "breakers.rejections.inARow": "larger",
};

/** What comes tightens and what goes loosens, for of several limits the tightest holds; what is not known to tighten counts as loosening. */
function loosensLimit({ path, from, to }: Pick<Difference, "path" | "from" | "to">): boolean {
  // A group of limits is as strong as what is in it, and one without any is none.
  if (from === undefined && isJsonObject(to))
    return Object.entries(to).some(([name, value]) => loosensLimit({ path: `${path}.${name}`, from, to: value }));
  if (to === undefined && isJsonObject(from))
    return Object.entries(from).some(([name, value]) => loosensLimit({ path: `${path}.${name}`, from: value, to }));
  if (path === "restrictedSymbols") return !isWithin(from ?? [], to ?? []);
  if (path === "allowedSymbols") return to === undefined || (from !== undefined && !isWithin(to, from));
  if (path.startsWith("breakers.") && path.endsWith(".action")) return to !== "halt" && from !== undefined;
  const looser = directionOf(path);
  if (looser === undefined || to === undefined) return true;
  if (from === undefined) return false;
  if (typeof from !== "number" || typeof to !== "number") return true;
  return looser === "larger" ? to > from : to < from;
}

/** Of a limit on everything, or on one symbol or strategy: those are named as the common ones are. */
function directionOf(path: string): "larger" | "smaller" | undefined {
  const name = /^(?:symbols|strategies)\..+\.(\w+)$/.exec(path)?.[1] ?? path;
  const directions: Readonly<Record<string, "larger" | "smaller">> = { ...looserWhen, ...looserBreakerWhen };
  return Object.hasOwn(directions, name) ? directions[name] : undefined;
}

const isWithin = (part: unknown, whole: unknown): boolean =>
  Array.isArray(part) && Array.isArray(whole) && part.every((item) => whole.includes(item));
