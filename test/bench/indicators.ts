// Nanoseconds a value of each indicator, beside the fastest npm library that has it and beside one pass that sums the column.
//
// Ours writes into a buffer that is there; the libraries have none to give. All take turns in each round, so that what else the machine
// does falls on all alike; the figures are medians over the rounds.
// @debut/indicators is left out for its licence (GPL-3.0). It streams, and it is faster than these three at the stochastics.
import { benchBars } from "./indicatorBars.ts";
import { indicatorCases } from "./indicatorCases.ts";
import type { Figure } from "./main.ts";
import { windowCases } from "./windowCases.ts";

const length = 20_000;
const rounds = 25;
/** Rounds before the measured ones, in which everything is compiled. */
const warmUp = 5;

export async function indicatorFigures(): Promise<readonly Figure[]> {
  const bars = benchBars(length);
  const scan = timed(() => sumOf(bars.close));
  const cases = [...indicatorCases(bars), ...windowCases(bars)].map(({ name, ours, libraries }) => ({
    name,
    ours: timed(ours),
    libraries: Object.entries(libraries).map(([library, run]) => ({ library, ...timed(run) })),
  }));
  for (let round = -warmUp; round < rounds; round++) {
    scan.take(round);
    for (const { ours, libraries } of cases) for (const { take } of [ours, ...libraries]) take(round);
  }
  return [
    { name: `one pass that sums ${length} values`, value: nanoseconds(scan.median()) },
    ...cases.map(({ name, ours, libraries }): Figure => {
      const [fastest] = libraries.map(({ library, median }) => ({ library, ns: median() })).sort((a, b) => a.ns - b.ns);
      const mine = ours.median();
      return {
        name: fastest === undefined ? name : `${name}: ${(fastest.ns / mine).toFixed(1)} times ${fastest.library}`,
        value: nanoseconds(mine),
        ...(fastest === undefined ? {} : { goal: `≤ ${nanoseconds(fastest.ns / 2)}` }),
      };
    }),
  ];
}

const nanoseconds = (value: number): string => `${value.toFixed(1)} ns`;

/** Takes the time of one call at a time, in nanoseconds a value. */
function timed(run: () => unknown): { readonly take: (round: number) => void; readonly median: () => number } {
  const times: number[] = [];
  return {
    take: (round) => {
      const startedMs = performance.now();
      run();
      const ns = ((performance.now() - startedMs) * 1e6) / length;
      if (round >= 0) times.push(ns);
    },
    median: () => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN,
  };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? Number.NaN;
  return sum;
}
