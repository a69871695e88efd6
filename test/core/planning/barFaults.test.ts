// Single trades at a wrong price: a bar that leaves both its neighbours and comes back is told, a move that stays is not.
import { expect, test } from "vitest";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { spikeFault } from "../../../src/core/planning/barFaults.ts";
import { exampleBars } from "../examples.ts";

const half = { implausibleMoveFraction: 0.5 };
const bars = (changes: Partial<Record<"high" | "low" | "close", readonly number[]>> = {}): BarSeries => ({
  ...exampleBars("AAA", [100, 100, 100, 100]),
  ...Object.fromEntries(Object.entries(changes).map(([name, values]) => [name, Float64Array.from(values)])),
});

test.each<[string, BarSeries, string | undefined]>([
  ["bars that lie together", bars(), undefined],
  ["a high as far from both as it may be", bars({ high: [100, 150, 100, 100] }), undefined],
  ["a high further from both than it may be", bars({ high: [100, 151, 100, 100] }), "high 151 100 100"],
  ["a high far from the bar before only", bars({ high: [100, 151, 101, 100] }), undefined],
  ["a high far from the bar after only", bars({ high: [101, 151, 100, 100] }), undefined],
  ["a low as far from both as it may be", bars({ low: [90, 60, 90, 90] }), undefined],
  ["a low further from both than it may be", bars({ low: [90, 90, 59, 91] }), "low 59 90 91"],
  ["a low far from one of them only", bars({ low: [90, 59, 88, 90] }), undefined],
  ["a close above both", bars({ close: [100, 100, 160, 100] }), "close 160 100 100"],
  ["a close below both", bars({ close: [100, 60, 95, 100] }), "close 60 100 95"],
  ["a split, after which prices stay", bars({ high: [400, 400, 100, 100], close: [400, 400, 100, 100] }), undefined],
  ["a newest bar of which nothing is known after it", bars({ high: [100, 100, 100, 300] }), undefined],
  ["an oldest bar of which nothing is known before it", bars({ high: [300, 100, 100, 100] }), undefined],
])("%s", (_, series, expected) => {
  const told = spikeFault(series, half);
  const read = /^the (\w+) of the bar of \d{4}-\d\d-\d\dT\d\d:\d\dZ is (\S+), with (\S+) and (\S+) on/.exec(
    told?.detail ?? "",
  );
  expect(read?.slice(1).join(" ")).toBe(expected);
  expect(told?.code).toBe(expected && "BAD_DATA");
});

test("a larger limit lets a real move pass", () => {
  const series = bars({ high: [100, 180, 100, 100] });
  expect(spikeFault(series, half)).toBeDefined();
  expect(spikeFault(series, { implausibleMoveFraction: 0.8 })).toBeUndefined();
});
