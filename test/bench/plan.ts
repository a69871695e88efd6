// What the plan of a wide run takes: 500 symbols with 250 daily bars each and three strategies, from inputs to tickets.
//
// Beside it, in turns, the yardstick of what else the machine does: the SHA-256 of as many bytes as the bars have, which a plan cannot do without.
import { createHash } from "node:crypto";
import type { RunInputs } from "../../src/core/model/run.ts";
import { planRun } from "../../src/core/planning/planRun.ts";
import {
  exampleBars,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  examplePortfolio,
  exampleTask,
} from "../core/examples.ts";
import type { Figure } from "./main.ts";
import { pausesCounted, threadTimed } from "./threadTime.ts";
import { walk } from "./walk.ts";

const symbolCount = 500;
const barCount = 250;
const rounds = 61;
/** Plans before the measured ones, in which everything is compiled: with fewer, the first of the measured ones pay for it. */
const warmUp = 80;

export async function planFigures(): Promise<readonly Figure[]> {
  const inputs = wideInputs();
  const bytes = new Float64Array(symbolCount * barCount * 6).fill(1.5);
  const waited: number[] = [];
  const plans: number[] = [];
  const hashes: number[] = [];
  const pausesMs = pausesCounted();
  let measuredFromMs = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    const startedMs = performance.now();
    if (round === warmUp) measuredFromMs = startedMs;
    plans.push(threadTimed(() => planRun(inputs)).ms);
    waited.push(performance.now() - startedMs);
    hashes.push(threadTimed(() => createHash("sha256").update(bytes).digest()).ms);
  }
  const [plan, hash] = [mean(plans), mean(hashes)];
  return [
    {
      name: `plan of ${symbolCount} symbols × ${barCount} bars × 3 strategies`,
      value: milliseconds(plan),
      goal: "≤ 20 ms",
    },
    { name: "  by the clock, with all that the machine does, p50", value: milliseconds(median(waited)) },
    {
      name: "  pauses to collect what it leaves, by the clock",
      value: milliseconds((await pausesMs(measuredFromMs)) / rounds),
    },
    { name: "  the first of the process, by the clock", value: milliseconds(waited[0] ?? Number.NaN) },
    { name: "  orders that it sends", value: String(planRun(inputs).tickets.length) },
    { name: "SHA-256 of its bars", value: milliseconds(hash) },
    { name: "  the plan over it", value: (plan / hash).toFixed(1) },
  ];
}

const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

const median = (times: readonly number[]): number =>
  times.slice(warmUp).sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN;

/** Of the time of a thread, which some systems count in steps of milliseconds. */
const mean = (times: readonly number[]): number => times.slice(warmUp).reduce((sum, ms) => sum + ms, 0) / rounds;

/** Two in five symbols are held, so that there is something to sell, to add to and to buy anew. */
function wideInputs(): RunInputs {
  const symbols = Array.from({ length: symbolCount }, (_, index) => `S${String(index).padStart(3, "0")}`);
  const histories = symbols.map((symbol, index) => exampleBars(symbol, walk(barCount, index + 1)));
  const prices = histories.map(({ close }) => (close.at(-1) ?? 0).toFixed(2));
  const market = exampleMarket(Object.fromEntries(symbols.map((symbol, index) => [symbol, prices[index] ?? 0])));
  const held = symbols.flatMap((symbol, index): [string, [number, string]][] => {
    const shares = 20 + (index % 30);
    return index % 5 < 2 ? [[symbol, [shares, (shares * Number(prices[index])).toFixed(2)]]] : [];
  });
  return exampleInputs({
    task: exampleTask({
      symbols,
      strategies: [
        { name: "movingAverageCross", params: {}, weight: 2 },
        { name: "timeSeriesMomentum", params: { lookback: 200 }, weight: 1 },
        { name: "donchianBreakout", params: {}, weight: 1 },
      ],
      sizing: { ...exampleTask().sizing, rebalanceBandFraction: 0 },
    }),
    market: { ...market, bars: histories },
    portfolio: examplePortfolio({ equity: 5_000_000, positions: Object.fromEntries(held) }),
    limits: exampleLimits(),
  });
}
