// What a run reads through the whole stack: the fewest requests for what its strategies need, and bad symbols left out while the rest trade.
import { afterEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app/app.ts";
import type { BarSeries, LatestPrice } from "../../src/core/model/market.ts";
import { price } from "../../src/core/model/money.ts";
import type { RunInputs } from "../../src/core/model/run.ts";
import type { MarketData } from "../../src/ports/marketData.ts";
import { exampleConfig, flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const symbols = ["AAA", "BBB", "CCC"];
const weights = { name: "targetWeights", params: { weights: { AAA: 0.2, BBB: 0.2, CCC: 0.2 } } };
const days = { name: "movingAverageCross", params: { fast: 5, slow: 20 } };
const moreDays = { name: "timeSeriesMomentum" };
const minutes = { name: "openingRangeBreakout" };
const start = async (strategies: readonly object[], more: object = {}) => {
  stack = await runInMemory({ symbols, config: exampleConfig(symbols, { strategies, ...more }) });
  return stack;
};

/** Requests for market data since the last look. */
function counter(): () => { readonly bars: number; readonly snapshots: number } {
  let before = { bars: 0, snapshots: 0 };
  return () => {
    const requests = stack.simulator.requests();
    const now = { bars: requests["GET /v2/stocks/bars"] ?? 0, snapshots: requests["GET /v2/stocks/snapshots"] ?? 0 };
    const since = { bars: now.bars - before.bars, snapshots: now.snapshots - before.snapshots };
    before = now;
    return since;
  };
}

async function inputsOf(executionId: string): Promise<RunInputs> {
  const stored = await stack.ports.executions.loadPlan(executionId);
  if (stored === undefined) throw new Error(`${executionId} has no plan`);
  return stored.inputs;
}

describe("the history of a run", () => {
  test("costs no request where no strategy needs any", async () => {
    await start([weights]);
    const since = counter();
    const { executionId } = await stack.runNextSlot();
    expect(since().bars).toBe(0);
    expect((await inputsOf(executionId)).market.bars).toEqual([]);
  });

  test("is one request for the days of all strategies, and none for the rest of the day", async () => {
    await start([weights, days, moreDays]);
    const since = counter();
    await stack.runNextSlot();
    expect(since().bars).toBe(1);
    await stack.runNextSlot();
    expect(since().bars).toBe(0);
  });

  test("is one request more for minutes, in each run", async () => {
    await start([days, minutes]);
    const since = counter();
    await stack.runNextSlot();
    expect(since().bars).toBe(2);
    const { executionId } = await stack.runNextSlot();
    expect(since().bars).toBe(1);
    const { bars, excluded } = (await inputsOf(executionId)).market;
    expect(excluded).toEqual([]);
    expect(bars.map(({ symbol, timeframe, timeMs }) => `${symbol} ${timeframe} ${timeMs.length}`)).toEqual(
      symbols.flatMap((symbol) => [`${symbol} 5Min 78`, `${symbol} 1Day 20`]),
    );
  });

  test("is read once by all processes of a day, and again on the next", async () => {
    await start([days]);
    const since = counter();
    const processes = Array.from({ length: 3 }, () => createApp(stack.ports));
    for (const { taskService } of processes) await taskService.dryRun("example");
    expect(since()).toEqual({ bars: 1, snapshots: 3 });
    stack.setNow("2026-06-16T13:40:00Z");
    for (const { taskService } of processes) await taskService.dryRun("example");
    expect(since()).toEqual({ bars: 1, snapshots: 3 });
  });

  test("is there for a run that cannot reach the cache", async () => {
    await start([days]);
    const barCache = flaky(stack.ports.barCache, () => true, "STORE_UNAVAILABLE");
    const { taskService } = createApp({ ...stack.ports, barCache });
    expect((await taskService.dryRun("example")).excluded).toEqual([]);
  });
});

describe("bad data of one symbol", () => {
  /** The app as it stands, with the bars and the latest price of BBB changed on their way. */
  function withBad(change: {
    readonly bars?: (series: BarSeries) => BarSeries | undefined;
    readonly latest?: (latest: LatestPrice) => LatestPrice | undefined;
  }) {
    const { marketData } = stack.ports;
    const changed: MarketData = {
      ...marketData,
      bars: async (query) => {
        const bars = new Map(await marketData.bars(query));
        const bad = bars.get("BBB");
        const better = bad && change.bars ? change.bars(bad) : bad;
        if (better === undefined) bars.delete("BBB");
        else bars.set("BBB", better);
        return bars;
      },
      latestPrices: async (asked) => {
        const prices = new Map(await marketData.latestPrices(asked));
        const bad = prices.get("BBB");
        const better = bad && change.latest ? change.latest(bad) : bad;
        if (better === undefined) prices.delete("BBB");
        else prices.set("BBB", better);
        return prices;
      },
    };
    return createApp({ ...stack.ports, marketData: changed }).taskService;
  }
  const scaled = (series: BarSeries, by: number): BarSeries => {
    const scale = (column: Float64Array): Float64Array => column.map((value) => value * by);
    const { open, high, low, close } = series;
    return { ...series, open: scale(open), high: scale(high), low: scale(low), close: scale(close) };
  };
  const holed = (series: BarSeries): BarSeries => {
    const drop = (column: Float64Array): Float64Array => column.filter((_, index) => index < 3 || index > 6);
    const { timeMs, open, high, low, close, volume } = series;
    const columns = { open: drop(open), high: drop(high), low: drop(low), close: drop(close), volume: drop(volume) };
    return { ...series, ...columns, timeMs: drop(timeMs) };
  };

  test.each<[string, Parameters<typeof withBad>[0]]>([
    ["DATA_GAP", { bars: holed }],
    ["NOT_ENOUGH_HISTORY", { bars: () => undefined }],
    ["BAD_DATA", { bars: (series) => ({ ...series, low: series.high, high: series.low }) }],
    ["BAD_DATA", { bars: (series) => ({ ...series, timeMs: series.timeMs.toReversed() }) }],
    ["BAD_DATA", { bars: (series) => ({ ...series, low: series.low.map((low, index) => (index === 9 ? 0 : low)) }) }],
    ["BAD_DATA", { bars: (series) => ({ ...series, high: series.high.map((h, index) => (index === 9 ? 2 * h : h)) }) }],
    ["BAD_DATA", { bars: (series) => ({ ...series, timeMs: series.timeMs.with(-1, Number.NaN) }) }],
    ["NO_PRICE", { latest: () => undefined }],
    ["NO_DATA", { bars: () => undefined, latest: () => undefined }],
    ["STALE_DATA", { bars: (series) => ({ ...series, timeMs: series.timeMs.map((ms) => ms - 7 * 86_400_000) }) }],
    ["ADJUSTMENT_MISMATCH", { bars: (series) => scaled(series, 0.25) }],
    ["IMPLAUSIBLE_PRICE", { latest: (latest) => ({ ...latest, price: price(Number(latest.price) * 4) }) }],
  ])("is told as %s, and the others trade", async (code, change) => {
    await start([weights, days]);
    const { excluded, skip, tickets } = await withBad(change).dryRun("example");
    expect(excluded).toMatchObject([{ symbol: "BBB", code }]);
    expect(skip).toBeUndefined();
    expect(tickets.map(({ symbol }) => symbol).sort()).toEqual(["AAA", "CCC"]);
  });

  test("is no fault where the feed sends a bar that is not closed: nobody sees it", async () => {
    await start([weights, days]);
    const more = (column: Float64Array, value = column.at(-1) ?? 0) => Float64Array.of(...column, value);
    const open = (series: BarSeries): BarSeries => {
      const { timeMs, open, high, low, close, volume } = series;
      const columns = { open: more(open), high: more(high), low: more(low), close: more(close), volume: more(volume) };
      return { ...series, ...columns, timeMs: more(timeMs, Date.parse("2026-06-15T04:00:00Z")) };
    };
    const seen = async (tasks: ReturnType<typeof withBad>) => {
      const { signals, excluded } = await tasks.dryRun("example");
      return { signals: signals.filter(({ symbol }) => symbol === "BBB"), excluded };
    };
    const [closed, unfinished] = [await seen(withBad({})), await seen(withBad({ bars: open }))];
    expect(closed.signals).toHaveLength(2);
    expect(unfinished).toEqual(closed);
  });

  test("ends the run where the task wants all of its symbols", async () => {
    await start([weights, days], { badData: "skipRun" });
    const { skip, tickets } = await withBad({ bars: holed }).dryRun("example");
    expect(skip).toMatchObject({ code: "NO_MARKET_DATA", reason: expect.stringContaining("BBB") });
    expect(tickets).toEqual([]);
  });

  test("that may be one from before a split is asked for again by the next run, which then trades it", async () => {
    await start([weights, days]);
    const since = counter();
    let isAdjusted = false;
    const tasks = withBad({
      bars: (series) => (isAdjusted ? series : scaled(series, 4)),
      latest: ({ previousClose: _, ...latest }) => latest,
    });
    expect((await tasks.dryRun("example")).excluded).toMatchObject([{ symbol: "BBB", code: "IMPLAUSIBLE_PRICE" }]);
    isAdjusted = true;
    expect((await tasks.dryRun("example")).excluded).toEqual([]);
    expect((await tasks.dryRun("example")).excluded).toEqual([]);
    expect(since().bars).toBe(2);
  });
});
