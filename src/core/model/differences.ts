// What differs between two values as JSON, and which of it loosens a risk limit.
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

/** In which direction each limit loosens: a larger value lets more through, or a smaller one does. */
const looserWhen: Readonly<Record<string, "larger" | "smaller">> = {
  maxOrderNotionalUsd: "larger",
  minOrderNotionalUsd: "smaller",
  maxPositionFraction: "larger",
  maxGrossFraction: "larger",
  "breakers.dailyLoss.fraction": "larger",
  "breakers.drawdown.fraction": "larger",
  "breakers.repeatedExecution.orders": "larger",
  // Fewer minutes hold fewer orders.
  "breakers.repeatedExecution.minutes": "smaller",
  "breakers.rejections.inARow": "larger",
};

/** A breaker that comes tightens and one that goes loosens; what is not known to tighten counts as loosening. */
function loosensLimit({ path, from, to }: Difference): boolean {
  if (from === undefined) return !path.startsWith("breakers");
  // `breakers` without a breaker watches for nothing.
  if (to === undefined) return !isJsonObject(from) || path !== "breakers" || Object.keys(from).length > 0;
  if (path.endsWith(".action")) return to !== "halt";
  const looser = looserWhen[path];
  if (looser === undefined || typeof from !== "number" || typeof to !== "number") return true;
  return looser === "larger" ? to > from : to < from;
}
