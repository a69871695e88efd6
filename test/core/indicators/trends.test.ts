// The parabolic stop and reverse, the supertrend and the Keltner channels, by worked examples.
import { expect, test } from "vitest";
import { keltner } from "../../../src/core/indicators/keltner.ts";
import { psar, psarStream } from "../../../src/core/indicators/psar.ts";
import { supertrend } from "../../../src/core/indicators/supertrend.ts";

const of = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const none = Number.NaN;
const near = (value: number): number => (Number.isNaN(value) ? value : expect.closeTo(value, 12));

// J. W. Wilder, New Concepts in Technical Trading Systems (1978), the bars of his example of the parabolic system, with the unrounded
// stops that TA-Lib's own test expects of them.
const high = of(
  51.12,
  52.35,
  52.1,
  51.8,
  52.1,
  52.5,
  52.8,
  52.5,
  53.5,
  53.5,
  53.8,
  54.2,
  53.4,
  53.5,
  54.4,
  55.2,
  55.7,
  57,
  57.5,
  58,
  57.7,
  58,
  57.5,
  57,
  56.7,
  57.5,
  56.7,
  56,
  56.2,
  54.8,
  55.5,
  54.7,
  54,
  52.5,
  51,
  51.5,
  51.7,
  53,
);
const low = of(
  50,
  51.5,
  51,
  50.5,
  51.25,
  51.7,
  51.85,
  51.5,
  52.3,
  52.5,
  53,
  53.5,
  52.5,
  52.1,
  53,
  54,
  55,
  56,
  56.5,
  57,
  56.5,
  57.3,
  56.7,
  56.3,
  56.2,
  56,
  55.5,
  55,
  54.9,
  54,
  54.5,
  53.8,
  53,
  51.5,
  50,
  50.5,
  50.2,
  51.5,
);

test("follows Wilder's bars up, down and up again", () => {
  const stops = psar(high, low);
  const expected: readonly (readonly [number, number])[] = [
    [1, 50],
    [2, 50.047],
    [5, 50.182],
    [36, 52.93],
    [37, 50],
  ];
  expect(stops[0]).toBeNaN();
  for (const [bar, stop] of expected) expect(stops[bar]).toBeCloseTo(stop, 2);
  const sides = [...stops.slice(1)].map((stop, index) => (stop <= (low[index + 1] ?? none) ? "below" : "above"));
  expect(sides.join(" ")).toMatch(/^(below )+(above )+below$/);
});

test("turns upside down with the bars, as they fall where these rise", () => {
  const mirrored = psar(
    low.map((price) => -price),
    high.map((price) => -price),
  );
  expect([...mirrored]).toEqual([...psar(high, low)].map((stop) => -stop));
});

test("turns at the high of a bar that reaches beyond both the stop and the extreme", () => {
  expect([...psar(of(10, 11, 12, 13, 8), of(9, 10, 11, 5, 6))]).toEqual([none, 9, 9.04, 13, 13].map(near));
});

test("keeps the first stops of a fall at or above the highs of the two bars before", () => {
  expect([...psar(of(10, 11, 12, 11.5, 8), of(9, 10, 11, 5, 6))].slice(3)).toEqual([12, 12]);
});

test("begins with a rise where the second bar lies within the first", () => {
  expect([...psar(of(12, 10, 10), of(8, 9, 9.5))].slice(1)).toEqual([8, 8.04].map(near));
});

test.each([
  [0, 0.2],
  [-0.02, 0.2],
  [0.3, 0.2],
  [none, 0.2],
  [0.02, none],
])("refuses an acceleration of %s up to %s", (acceleration, maximum) => {
  expect(() => psar(high, low, acceleration, maximum)).toThrow("acceleration must be more than 0 and at most maximum");
  expect(() => psarStream(acceleration, maximum)).toThrow(RangeError);
});

// Eight bars worked by hand, with a period of 1: the average true range is the bar's own, 2, 2, 6, 2, 8, 2 and 5 from the second on.
const bars = [
  of(11, 12, 13, 18, 17, 12, 10, 14),
  of(9, 10, 11, 14, 15, 8, 8, 12),
  of(10, 11, 12, 17, 16, 9, 9, 13),
] as const;

test("keeps the upper band until a close is above it, and then the lower one until a close is below", () => {
  const { supertrend: line, direction } = supertrend(...bars, 1, 1);
  expect([...line]).toEqual([none, 13, 13, 10, 14, 18, 11, 8]);
  expect([...direction]).toEqual([none, -1, -1, 1, 1, -1, -1, 1]);
});

test("begins a bar earlier where the first bar counts for its range", () => {
  const { supertrend: line } = supertrend(...bars, 1, 1, undefined, "highMinusLow");
  expect([...line]).toEqual([12, 12, 12, 10, 14, 18, 11, 8]);
});

test("begins as a fall whatever the first close", () => {
  const { direction } = supertrend(of(11, 12, 13), of(9, 10, 11), of(10, 11.9, 12.9), 1, 0.1);
  expect([...direction]).toEqual([none, -1, 1]);
});

test("lays the channel k average ranges from the average close", () => {
  const { upper, middle, lower } = keltner(...bars, 1, 1, 2);
  expect([...upper]).toEqual([none, 15, 16, 29, 20, 25, 13, 23]);
  expect([...middle]).toEqual([10, 11, 12, 17, 16, 9, 9, 13]);
  expect([...lower]).toEqual([none, 7, 8, 5, 12, -7, 5, 3]);
});

test("names the period that it refuses", () => {
  expect(() => keltner(...bars, 20, 0)).toThrow("atrPeriod must be a positive integer, not 0");
});
