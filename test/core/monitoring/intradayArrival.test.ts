// Whatever way ticks arrive, the bars are those of the distinct trades that stand in the end.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Timeframe } from "../../../src/core/model/market.ts";
import { minuteMs } from "../../../src/core/model/time.ts";
import {
  barsOf,
  type IntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { fed, minutes, ms, open, today, wholeDay } from "./exampleTicks.ts";

type TradeTick = Exclude<Tick, { kind: "cancel" }>;

const openMs = today("13:30");

/** From ten minutes before the open; whole prices and sizes, and few milliseconds, so that trades often meet. */
const tradesFrom = (firstId: number) =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: -20, max: 80 }).map((half) => openMs + half * 30_000),
        price: fc.integer({ min: 1, max: 50 }),
        size: fc.integer({ min: 0, max: 900 }),
      }),
      { maxLength: 40 },
    )
    .map((trades): readonly TradeTick[] =>
      trades.map((trade, index) => ({ symbol: "AAA", id: firstId + index, ...trade })),
    );

/** Trades, some of them corrected once, some cancelled, and which trades then stand. */
const history = fc
  .tuple(tradesFrom(0), tradesFrom(1000), fc.uniqueArray(fc.nat({ max: 39 }), { maxLength: 5 }))
  .map(([trades, replacements, cancelled]) => {
    const corrections = trades.flatMap((original, index): readonly TradeTick[] => {
      const replacement = replacements[index];
      if (replacement === undefined || index % 3 !== 0) return [];
      return [{ ...replacement, kind: "correction", originalId: original.id }];
    });
    const cancels = trades
      .filter((_, index) => cancelled.includes(index))
      .map((original): Tick => ({ symbol: "AAA", kind: "cancel", originalId: original.id, at: original.at }));
    const standing = trades.flatMap((original, index) => {
      if (cancelled.includes(index)) return [];
      const corrected = corrections.find((tick) => tick.kind === "correction" && tick.originalId === original.id);
      return [corrected ?? original];
    });
    return { ticks: [...trades, ...corrections, ...cancels], standing };
  });

/** Bars of so many minutes straight from trades, with no other notion than the clock's. */
function plainBars(trades: readonly TradeTick[], width: number): readonly string[] {
  const inside = trades.filter(({ at }) => at >= openMs).toSorted((a, b) => a.at - b.at || Number(a.id) - Number(b.id));
  const groups = Map.groupBy(
    inside,
    ({ at }) => openMs + Math.floor((at - openMs) / (width * minuteMs)) * width * minuteMs,
  );
  return [...groups].map(([start, group]) => {
    const prices = group.map(({ price }) => price);
    const volume = group.reduce((sum, { size }) => sum + size, 0);
    const ends = [prices[0], Math.max(...prices), Math.min(...prices), prices.at(-1), volume];
    return [new Date(start).toISOString().slice(11, 16), ...ends].join(" ");
  });
}

/** The same values in another order; more picks than values leave some in twice. */
const arrival = history.chain(({ ticks, standing }) =>
  fc
    .tuple(
      fc.shuffledSubarray([...ticks], { minLength: ticks.length }),
      ticks.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...ticks), { maxLength: 20 }),
      fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
    )
    .map(([shuffled, repeated, cuts]) => ({ ticks, standing, arriving: [...shuffled, ...repeated], cuts })),
);

describe("for any trades, corrections and cancels", () => {
  test.each([
    [1, "1Min"],
    [5, "5Min"],
    [15, "15Min"],
    [30, "30Min"],
    [60, "1Hour"],
  ] as const)("bars of %i minutes are those of the trades that stand", (width, timeframe) => {
    fc.assert(
      fc.property(arrival, ({ arriving, standing }) => {
        expect(minutes(fed(arriving), timeframe)).toEqual(plainBars(standing, width));
      }),
    );
  });

  test("any order and any repetition gives the same bars", () => {
    fc.assert(
      fc.property(arrival, ({ ticks, arriving }) => {
        expect(minutes(fed(arriving))).toEqual(minutes(fed(ticks)));
        expect(minutes(fed(arriving), "1Day")).toEqual(minutes(fed(ticks), "1Day"));
      }),
    );
  });

  test("it makes no difference in which batches they come, counts included", () => {
    fc.assert(
      fc.property(arrival, ({ arriving, cuts }) => {
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), arriving.length];
        let state: IntradayBars = open();
        for (const [index, from] of bounds.entries()) state = withTicks(state, arriving.slice(from, bounds[index + 1]));
        const inBatches = withClock(state, ms("2026-06-16T02:00Z"));
        expect(inBatches).toEqual(fed(arriving));
      }),
    );
  });

  test("a clock that ticks between them makes none either, while no tick is past its horizon", () => {
    fc.assert(
      fc.property(arrival, fc.array(fc.nat({ max: 40 })), ({ arriving }, clocks) => {
        let state: IntradayBars = open({ horizonMs: 60 * minuteMs });
        for (const [index, tick] of arriving.entries()) {
          state = withTicks(withClock(state, openMs + (clocks[index] ?? 0) * minuteMs), [tick]);
        }
        expect(minutes(withClock(state, ms("2026-06-16T02:00Z")))).toEqual(minutes(fed(arriving)));
      }),
    );
  });

  test("a trade that is past its horizon is counted, and the others are all in the bars", () => {
    fc.assert(
      fc.property(tradesFrom(0), fc.array(fc.nat({ max: 60 })), (trades, clocks) => {
        let state: IntradayBars = open();
        const kept: TradeTick[] = [];
        for (const [index, tick] of trades.entries()) {
          state = withTicks(withClock(state, openMs + (clocks[index] ?? 0) * minuteMs), [tick]);
          if (state.nowMs < Math.floor(tick.at / minuteMs) * minuteMs + 6 * minuteMs) kept.push(tick);
        }
        expect(minutes(withClock(state, ms("2026-06-16T02:00Z")))).toEqual(plainBars(kept, 1));
        const outside = trades.filter(({ at }) => at < openMs).length;
        expect(state.dropped.outsideHours).toBe(outside);
        expect(state.dropped.late).toBe(trades.filter((tick) => tick.at >= openMs && !kept.includes(tick)).length);
      }),
    );
  });

  test("the high is at or above and the low at or below open and close, in the session alone, oldest first", () => {
    fc.assert(
      fc.property(arrival, fc.constantFrom<Timeframe>("1Min", "5Min", "1Hour", "1Day"), ({ arriving }, timeframe) => {
        const { timeMs, open, high, low, close } = barsOf(fed(arriving), { ...wholeDay, timeframe });
        for (const [i, start] of timeMs.entries()) {
          expect(high[i]).toBeGreaterThanOrEqual(Math.max(open[i] ?? 0, close[i] ?? 0));
          expect(low[i]).toBeLessThanOrEqual(Math.min(open[i] ?? 0, close[i] ?? 0));
          expect(start).toBeGreaterThanOrEqual(timeframe === "1Day" ? today("04:00") : openMs);
          expect(start).toBeGreaterThan(timeMs[i - 1] ?? 0);
        }
      }),
    );
  });
});
