// Which bars the exchange's calendar has: the window of the newest closed ones, and their number between two moments.
import type { Timeframe } from "../model/market.ts";
import { addDays, type Instant, instantFromMs, msFromInstant, type TradingDay } from "../model/time.ts";
import { hoursOn, periodStart, type Span, widthOf } from "../monitoring/barBuckets.ts";
import {
  dayStart,
  previousTradingDay,
  sessionsBetween,
  tradingDayOf,
  tradingDaysBefore,
} from "../schedule/tradingCalendar.ts";

/** Milliseconds since the epoch; the end is outside. */
export type BarWindow = { readonly fromMs: number; readonly toMs: number };

/**
 * From the start of the `count`-th newest bar that is closed to the end of the newest. A day is closed when it is over in New York, for until
 * then its bar may still change; so is a week or a month. Throws RangeError when the calendar begins after.
 */
export function windowOf(timeframe: Timeframe, count: number, asOf: Instant): BarWindow {
  const width = widthOf(timeframe);
  if (width !== undefined) return intradayWindow(width, count, asOf);
  const today = tradingDayOf(asOf);
  if (timeframe === "1Week" || timeframe === "1Month") {
    const current = periodStart(today, timeframe);
    return between(timeframe === "1Week" ? addDays(current, -7 * count) : monthsBefore(current, count), current);
  }
  return between(tradingDaysBefore(today, count), today);
}

/** How many bars of minutes, hours or days the calendar has in a window that begins where a bar does. */
export function barsIn(timeframe: Timeframe, { fromMs, toMs }: BarWindow): number {
  if (fromMs >= toMs) return 0;
  const width = widthOf(timeframe);
  const sessions = sessionsBetween(dayOf(fromMs), dayOf(toMs - 1));
  if (width === undefined) return sessions.length;
  return sessions.reduce((sum, { openAt, closeAt }) => {
    const [openMs, closeMs] = [msFromInstant(openAt), msFromInstant(closeAt)];
    const first = Math.max(0, Math.floor((fromMs - openMs) / width));
    return sum + Math.max(0, Math.ceil((Math.min(toMs, closeMs) - openMs) / width) - first);
  }, 0);
}

const dayOf = (ms: number): TradingDay => tradingDayOf(instantFromMs(ms));

const between = (from: TradingDay, to: TradingDay): BarWindow => ({
  fromMs: msFromInstant(dayStart(from)),
  toMs: msFromInstant(dayStart(to)),
});

function monthsBefore(first: TradingDay, count: number): TradingDay {
  const month = new Date(`${first}T12:00:00Z`);
  month.setUTCMonth(month.getUTCMonth() - count);
  return month.toISOString().slice(0, 10) as TradingDay;
}

/** In the regular sessions, from the newest backwards. */
function intradayWindow(width: number, count: number, asOf: Instant): BarWindow {
  const asOfMs = msFromInstant(asOf);
  let left = count;
  let toMs: number | undefined;
  for (let day = tradingDayOf(asOf); ; day = previousTradingDay(day)) {
    const regular = hoursOn(day)?.regular;
    const closed = regular === undefined ? 0 : closedBars(regular, width, asOfMs);
    if (regular === undefined || closed === 0) continue;
    toMs ??= Math.min(regular.startMs + closed * width, regular.endMs);
    if (closed >= left) return { fromMs: regular.startMs + (closed - left) * width, toMs };
    left -= closed;
  }
}

const closedBars = ({ startMs, endMs }: Span, width: number, asOfMs: number): number =>
  asOfMs >= endMs ? Math.ceil((endMs - startMs) / width) : Math.max(0, Math.floor((asOfMs - startMs) / width));
