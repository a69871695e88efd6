// Bars of real trading: minute bars taken apart into trades and put together again.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { minuteMs } from "../../../src/core/model/time.ts";
import { hoursOn } from "../../../src/core/monitoring/barBuckets.ts";
import {
  barsOf,
  openIntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { day } from "../examples.ts";
import { ms } from "./exampleTicks.ts";

type Bar = Record<"startMs" | "open" | "high" | "low" | "close" | "volume", number>;

const hourMs = 60 * minuteMs;
const folder = join(import.meta.dirname, "../../../../shared/data/market/minute");

/** The rows of a file of minute bars that lie in the session, or also in its extended hours. */
function realMinutes(symbol: string, extended: boolean): readonly Bar[] {
  const rows = readFileSync(join(folder, `${symbol}-2013-10.csv`), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  const bars = rows.map((row): Bar => {
    const [, time = "", ...columns] = row.split(",");
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = columns.map(Number);
    return { startMs: Date.parse(time), open, high, low, close, volume };
  });
  return bars.filter(({ startMs }) => {
    const hours = hoursOn(day(new Date(startMs - 4 * hourMs).toISOString().slice(0, 10)));
    if (hours === undefined) return false;
    const [first, end] = extended
      ? [hours.beforeOpen.startMs, hours.afterClose.endMs]
      : [hours.regular.startMs, hours.regular.endMs];
    return first <= startMs && startMs < end;
  });
}

/** Four trades that make this minute bar, a quarter of its volume each. */
const ticksOf = (symbol: string, { startMs, open, high, low, close, volume }: Bar): readonly Tick[] =>
  [open, high, low, close].map((price, index) => ({
    symbol,
    id: `${startMs}-${index}`,
    at: startMs + index * 15_000,
    price,
    size: volume / 4,
  }));

const asBars = ({ timeMs, open, high, low, close, volume }: ReturnType<typeof barsOf>): readonly Bar[] =>
  [...timeMs].map((startMs, i) => ({
    startMs,
    open: open[i] ?? 0,
    high: high[i] ?? 0,
    low: low[i] ?? 0,
    close: close[i] ?? 0,
    volume: volume[i] ?? 0,
  }));

const all = { fromMs: 0, toMs: ms("2013-11-01T00:00Z") };

describe.skipIf(!existsSync(folder))("the sample data beside the project (skipped where it is absent)", () => {
  test.each(["AIG", "BAC", "IBM", "SPY"])(
    "four trades for each minute make the minutes of %s again, fed as they come",
    (symbol) => {
      for (const extendedHours of [false, true]) {
        const rows = realMinutes(symbol, extendedHours);
        expect(rows.length).toBeGreaterThan(2000);
        let state = openIntradayBars({ latenessMs: 0, horizonMs: 60_000, extendedHours });
        for (const row of rows) {
          state = withClock(withTicks(state, ticksOf(symbol, row).toReversed()), row.startMs + minuteMs);
        }
        state = withClock(state, all.toMs);
        expect(asBars(barsOf(state, { symbol, ...all, timeframe: "1Min" }))).toEqual(rows);
        expect(state.books.get(symbol)?.trades.size).toBe(0);
      }
    },
  );

  test("the hours of IBM are those of its minutes", () => {
    const rows = realMinutes("IBM", false);
    const state = withClock(
      withTicks(
        openIntradayBars({ latenessMs: 0, horizonMs: 0 }),
        rows.flatMap((row) => ticksOf("IBM", row)),
      ),
      all.toMs,
    );
    const hours = asBars(barsOf(state, { symbol: "IBM", ...all, timeframe: "1Hour" }));
    const days = new Set(rows.map(({ startMs }) => new Date(startMs).toISOString().slice(0, 10)));
    expect(hours).toHaveLength(days.size * 7);
    for (const hour of hours) {
      // Half past in UTC in October, as in New York: an hour later the next begins.
      const inside = rows.filter(({ startMs }) => startMs >= hour.startMs && startMs < hour.startMs + hourMs);
      expect(hour).toEqual({
        startMs: hour.startMs,
        open: inside[0]?.open,
        high: Math.max(...inside.map(({ high }) => high)),
        low: Math.min(...inside.map(({ low }) => low)),
        close: inside.at(-1)?.close,
        volume: inside.reduce((sum, { volume }) => sum + volume, 0),
      });
    }
  });
});
