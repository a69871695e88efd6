// Golden bars of real trading: what minutes consolidate to, and what trades that come late, twice, corrected and out of order are rebuilt to.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BarSeries, BaseTimeframe, Timeframe } from "../../../src/core/model/market.ts";
import { minuteMs } from "../../../src/core/model/time.ts";
import { consolidateBars } from "../../../src/core/monitoring/consolidateBars.ts";
import {
  barsOf,
  gapsOf,
  openIntradayBars,
  type Tick,
  withClock,
  withTicks,
} from "../../../src/core/monitoring/intradayBars.ts";
import { canonicalJson } from "../../../src/core/planning/canonicalJson.ts";
import { ms } from "./exampleTicks.ts";

const folder = join(import.meta.dirname, "../../../../shared/data/market");
const symbols = ["AIG", "BAC", "IBM", "SPY"] as const;

function readSeries(symbol: string, timeframe: BaseTimeframe): BarSeries {
  const file = timeframe === "1Min" ? `minute/${symbol}-2013-10.csv` : `daily/${symbol}.csv`;
  const rows = readFileSync(join(folder, file), "utf8").trim().split("\n").slice(1);
  const cells = rows.map((row) => row.split(","));
  const column = (place: number): Float64Array => Float64Array.from(cells, (row) => Number(row[place]));
  const timeMs = Float64Array.from(cells, ([, time = ""]) => Date.parse(time));
  return {
    symbol,
    timeframe,
    timeMs,
    open: column(2),
    high: column(3),
    low: column(4),
    close: column(5),
    volume: column(6),
  };
}

const hashOf = (values: unknown): string =>
  createHash("sha256").update(canonicalJson(values)).digest("hex").slice(0, 16);
const rowOf = ({ timeMs, open, high, low, close, volume }: BarSeries, place: number): string => {
  const i = place < 0 ? timeMs.length + place : place;
  const time = new Date(timeMs[i] ?? 0).toISOString().slice(0, 16);
  return [time, open[i], high[i], low[i], close[i], volume[i]].join(" ");
};
/** Years after the last of them. */
const closedByMs = ms("2030-01-01T00:00Z");
const consolidated = (symbol: string, timeframe: Timeframe): BarSeries => {
  const days = timeframe === "1Week" || timeframe === "1Month";
  return consolidateBars(readSeries(symbol, days ? "1Day" : "1Min"), timeframe, { closedByMs });
};

type Trade = Extract<Tick, { readonly kind?: undefined }>;

/** Trades for each minute: its four prices, a quarter of its volume each; whole ids count up through the file. */
const tradesOf = (series: BarSeries): readonly Trade[] =>
  [...series.timeMs].flatMap((at, i) =>
    [series.open, series.high, series.low, series.close].map((prices, part) => ({
      symbol: series.symbol,
      id: 4 * i + part,
      at: at + part * 15_000,
      price: prices[i] ?? 0,
      size: (series.volume[i] ?? 0) / 4,
    })),
  );

/** Lost on the way, some of them whole minutes, and sent so long after that its minute takes nothing any more. */
const isLost = (index: number): boolean => index % 17 === 0 || Math.floor(index / 4) % 37 === 5;
const isTooLate = (index: number): boolean => index % 29 === 1;

/**
 * What a bad feed makes of them: each 7th misprinted and corrected, each 11th sent twice, each 13th beside one that never was and is taken back
 * before it comes, and those of three minutes turned round.
 */
function badlyFed(trades: readonly Trade[]): readonly Tick[] {
  const ticks = trades.flatMap((tick, index): readonly Tick[] => {
    if (isLost(index) || isTooLate(index)) return [];
    const { symbol, at } = tick;
    const [phantom, corrected] = [1_000_000 + index, 2_000_000 + index];
    const misprint: readonly Tick[] = [
      { ...tick, price: tick.price * 2 },
      { ...tick, kind: "correction", id: corrected, originalId: tick.id },
    ];
    return [
      ...(index % 13 === 0 ? [{ symbol, at, kind: "cancel", originalId: phantom } as const] : []),
      ...(index % 13 === 0 ? [{ ...tick, id: phantom, price: 1 }] : []),
      ...(index % 7 === 0 ? misprint : [tick]),
      ...(index % 11 === 0 ? [tick] : []),
    ];
  });
  return [...Map.groupBy(ticks, ({ at }) => Math.floor(at / (3 * minuteMs))).values()].flatMap((block) =>
    block.toReversed(),
  );
}

/** Fed in batches of about a minute as they come, by a clock that runs with them. */
function rebuilt(ticks: readonly Tick[], tooLate: readonly Tick[] = []) {
  const [symbol, fromMs, toMs] = [ticks[0]?.symbol ?? "", ms("2013-10-04T00:00Z"), ms("2013-10-12T12:00Z")];
  let state = openIntradayBars({ latenessMs: 15_000, horizonMs: 5 * minuteMs });
  for (let i = 0; i < ticks.length; i += 4) {
    const batch = ticks.slice(i, i + 4);
    state = withClock(withTicks(state, batch), Math.max(...batch.map(({ at }) => at)));
  }
  state = withTicks(withClock(state, toMs), tooLate);
  return {
    minutes: barsOf(state, { symbol, fromMs, toMs, timeframe: "1Min" }),
    hours: barsOf(state, { symbol, fromMs, toMs, timeframe: "1Hour" }),
    gaps: gapsOf(state, { symbol, fromMs, toMs }).length,
    dropped: state.dropped,
  };
}

/** How many bars of each symbol, the first and the last of IBM, and a hash of all. */
const figuresOf = (bars: readonly BarSeries[]) => {
  const ibm = bars.find(({ symbol }) => symbol === "IBM");
  if (ibm === undefined) throw new Error("there are no bars of IBM");
  return [bars.map(({ timeMs }) => timeMs.length), rowOf(ibm, 0), rowOf(ibm, -1), hashOf(bars)];
};

describe.skipIf(!existsSync(folder))("over the sample data beside the project (skipped where it is absent)", () => {
  test.each<[Timeframe, readonly unknown[]]>([
    [
      "1Min",
      [
        [2339, 2340, 2338, 2340],
        "2013-10-04T13:30 184.22 184.22 183.89 183.91 4958",
        "2013-10-11T19:59 186.07 186.23 186.06 186.16 233844",
        "8a9679a3323c2aa2",
      ],
    ],
    [
      "5Min",
      [
        [468, 468, 468, 468],
        "2013-10-04T13:30 184.22 184.3 183.6 184.1 87918",
        "2013-10-11T19:55 185.89 186.23 185.85 186.16 317881",
        "68ef7db6cc268e7d",
      ],
    ],
    [
      "15Min",
      [
        [156, 156, 156, 156],
        "2013-10-04T13:30 184.22 184.4 183.58 183.91 191728",
        "2013-10-11T19:45 185.89 186.23 185.66 186.16 460382",
        "d3b3e29e92d1cd55",
      ],
    ],
    [
      "30Min",
      [
        [78, 78, 78, 78],
        "2013-10-04T13:30 184.22 184.4 183.58 184.2 281561",
        "2013-10-11T19:30 185.79 186.23 185.66 186.16 601135",
        "f79e81834b9dbde9",
      ],
    ],
    [
      "1Hour",
      [
        [42, 42, 42, 42],
        "2013-10-04T13:30 184.22 184.74 183.58 184.5 470507",
        "2013-10-11T19:30 185.79 186.23 185.66 186.16 601135",
        "1fd4224f75dce971",
      ],
    ],
    [
      "1Day",
      [
        [6, 6, 6, 6],
        "2013-10-04T04:00 184.22 185.13 183.58 184.1 2729707",
        "2013-10-11T04:00 185.28 186.23 184.12 186.16 3146424",
        "ba9aa04092608519",
      ],
    ],
    [
      "1Week",
      [
        [431, 431, 431, 431],
        "2012-12-31T05:00 194.09 196.35 192.78 193.99 10461974",
        "2021-03-29T04:00 135.98 137.07 132.71 133.26 12877744",
        "6b369c826dd8eb72",
      ],
    ],
    [
      "1Month",
      [
        [99, 99, 99, 99],
        "2013-01-01T05:00 194.09 208.57 190.39 203.07 82921188",
        "2021-03-01T05:00 120.35 137.07 118.755 133.26 119876112",
        "3e9cdd8262c2db4f",
      ],
    ],
  ])("bars of %s are those of the golden file", (timeframe, golden) => {
    expect(figuresOf(symbols.map((symbol) => consolidated(symbol, timeframe)))).toEqual(golden);
  });

  test("bars of five minutes with those of extended hours are, too", () => {
    const options = { closedByMs, extendedHours: true };
    const bars = symbols.map((symbol) => consolidateBars(readSeries(symbol, "1Min"), "5Min", options));
    expect(figuresOf(bars)).toEqual([
      [609, 878, 607, 1121],
      "2013-10-04T12:25 183.86 183.86 183.86 183.86 22956",
      "2013-10-11T23:50 186.19 186.19 186.19 186.19 200",
      "cf5358e7b7f2a5f5",
    ]);
  });

  test("the highest and lowest of a day are those of the exchange's daily bar, to a few cents", () => {
    for (const symbol of symbols) {
      const [days, daily] = [consolidated(symbol, "1Day"), readSeries(symbol, "1Day")];
      for (const [i, at] of days.timeMs.entries()) {
        const place = daily.timeMs.indexOf(at);
        expect(Math.abs((days.high[i] ?? 0) - (daily.high[place] ?? 0))).toBeLessThan(0.1);
        expect(Math.abs((days.low[i] ?? 0) - (daily.low[place] ?? 0))).toBeLessThan(0.1);
      }
    }
  });

  test("trades that are lost, late, doubled, corrected, cancelled and out of order make the golden bars", () => {
    const bars = symbols.map((symbol) => {
      const trades = tradesOf(readSeries(symbol, "1Min"));
      const found = rebuilt(
        badlyFed(trades),
        trades.filter((_, index) => isTooLate(index)),
      );
      const plain = rebuilt(trades.filter((_, index) => !isLost(index) && !isTooLate(index)));
      expect(found.hours).toEqual(plain.hours);
      return found;
    });
    expect(figuresOf(bars.map(({ minutes }) => minutes))).toEqual([
      [2276, 2276, 2275, 2279],
      "2013-10-04T13:30 184.22 184.22 183.89 183.91 4958",
      "2013-10-11T19:59 186.23 186.23 186.06 186.16 175383",
      "b30eb6499123e11d",
    ]);
    expect(figuresOf(bars.map(({ hours }) => hours))).toEqual([
      [42, 42, 42, 42],
      "2013-10-04T13:30 184.22 184.74 183.58 184.5 389728",
      "2013-10-11T19:30 185.95 186.23 185.66 186.16 500987.25",
      "22f036f49e3ad5b2",
    ]);
    expect(bars.map(({ gaps, dropped }) => [gaps, dropped.late, dropped.outsideHours])).toEqual([
      [64, 322, 1048],
      [64, 323, 5374],
      [65, 322, 1095],
      [61, 322, 11925],
    ]);
  });
});
