// The trading host's route for portfolio history: which points in time a query asks for.
import { dayMs, minuteMs } from "../core/model/time.ts";
import { type HistoryPoint, historyOf } from "./portfolioHistory.ts";
import { instantParameter, isPlainDay, oneOf, refuse } from "./queryParameters.ts";
import {
  latestSession,
  midnightOf,
  newYorkDay,
  postCloseMs,
  preOpenMs,
  type Session,
  sessionOfDay,
  sessionsFromTo,
} from "./sessions.ts";
import { type Call, ok, type Reply, type Route } from "./wireTypes.ts";

export const portfolioRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/account/portfolio/history", serve: portfolioHistory },
];

const timeframes = ["1Min", "5Min", "15Min", "1H", "1D"] as const;
type Timeframe = (typeof timeframes)[number];
const widthMs = { "1Min": minuteMs, "5Min": 5 * minuteMs, "15Min": 15 * minuteMs, "1H": 60 * minuteMs, "1D": dayMs };
const reportings = ["market_hours", "extended_hours", "continuous"] as const;
type Reporting = (typeof reportings)[number];

/** What part of time is asked for; `fromDay` and `toDay` are days in New York, both included. */
type Span = { readonly fromMs: number; readonly toMs: number; readonly fromDay: string; readonly toDay: string };

function portfolioHistory({ state, tape, query }: Call): Reply {
  const extended = query.get("extended_hours") === "true" ? "extended_hours" : "market_hours";
  const reporting = oneOf(query, "intraday_reporting", reportings, extended, "trading");
  const reset = oneOf(query, "pnl_reset", ["per_day", "no_reset"], "per_day", "trading");
  const span = readSpan(query, state.nowMs, reporting);
  const days = (utc(span.toDay).getTime() - utc(span.fromDay).getTime()) / dayMs + 1;
  const usual: Timeframe = days < 7 ? "1Min" : days < 30 ? "15Min" : "1D";
  const timeframe = oneOf(query, "timeframe", timeframes, usual, "trading");
  if (timeframe !== "1D" && days > 31) refuse("trading", "for intraday timeframes only 30 days or less can be queried");
  const points = timeframe === "1D" ? dailyPoints(span) : intradayPoints(span, timeframe, reporting);
  const now = points.map(({ stampMs, valueMs }) => ({ stampMs, valueMs: Math.min(valueMs, state.nowMs) }));
  const history = historyOf(state, tape, now, timeframe !== "1D" && reset === "per_day");
  const cashflows = query.get("cashflow_types");
  // There are no deposits, dividends or fees, so no kind of cash flow has ever occurred.
  return ok({ ...history, timeframe, ...(cashflows && cashflows !== "NONE" && { cashflow: {} }) });
}

function readSpan(query: URLSearchParams, nowMs: number, reporting: Reporting): Span {
  const start = instantParameter(query, "start", "trading");
  const period = query.get("period");
  if (start !== undefined && period && query.get("end"))
    refuse("trading", "only two of start, end and period can be specified");
  const startMs = start === undefined ? undefined : Number(start / 1_000_000n);
  const [, count = "1", unit = "M"] =
    /^([1-9]\d{0,3})([DWMA])$/.exec(period || "1M") ?? refuse("trading", "invalid period");
  const givenEnd = endOf(query) ?? (startMs !== undefined && period ? after(startMs, Number(count), unit) : nowMs);
  const endMs = Math.min(givenEnd, nowMs);
  const toDay =
    reporting === "continuous" ? newYorkDay(endMs) : (latestOpen(endMs, reporting)?.day ?? newYorkDay(endMs));
  const fromDay =
    startMs === undefined ? dayAfter(daysBefore(toDay, Number(count), unit)) : firstDay(startMs, reporting);
  if (fromDay > dayAfter(toDay)) refuse("trading", "start must not be after end");
  const fromMs = startMs ?? midnightOf(fromDay);
  return { fromMs, toMs: endMs, fromDay, toDay };
}

/** A plain day, also under the older name `date_end`, ends with that day. */
function endOf(query: URLSearchParams): number | undefined {
  const name = query.get("end") ? "end" : "date_end";
  const end = instantParameter(query, name, "trading");
  if (end === undefined) return undefined;
  return isPlainDay(query.get(name) ?? "") ? Number(end / 1_000_000n) + dayMs - 1 : Number(end / 1_000_000n);
}

const beginOf = (session: Session, reporting: Reporting): number =>
  reporting === "market_hours" ? session.openMs : preOpenMs(session);
const endOfSession = (session: Session, reporting: Reporting): number =>
  reporting === "market_hours" ? session.closeMs : postCloseMs(session);

function latestOpen(ms: number, reporting: Reporting): Session | undefined {
  const today = sessionOfDay(newYorkDay(ms));
  return today !== undefined && beginOf(today, reporting) <= ms ? today : latestSession(ms);
}

/** A start after the day's session belongs to the next day. */
function firstDay(startMs: number, reporting: Reporting): string {
  const day = newYorkDay(startMs);
  const session = sessionOfDay(day);
  const over = reporting !== "continuous" && session !== undefined && startMs > endOfSession(session, reporting);
  return over ? dayAfter(day) : day;
}

const utc = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayAfter = (day: string): string => new Date(utc(day).getTime() + dayMs).toISOString().slice(0, 10);

function daysBefore(day: string, count: number, unit: string): string {
  const date = utc(day);
  if (unit === "D" || unit === "W") date.setUTCDate(date.getUTCDate() - count * (unit === "W" ? 7 : 1));
  else date.setUTCMonth(date.getUTCMonth() - count * (unit === "A" ? 12 : 1));
  return date.toISOString().slice(0, 10);
}

const after = (ms: number, count: number, unit: string): number =>
  ms + count * dayMs * ({ D: 1, W: 7, M: 30, A: 365 }[unit] ?? 1);

/** Stamped when extended trading ends, valued at the close. */
const dailyPoints = ({ fromDay, toDay, toMs }: Span): readonly HistoryPoint[] =>
  sessionsFromTo(fromDay, toDay)
    .filter(({ openMs }) => openMs <= toMs)
    .map((session) => ({ stampMs: postCloseMs(session), valueMs: session.closeMs }));

function intradayPoints(
  span: Span,
  timeframe: Exclude<Timeframe, "1D">,
  reporting: Reporting,
): readonly HistoryPoint[] {
  const width = widthMs[timeframe];
  if (reporting === "continuous") return pointsFromTo(Math.floor(span.fromMs / width) * width, span.toMs, width);
  return sessionsFromTo(span.fromDay, span.toDay).flatMap((session) =>
    pointsFromTo(beginOf(session, reporting), Math.min(endOfSession(session, reporting), span.toMs), width),
  );
}

/** The end has a point of its own. */
function pointsFromTo(fromMs: number, toMs: number, width: number): readonly HistoryPoint[] {
  const count = Math.max(0, Math.floor((toMs - fromMs) / width) + 1);
  return Array.from({ length: count }, (_, index) => ({
    stampMs: fromMs + index * width,
    valueMs: fromMs + (index + 1) * width,
  }));
}
