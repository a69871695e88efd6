// The judgement of fetched data: each fault excludes its symbol with a reason, and the others stay.
import { expect, test } from "vitest";
import type { BarSeries, LatestPrice } from "../../../src/core/model/market.ts";
import { price } from "../../../src/core/model/money.ts";
import { type FetchedData, judgeSymbols } from "../../../src/core/planning/marketSnapshot.ts";
import { at, day, exampleBars } from "../examples.ts";

const good = exampleBars("AAA", [10, 11, 12]);
const latest = (changes: Partial<LatestPrice> = {}): LatestPrice => ({
  symbol: "AAA",
  price: price("12.5"),
  at: at("2026-06-15T13:59Z"),
  ...changes,
});
const fetched = (bars: BarSeries | undefined, newest: LatestPrice | undefined): FetchedData => ({
  asOf: at("2026-06-15T14:00Z"),
  feed: "iex",
  adjustment: "raw",
  symbols: ["BBB", "AAA"],
  bars: new Map([["BBB", exampleBars("BBB", [5, 6, 7])], ...(bars === undefined ? [] : [["AAA", bars] as const])]),
  latest: new Map([["BBB", latest({ symbol: "BBB" })], ...(newest === undefined ? [] : [["AAA", newest] as const])]),
  assets: new Map(["AAA", "BBB"].map((symbol) => [symbol, { tradable: true, fractionable: true, shortable: true }])),
  newestDay: day("2026-06-12"),
  requiredBars: 3,
});
const stale = { ...good, timeMs: good.timeMs.map((ms) => ms - 4 * 86_400_000) };
const unordered = { ...good, timeMs: Float64Array.of(good.timeMs[1] ?? 0, good.timeMs[0] ?? 0, good.timeMs[2] ?? 0) };
const impossible = { ...good, low: Float64Array.of(9, 30, 9) };

test("symbols with good data are in the snapshot, sorted", () => {
  const snapshot = judgeSymbols(fetched(good, latest()));
  expect(snapshot.bars.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
  expect(snapshot.latest.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
  expect(snapshot.excluded).toEqual([]);
});

test.each<[string, BarSeries | undefined, LatestPrice | undefined, string, string]>([
  ["nothing at all", undefined, undefined, "NO_DATA", "the feed has no bar and no price"],
  ["no latest price", good, undefined, "NO_PRICE", "the feed has no latest price"],
  [
    "no trade today",
    good,
    latest({ at: at("2026-06-12T19:59Z") }),
    "NO_PRICE",
    "no trade today; the newest is of 2026-06-12",
  ],
  ["a price of zero", good, latest({ price: price(0) }), "BAD_DATA", "the latest price is 0"],
  ["too few bars", exampleBars("AAA", [10, 11]), latest(), "NOT_ENOUGH_HISTORY", "2 daily bars of the 3 needed"],
  ["no bars", undefined, latest(), "NOT_ENOUGH_HISTORY", "0 daily bars of the 3 needed"],
  ["an old newest bar", stale, latest(), "STALE_DATA", "the newest daily bar is of 2026-06-08, not of 2026-06-12"],
  ["impossible prices", impossible, latest(), "BAD_DATA", "the bar of 2026-06-11 has impossible prices"],
  ["bars out of order", unordered, latest(), "BAD_DATA", "bars are not in time order"],
])("a symbol with %s is excluded and the others trade", (_, bars, newest, code, detail) => {
  const snapshot = judgeSymbols(fetched(bars, newest));
  expect(snapshot.excluded).toEqual([{ symbol: "AAA", code, detail }]);
  expect(snapshot.bars.map(({ symbol }) => symbol)).toEqual(["BBB"]);
});

test("history is not asked for where no strategy looks at it", () => {
  expect(judgeSymbols({ ...fetched(undefined, latest()), requiredBars: 0 }).excluded).toEqual([]);
});
