// Bars a second of a core of a moving-average cross: through our strategy, sizing, risk rules and fills, through grademark, and through a loop by hand.
//
// All take turns in each round, so that what else the machine does falls on all alike, each as often as it takes to tell its time; the figures
// are medians over the rounds, and the ratios tell more than the speeds where the machine is shared. The loop by hand is the limit: it knows one strategy, one position and no rule.
// grademark gets its averages for nothing: they lie in its rows. It fills each entry with one share and asks for nothing else; ours sizes each
// order by what the account holds then, judges it by every risk rule, and takes its averages within the time that is measured.
import { createRequire } from "node:module";
import { DataFrame, type IDataFrame } from "data-forge";
import { backtest } from "../../src/core/backtest/backtest.ts";
import type { BacktestInputs } from "../../src/core/backtest/simulatedAccount.ts";
import { watchCross } from "../../src/core/backtest/watchCross.ts";
import { sma } from "../../src/core/indicators/sma.ts";
import { usd } from "../../src/core/model/money.ts";
import { exampleBars, exampleControl, exampleLimits, exampleTask } from "../core/examples.ts";
import type { Figure } from "./main.ts";
import { threadTimed } from "./threadTime.ts";
import { walk } from "./walk.ts";

// Its entry is CommonJS whose names the loader for `import` does not find.
const grademark: typeof import("grademark") = createRequire(import.meta.url)("grademark");

const length = 500_000;
const [fast, slow] = [50, 200] as const;
const rounds = 7;
/** By the clock, for each case before the rounds: a decision runs through some hundred functions, which are compiled one after the other. */
const warmUpMs = 1200;
/** Of a core, in each round for each case: some systems count the time of a thread in steps of several milliseconds. */
const leastMs = 100;

export async function pipelineFigures(): Promise<readonly Figure[]> {
  const inputs = benchInputs();
  const rows = rowsOf(inputs);
  const cases = {
    ours: timed(() => backtest(inputs, watchCross(inputs.series, { fast, slow }, inputs.task))),
    grademark: timed(() => grademark.backtest(theirCross, rows)),
    hand: timed(() => byHand(inputs)),
  };
  for (let round = 0; round < rounds; round++) for (const { take } of Object.values(cases)) take();
  const speedOf = ({ median }: { readonly median: () => number }): number => length / median();
  const [ours, theirs, hand] = [speedOf(cases.ours), speedOf(cases.grademark), speedOf(cases.hand)] as const;
  const { trades, decisions } = cases.ours.last();
  const closed = trades.filter(({ side }) => side === "sell").length;
  return [
    { name: `pipeline over ${length} bars, ${fast} over ${slow}`, value: million(ours), goal: "≥ 5.0 M bars/s" },
    { name: `  decisions; positions closed`, value: `${decisions}; ${closed}` },
    { name: "grademark 0.3.0", value: million(theirs) },
    { name: "  positions closed", value: String(cases.grademark.last().length) },
    { name: "  ours over grademark", value: (ours / theirs).toFixed(1), goal: "≥ 2" },
    { name: "a loop by hand", value: million(hand) },
    { name: "  positions closed", value: String(cases.hand.last()) },
    { name: "  ours over the loop by hand", value: (ours / hand).toFixed(2) },
    ...memoryFigures(inputs),
  ];
}

const million = (barsASecond: number): string => `${(barsASecond / 1e6).toFixed(2)} M bars/s`;

function timed<Result>(run: () => Result) {
  const times: number[] = [];
  let last = run();
  let warmUps = 0;
  const untilMs = performance.now() + warmUpMs;
  const warm = threadTimed(() => {
    for (; performance.now() < untilMs; warmUps++) last = run();
  });
  const runs = Math.ceil((leastMs * warmUps) / Math.max(1, warm.ms));
  return {
    take: (): void => {
      const { ms } = threadTimed(() => {
        for (let i = 0; i < runs; i++) last = run();
      });
      times.push(ms / runs / 1000);
    },
    /** Seconds of a core that one run takes. */
    median: (): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN,
    last: (): Result => last,
  };
}

function benchInputs(): BacktestInputs {
  const closes = walk(length, 1);
  const column = Float64Array.from(closes);
  return {
    series: {
      ...exampleBars("AAA", []),
      timeMs: Float64Array.from(closes, (_, index) => Date.parse("2026-01-02T14:31:00Z") + index * 60_000),
      open: Float64Array.from(closes, (close, index) => closes[index - 1] ?? close),
      high: column,
      low: column,
      close: column,
      volume: column,
    },
    task: exampleTask({
      symbols: ["AAA"],
      strategies: [{ name: "movingAverageCross", params: { fast, slow }, weight: 1 }],
      sizing: { ...exampleTask().sizing, rebalanceBandFraction: 0.05 },
    }),
    control: exampleControl(),
    limits: exampleLimits({ maxOrderNotionalUsd: 1e9, maxPositionFraction: 2 }),
    flags: { tradable: true, fractionable: true, shortable: true },
    cash: usd(1_000_000),
    windowBars: slow,
  };
}

type Row = {
  readonly time: Date;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly ahead: number;
};

function rowsOf({ series: { timeMs, open, close } }: BacktestInputs): IDataFrame<number, Row> {
  const [fasts, slows] = [sma(close, fast), sma(close, slow)];
  return new DataFrame<number, Row>(
    Array.from(close, (last, bar) => ({
      time: new Date(timeMs[bar] ?? 0),
      open: open[bar] ?? last,
      high: last,
      low: last,
      close: last,
      volume: last,
      ahead: (fasts[bar] ?? Number.NaN) - (slows[bar] ?? Number.NaN),
    })),
  ).bake();
}

const theirCross: import("grademark").IStrategy<Row> = {
  entryRule: (enter, { bar }) => {
    if (bar.ahead > 0) enter();
  },
  exitRule: (exit, { bar }) => {
    if (bar.ahead <= 0) exit();
  },
};

/** How many positions it has closed. */
function byHand({ series: { open, close }, cash: begun }: BacktestInputs): number {
  let [fastSum, slowSum, cash, held, closed] = [0, 0, Number(begun), 0, 0];
  let wanted = 0;
  for (let bar = 0; bar < length; bar++) {
    const price = open[bar] ?? 0;
    if (wanted !== held) {
      cash -= (wanted - held) * price;
      if (wanted === 0) closed++;
      held = wanted;
    }
    const last = close[bar] ?? 0;
    fastSum += last - (bar >= fast ? (close[bar - fast] ?? 0) : 0);
    slowSum += last - (bar >= slow ? (close[bar - slow] ?? 0) : 0);
    if (bar < slow - 1) continue;
    const isUp = fastSum * slow > slowSum * fast;
    if (isUp && held === 0) wanted = Math.floor(cash / last);
    else if (!isUp) wanted = 0;
  }
  return closed;
}

/**
 * The memory of a bar on which nothing is decided, in a series that never crosses, less that of its averages; and of a decision, in as many
 * bars as leave room for what they take.
 */
function memoryFigures(inputs: BacktestInputs): readonly Figure[] {
  const falling = Float64Array.from({ length }, (_, index) => 2 + (length - index) / 1000);
  const quiet = { ...inputs, series: { ...inputs.series, open: falling, close: falling } };
  const { timeMs, open, high, low, close, volume, ...named } = inputs.series;
  const [begin, end] = [100_000, 110_000];
  const columns = Object.fromEntries(
    Object.entries({ timeMs, open, high, low, close, volume }).map(([name, column]) => [
      name,
      column.slice(begin, end),
    ]),
  ) as Omit<typeof inputs.series, "symbol" | "timeframe">;
  const busy = { ...inputs, series: { ...named, ...columns } };
  const aBar = bytesOf(quiet).bytes / length;
  const { bytes, decisions } = bytesOf(busy);
  return [
    { name: "bytes a bar where nothing is decided", value: aBar.toFixed(3), goal: "0" },
    { name: "bytes a decision", value: String(Math.round(bytes / decisions)) },
  ];
}

/** Of the quickest of some runs: between two looks at the heap there may be a collection, and then it has shrunk. */
function bytesOf(inputs: BacktestInputs): { readonly bytes: number; readonly decisions: number } {
  const watch = watchCross(inputs.series, { fast, slow }, inputs.task);
  const looks = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().heapUsed;
    const { decisions } = backtest(inputs, watch);
    return { bytes: process.memoryUsage().heapUsed - before, decisions };
  }).filter(({ bytes }) => bytes >= 0);
  return looks.reduce(
    (least, look) => (look.bytes < least.bytes ? look : least),
    looks[0] ?? { bytes: Number.NaN, decisions: 0 },
  );
}
