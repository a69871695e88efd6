// Where a run is listed: a partition a year, and in it a row in each index that the run belongs to, newest first.
import type { RunSummary } from "../../core/model/run.ts";
import { dayMs, type Instant, instantFromMs, msFromInstant, type TradingDay } from "../../core/model/time.ts";
import { dayStart, tradingDayOf } from "../../core/schedule/tradingCalendar.ts";
import type { ExecutionFilter } from "../../ports/stores.ts";
import { newestFirst } from "./rowShapes.ts";

/** The same in every index, so that a page may go on in another one: where a run stands between the newest and the oldest. */
export type Position = string;

const longest = 9_999_999_999_999;
/** Messages that nobody can read may name any slot: one before 1970 or after 2286 is listed at that end. */
const listedMs = (slot: Instant): number => Math.min(Math.max(msFromInstant(slot), 0), longest);
const placeOf = (slot: Instant): string => newestFirst(instantFromMs(listedMs(slot)));

/** Bounded by the year: all indexes of a run are in one partition, so that one transaction changes them together. */
export const yearOf = (slot: Instant): string => instantFromMs(listedMs(slot)).slice(0, 4);
export const positionOf = ({ slot, executionId }: Pick<RunSummary, "slot" | "executionId">): Position =>
  `${placeOf(slot)}_${executionId}`;
export const positionPattern = /^\d{13}_[^/\\#?\p{Cc}]{1,120}$/u;
export const yearOfPosition = (position: Position): string =>
  instantFromMs(longest - Number(position.slice(0, 13))).slice(0, 4);

/** The row keys of an index begin with this. */
export const allRuns = "all_";
const byTask = (taskId: string): string => `task_${taskId}_`;
export const byStatus = (status: string): string => `status_${status}_`;
export const bySymbol = (symbol: string): string => `symbol_${symbol}_`;

/** The indexes of a run but for those by symbol; the first of them is written last and removed last. */
export const mainIndexes = ({ taskId, status }: Pick<RunSummary, "taskId" | "status">): readonly string[] => [
  allRuns,
  byTask(taskId),
  byStatus(status),
];

/** The indexes that hold every run of a filter. */
export function indexesOf({ taskId, status, symbol }: ExecutionFilter): readonly string[] {
  const narrow = [
    ...(taskId === undefined ? [] : [byTask(taskId)]),
    ...(symbol === undefined ? [] : [bySymbol(symbol)]),
    ...(status === undefined ? [] : [byStatus(status)]),
  ];
  return narrow.length === 0 ? [allRuns] : narrow;
}

/** Whether a run is one of those asked for, whatever index it was found in. */
export const isAskedFor = (run: RunSummary, { taskId, status, symbol }: ExecutionFilter): boolean =>
  (taskId === undefined || run.taskId === taskId) &&
  (status === undefined || run.status === status) &&
  (symbol === undefined || run.symbols.includes(symbol));

/** The first and the last position of a filter's slots, both included, and their years. Undefined: no slot is in it. */
export function rangeOf({ from, to, day }: ExecutionFilter) {
  const bounds = day === undefined ? undefined : boundsOf(day);
  const oldest = latest([instantFromMs(0), ...(from === undefined ? [] : [from]), ...(bounds ? [bounds.first] : [])]);
  const newest = earliest([
    instantFromMs(longest),
    ...(to === undefined ? [] : [to]),
    ...(bounds ? [bounds.last] : []),
  ]);
  if (oldest > newest) return undefined;
  return {
    first: placeOf(newest),
    // Beyond the key of the instant itself, so that the ids behind that key are in.
    last: `${placeOf(oldest)}~`,
    newestYear: yearOf(newest),
    oldestYear: yearOf(oldest),
  };
}

const latest = (instants: readonly Instant[]): Instant =>
  instants.reduce((a, b) => (listedMs(a) > listedMs(b) ? a : b));
const earliest = (instants: readonly Instant[]): Instant =>
  instants.reduce((a, b) => (listedMs(a) < listedMs(b) ? a : b));

/** A trading day from midnight to midnight in New York, both included. */
function boundsOf(day: TradingDay): { readonly first: Instant; readonly last: Instant } {
  const first = dayStart(day);
  // Thirty hours on is the next day, however long this one is.
  const next = dayStart(tradingDayOf(instantFromMs(msFromInstant(first) + 1.25 * dayMs)));
  return { first, last: instantFromMs(msFromInstant(next) - 1) };
}
