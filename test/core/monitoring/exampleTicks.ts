// Ticks as tests write them, and bars as they read them, on one day: Monday 2026-06-15, open from 13:30 to 20:00 UTC.
import type { BarSeries, Timeframe } from "../../../src/core/model/market.ts";
import { minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import {
  barsOf,
  type IntradayBars,
  type IntradayBarsOptions,
  openIntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { at } from "../examples.ts";

export const ms = (text: string): number => msFromInstant(at(text));

export const today = (time: string): number => ms(`2026-06-15T${time}Z`);
export const wholeDay = { symbol: "AAA", fromMs: today("00:00"), toMs: today("23:59") };

export const trade = (id: number | string, time: string, price: number, size = 100): Tick => ({
  symbol: "AAA",
  id,
  at: today(time),
  price,
  size,
});
export const correction = (
  id: number | string,
  originalId: number | string,
  time: string,
  price: number,
  size = 100,
): Tick => ({ symbol: "AAA", id, at: today(time), price, size, kind: "correction", originalId });
export const cancel = (originalId: number | string, time: string): Tick => ({
  symbol: "AAA",
  at: today(time),
  kind: "cancel",
  originalId,
});

export const open = (changes: Partial<IntradayBarsOptions> = {}): IntradayBars =>
  openIntradayBars({ latenessMs: 5_000, horizonMs: 5 * minuteMs, ...changes });

/** After these ticks, at the end of the evening. */
export const fed = (ticks: readonly Tick[], changes: Partial<IntradayBarsOptions> = {}): IntradayBars =>
  withClock(withTicks(open(changes), ticks), ms("2026-06-16T02:00Z"));

/** `13:30 o h l c v` for each bar. */
export const lines = ({ timeMs, open, high, low, close, volume }: BarSeries): readonly string[] =>
  [...timeMs].map((start, i) =>
    [new Date(start).toISOString().slice(11, 16), open[i], high[i], low[i], close[i], volume[i]].join(" "),
  );
export const minutes = (state: IntradayBars, timeframe: Timeframe = "1Min"): readonly string[] =>
  lines(barsOf(state, { ...wholeDay, timeframe }));
export const clock = (starts: readonly number[]): readonly string[] =>
  starts.map((start) => new Date(start).toISOString().slice(11, 16));
