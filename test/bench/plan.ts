// What the plan of a wide run takes: 500 symbols with 250 daily bars each and three strategies, from inputs to tickets.
import type { RunInputs, RunPlan } from "../../src/core/model/run.ts";
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
import { walk } from "./walk.ts";

const symbolCount = 500;
const barCount = 250;
const rounds = 41;
/** Plans before the measured ones, in which everything is compiled. */
const warmUp = 15;

export async function planFigures(): Promise<readonly Figure[]> {
  const wide = measured(wideInputs());
  return [
    {
      name: `plan of ${symbolCount} symbols × ${barCount} bars × 3 strategies, p50`,
      value: milliseconds(wide.median),
      goal: "≤ 20 ms",
    },
    { name: "  the first of the process", value: milliseconds(wide.first) },
    { name: "  orders that it sends", value: String(wide.plan.tickets.length) },
  ];
}

const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;

function measured(inputs: RunInputs): { readonly first: number; readonly median: number; readonly plan: RunPlan } {
  const took: number[] = [];
  const timedPlan = (): RunPlan => {
    const startedMs = performance.now();
    const plan = planRun(inputs);
    took.push(performance.now() - startedMs);
    return plan;
  };
  const plan = timedPlan();
  for (let round = 1; round < warmUp + rounds; round++) timedPlan();
  const steady = took.slice(warmUp).sort((a, b) => a - b);
  return { first: took[0] ?? Number.NaN, median: steady[rounds >> 1] ?? Number.NaN, plan };
}

/** Two in five symbols are held, so that there is something to sell, to add to and to buy anew. */
export function wideInputs(): RunInputs {
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
