// The judgement of fetched data: each fault excludes its symbol with a reason, and the others stay.
import { describe, expect, test } from "vitest";
import type { RiskLimits } from "../../../src/core/model/limits.ts";
import type { BarSeries, LatestPrice } from "../../../src/core/model/market.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { Position } from "../../../src/core/model/portfolio.ts";
import { minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import type { DataNeeds } from "../../../src/core/planning/dataNeeds.ts";
import { type FetchedData, judgeSymbols } from "../../../src/core/planning/marketSnapshot.ts";
import { at, day, exampleBars, exampleLimits } from "../examples.ts";

const good = exampleBars("AAA", [10, 11, 12]);
const latest = (changes: Partial<LatestPrice> = {}): LatestPrice => ({
  symbol: "AAA",
  price: price("12.5"),
  at: at("2026-06-15T13:59Z"),
  ...changes,
});
const threeDays: DataNeeds = { bars: [{ timeframe: "1Day", bars: 3 }], quotes: false };

type Given = {
  readonly bars?: BarSeries | undefined;
  readonly minutes?: BarSeries;
  readonly newest?: LatestPrice | undefined;
  readonly needs?: DataNeeds;
  readonly position?: Position;
  readonly limits?: Partial<RiskLimits>;
  readonly asOf?: string;
  /** The broker tells no flags of AAA. */
  readonly unflagged?: boolean;
};

/** BBB is always good in days; `bars` and `newest` are those of AAA. */
function judged(given: Given = {}) {
  const { needs = threeDays, asOf = "2026-06-15T14:00Z", minutes } = given;
  const bars = "bars" in given ? given.bars : good;
  const newest = "newest" in given ? given.newest : latest();
  const days = new Map([
    ["BBB", exampleBars("BBB", Array(30).fill(7))],
    ...(bars === undefined ? [] : [["AAA", bars] as const]),
  ]);
  const data: FetchedData = {
    asOf: at(asOf),
    feed: "iex",
    adjustment: "split",
    symbols: minutes === undefined ? ["BBB", "AAA"] : ["AAA"],
    needs,
    bars: new Map([["1Day", days], ...(minutes === undefined ? [] : [["1Min", new Map([["AAA", minutes]])] as const])]),
    latest: new Map([
      ["BBB", latest({ symbol: "BBB", price: price("7.5"), bid: price("7.4"), ask: price("7.6") })],
      ...(newest === undefined ? [] : [["AAA", newest] as const]),
    ]),
    assets: new Map(
      (given.unflagged ? ["BBB"] : ["AAA", "BBB"]).map((symbol) => [
        symbol,
        { tradable: true, fractionable: true, shortable: true },
      ]),
    ),
    positions: given.position === undefined ? [] : [given.position],
    limits: exampleLimits({ minCoverageFraction: 1, ...given.limits }),
  };
  return judgeSymbols(data);
}
/** Why AAA is left out; undefined where it is not. */
const fault = (given: Given): string | undefined =>
  judged(given).excluded.map(({ symbol, code, detail }) => `${symbol} ${code}: ${detail}`)[0];
const without = (series: BarSeries, index: number): BarSeries => {
  const drop = (column: Float64Array): Float64Array => column.filter((_, i) => i !== index);
  const { timeMs, open, high, low, close, volume } = series;
  return {
    ...series,
    timeMs: drop(timeMs),
    open: drop(open),
    high: drop(high),
    low: drop(low),
    close: drop(close),
    volume: drop(volume),
  };
};

const stale = { ...good, timeMs: good.timeMs.map((ms) => ms - 86_400_000) };
const unordered = { ...good, timeMs: Float64Array.of(good.timeMs[1] ?? 0, good.timeMs[0] ?? 0, good.timeMs[2] ?? 0) };
const twice = { ...good, timeMs: Float64Array.of(good.timeMs[1] ?? 0, good.timeMs[1] ?? 0, good.timeMs[2] ?? 0) };
const impossible = (changes: Partial<BarSeries>) => ({ ...good, ...changes });

test("symbols with good data are in the snapshot, sorted", () => {
  const snapshot = judged();
  expect(snapshot.bars.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
  expect(snapshot.latest.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
  expect(snapshot.excluded).toEqual([]);
  const flags = { tradable: true, fractionable: true, shortable: true };
  expect(snapshot.assets).toEqual([
    { symbol: "AAA", ...flags },
    { symbol: "BBB", ...flags },
  ]);
  expect(snapshot).toMatchObject({ asOf: at("2026-06-15T14:00Z"), feed: "iex", adjustment: "split" });
});

test("a symbol of which the broker tells no flags takes part without them: what is not known is not allowed", () => {
  const snapshot = judged({ unflagged: true });
  expect(snapshot.latest.map(({ symbol }) => symbol)).toEqual(["AAA", "BBB"]);
  expect(snapshot.assets.map(({ symbol }) => symbol)).toEqual(["BBB"]);
});

test("a symbol that is left out has no flags in the snapshot", () => {
  expect(judged({ bars: undefined }).assets.map(({ symbol }) => symbol)).toEqual(["BBB"]);
});

test.each<[string, Given, string]>([
  ["nothing at all", { bars: undefined, newest: undefined }, "NO_DATA: the feed has no bar and no price"],
  ["no latest price", { newest: undefined }, "NO_PRICE: the feed has no latest price"],
  [
    "no trade today",
    { newest: latest({ at: at("2026-06-12T19:59Z") }) },
    "NO_PRICE: no trade today; the newest is of 2026-06-12",
  ],
  ["a price of zero", { newest: latest({ price: price(0) }) }, "BAD_DATA: the latest price is 0"],
  [
    "half a quote where quotes are asked for",
    { needs: { ...threeDays, quotes: true }, newest: latest({ bid: price(12) }) },
    "NO_PRICE: the feed has no quote with both sides",
  ],
  ["too few bars", { bars: exampleBars("AAA", [11, 12]) }, "NOT_ENOUGH_HISTORY: 2 bars of 1Day, and 3 are needed"],
  ["no bars", { bars: undefined }, "NOT_ENOUGH_HISTORY: 0 bars of 1Day, and 3 are needed"],
  ["an old newest bar", { bars: stale }, "STALE_DATA: the newest daily bar is of 2026-06-11, not of 2026-06-12"],
  ["a hole in its window", { bars: without(good, 1) }, "DATA_GAP: 2 bars of the 3 in its window; the least is 3"],
  [
    "a low above its open",
    { bars: impossible({ low: Float64Array.of(9, 30, 9) }) },
    "BAD_DATA: the bar of 2026-06-11T13:30Z has impossible prices",
  ],
  [
    "a high below its low",
    { bars: impossible({ high: Float64Array.of(9, 12, 13) }) },
    "BAD_DATA: the bar of 2026-06-10T13:30Z has impossible prices",
  ],
  ...(["open", "close"] as const).flatMap((column): readonly [string, Given, string][] =>
    (
      [
        ["below its low", 8.5],
        ["above its high", 13.5],
      ] as const
    ).map(([where, value]) => [
      `its ${column} ${where}`,
      { bars: impossible({ [column]: Float64Array.of(value, 11, 12) }) },
      "BAD_DATA: the bar of 2026-06-10T13:30Z has impossible prices",
    ]),
  ),
  [
    "a price without bounds",
    { bars: impossible({ high: Float64Array.of(Number.POSITIVE_INFINITY, 12, 13) }) },
    "BAD_DATA: the bar of 2026-06-10T13:30Z has impossible prices",
  ],
  [
    "a price that is not positive",
    { bars: impossible({ low: Float64Array.of(9, 10, 0) }) },
    "BAD_DATA: the bar of 2026-06-12T13:30Z has impossible prices",
  ],
  [
    "a price that is no number",
    { bars: impossible({ close: Float64Array.of(Number.NaN, 11, 12) }) },
    "BAD_DATA: the bar of 2026-06-10T13:30Z has impossible prices",
  ],
  [
    "a volume that is no number, which would end the whole run",
    { bars: impossible({ volume: Float64Array.of(1, Number.NaN, 1) }) },
    "BAD_DATA: the bar of 2026-06-11T13:30Z has the volume NaN",
  ],
  [
    "a volume below nothing",
    { bars: impossible({ volume: Float64Array.of(1, 1, -1) }) },
    "BAD_DATA: the bar of 2026-06-12T13:30Z has the volume -1",
  ],
  [
    "a bar that could not be read, which has no time",
    { bars: impossible({ timeMs: Float64Array.of(Number.NaN, good.timeMs[1] ?? 0, good.timeMs[2] ?? 0) }) },
    "BAD_DATA: the feed's bar 1 of 3 cannot be read",
  ],
  ["bars out of order", { bars: unordered }, "BAD_DATA: bars are not in time order"],
  ["a bar twice", { bars: twice }, "BAD_DATA: bars are not in time order"],
  [
    "a price far from its last close",
    { newest: latest({ price: price(19) }) },
    "IMPLAUSIBLE_PRICE: the last trade at 19 and the last close at 12 are 58.33 % apart; the most is 50 %",
  ],
  [
    "a trade at a wrong price in a bar before its newest one",
    { bars: impossible({ high: Float64Array.of(11, 19, 12) }) },
    "BAD_DATA: the high of the bar of 2026-06-11T13:30Z is 19, with 11 and 12 on the bars beside it: a trade at a wrong price",
  ],
])("a symbol with %s is excluded and the others trade", (_, given, expected) => {
  expect(fault(given)).toBe(`AAA ${expected}`);
  expect(judged(given).bars.map(({ symbol }) => symbol)).toEqual(["BBB"]);
});

test("history is not asked for where no strategy looks at it", () => {
  expect(judged({ bars: undefined, needs: { bars: [], quotes: false } })).toMatchObject({ excluded: [], bars: [] });
});

describe("of a history with a hole", () => {
  const bars = without(exampleBars("AAA", Array(22).fill(12)), 4);
  const twenty: DataNeeds = { bars: [{ timeframe: "1Day", bars: 20 }], quotes: false };

  test("as many bars are taken as are needed while enough of the window is there", () => {
    const [series] = judged({ bars, needs: twenty, limits: { minCoverageFraction: 0.95 } }).bars;
    expect(series?.timeMs).toEqual(bars.timeMs.subarray(1));
    expect(series?.close).toHaveLength(20);
  });

  test("none are where it is not", () => {
    expect(fault({ bars: without(bars, 8), needs: twenty, limits: { minCoverageFraction: 0.95 } })).toMatch(
      "AAA DATA_GAP: 20 bars of the 22",
    );
  });
});

test("a bar that is not closed is not shown, whatever the feed sends, and neither is one before the window", () => {
  const more = exampleBars("AAA", [8, 9, 10, 11, 12]);
  const today = {
    ...more,
    timeMs: Float64Array.of(...more.timeMs.subarray(1), msFromInstant(at("2026-06-15T13:30Z"))),
  };
  expect(judged({ bars: today }).bars[0]?.close).toEqual(Float64Array.of(9, 10, 11));
});

describe("a split", () => {
  const earlier = (close: string): LatestPrice =>
    latest({ previousClose: { day: day("2026-06-12"), price: price(close) } });
  const held = (shares: string, value: string): Position => ({
    symbol: "AAA",
    qty: qty(shares),
    available: qty(shares),
    averagePrice: price(1),
    marketValue: usd(value),
  });

  test.each<[string, Given, string]>([
    [
      "lies between the history and the close as it was traded",
      { newest: earlier("48") },
      "the close of 2026-06-12 was 48 and is 12 in the history: a split lies between",
    ],
    [
      "lies before a day that is older than the newest of the history",
      { newest: latest({ previousClose: { day: day("2026-06-11"), price: price("44") } }) },
      "the close of 2026-06-11 was 44 and is 11 in the history: a split lies between",
    ],
    [
      "in reverse does",
      { newest: earlier("1.2") },
      "the close of 2026-06-12 was 1.2 and is 12 in the history: a split lies between",
    ],
    [
      "of three for two does",
      { newest: earlier("18") },
      "the close of 2026-06-12 was 18 and is 12 in the history: a split lies between",
    ],
    [
      "has not reached what is held",
      { position: held("10", "500") },
      "the broker values what is held at 50 a share while the last trade was at 12.5",
    ],
    [
      "has not reached what is sold short",
      { position: held("-10", "-500") },
      "the broker values what is held at 50 a share while the last trade was at 12.5",
    ],
  ])("that %s keeps the symbol out", (_, given, detail) => {
    expect(fault(given)).toBe(`AAA ADJUSTMENT_MISMATCH: ${detail}`);
  });

  test.each<[string, Given]>([
    ["closes are the same", { newest: earlier("12") }],
    ["a cash dividend is all that lies between", { newest: earlier("12.3") }],
    [
      "the close is of a day that the history does not hold",
      { newest: latest({ previousClose: { day: day("2026-06-09"), price: price("48") } }) },
    ],
    [
      "the close is of a day after the newest of the history",
      { newest: latest({ previousClose: { day: day("2026-06-13"), price: price("48") } }) },
    ],
    ["a position is valued nearly at the last trade", { position: held("10", "120") }],
    ["a position is profitable", { position: { ...held("10", "125"), averagePrice: price("0.1") } }],
    ["the broker has no value for a position", { position: held("10", "0") }],
  ])("is not seen where %s", (_, given) => {
    expect(fault(given)).toBeUndefined();
  });
});

describe("minutes", () => {
  /** A bar in every minute from one time of 2026-06-15 to another, but these; the close is the minute's place. */
  const minutes = (from: string, to: string, missing: readonly string[] = []): BarSeries => {
    const all = Array.from(
      { length: (msFromInstant(at(to)) - msFromInstant(at(from))) / minuteMs },
      (_, i) => msFromInstant(at(from)) + i * minuteMs,
    );
    const timeMs = Float64Array.from(all.filter((ms) => !missing.some((time) => msFromInstant(at(time)) === ms)));
    const flat = timeMs.map(() => 12);
    return { symbol: "AAA", timeframe: "1Min", timeMs, open: flat, high: flat, low: flat, close: flat, volume: flat };
  };
  const fiveMinutes: DataNeeds = {
    bars: [
      { timeframe: "5Min", bars: 6 },
      { timeframe: "1Day", bars: 3 },
    ],
    quotes: false,
  };
  const of = (series: BarSeries, more: Given = {}) => ({ minutes: series, needs: fiveMinutes, ...more });

  test("become the bars that are needed, closed ones of the session alone", () => {
    const snapshot = judged(of(minutes("2026-06-15T13:00Z", "2026-06-15T14:03Z"), { asOf: "2026-06-15T14:03:10Z" }));
    expect(snapshot.bars.map(({ timeframe, timeMs, volume }) => [timeframe, timeMs.length, volume[0]])).toEqual([
      ["5Min", 6, 60],
      ["1Day", 3, 1000],
    ]);
    expect(snapshot.bars[0]?.timeMs[0]).toBe(msFromInstant(at("2026-06-15T13:30Z")));
  });

  test("may be missing where longer bars are needed", () => {
    const thin = minutes("2026-06-15T13:30Z", "2026-06-15T14:00Z", ["2026-06-15T13:31Z", "2026-06-15T13:47Z"]);
    expect(fault(of(thin))).toBeUndefined();
  });

  test("that leave out a whole bar are a gap", () => {
    const gap = ["13:40", "13:41", "13:42", "13:43", "13:44"].map((time) => `2026-06-15T${time}Z`);
    expect(fault(of(minutes("2026-06-15T13:30Z", "2026-06-15T14:00Z", gap)))).toMatch(
      "AAA DATA_GAP: 5 bars of the 6 in its window",
    );
  });

  test("that end early are stale once they are older than a price may be", () => {
    const early = of(minutes("2026-06-15T13:30Z", "2026-06-15T13:50Z"), { limits: { minCoverageFraction: 0.5 } });
    expect(fault({ ...early, limits: { minCoverageFraction: 0.5, maxPriceAgeSeconds: 300 } })).toBe(
      "AAA STALE_DATA: the newest bar of 5Min ended at 2026-06-15T13:50:00.000Z, the last one of the session at 2026-06-15T14:00:00.000Z",
    );
    expect(fault(early)).not.toMatch("STALE_DATA");
  });
});

describe("weeks and months", () => {
  const needs: DataNeeds = { bars: [{ timeframe: "1Week", bars: 2 }], quotes: false };
  const bars = exampleBars("AAA", [6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12, 12, 12, 12]);

  test("are made of days, those that are over", () => {
    expect(judged({ bars, needs }).bars[0]).toMatchObject({
      symbol: "AAA",
      timeframe: "1Week",
      timeMs: Float64Array.of(msFromInstant(at("2026-06-01T04:00Z")), msFromInstant(at("2026-06-08T04:00Z"))),
      open: Float64Array.of(6, 11),
      close: Float64Array.of(10, 12),
      volume: Float64Array.of(5000, 5000),
    });
  });

  test("are judged by their days, those of the week that runs as well", () => {
    const tuesday = { asOf: "2026-06-16T14:00Z", newest: latest({ at: at("2026-06-16T13:59Z") }) };
    expect(fault({ bars, needs, ...tuesday })).toBe(
      "AAA STALE_DATA: the newest daily bar is of 2026-06-12, not of 2026-06-15",
    );
    expect(fault({ bars: without(bars, 8), needs })).toMatch("AAA DATA_GAP: 9 bars of the 10 in its window");
  });
});
