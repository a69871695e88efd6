// Rotation: the best few by their past return are in, the others out.
import { expect, test } from "vitest";
import { crossSectionalMomentum } from "../../../src/core/strategies/crossSectionalMomentum.ts";
import { closesOf, held, says } from "./exampleView.ts";

const params = { lookback: 2, skip: 1, top: 1 };
const market = { A: [10, 11, 99], B: [10, 12, 1], C: [10, 9, 99] };

test.each([
  ["is in the best, up to the skipped bars", {}, "B 1, A 0, C 0"],
  ["gives the best few equal parts", { top: 2 }, "B 0.5, A 0.5, C 0"],
  ["leaves a part empty where there are fewer symbols", { top: 4 }, "B 0.25, A 0.25, C 0.25"],
  [
    "leaves a part empty for one that has fallen, where it takes risen ones only",
    { top: 3, onlyRising: true },
    "B 0.3333, A 0.3333, C 0",
  ],
  ["looks up to the newest bar where nothing is skipped", { skip: 0 }, "A 1, C 0, B 0"],
])("%s", (_, more, expected) => {
  expect(says(crossSectionalMomentum, { ...params, ...more }, closesOf(market))).toBe(expected);
});

test("of equal returns takes the first by name, whatever the order of the series", () => {
  expect(says(crossSectionalMomentum, params, closesOf({ B: [10, 11, 12], A: [20, 22, 1] }))).toBe("A 1, B 0");
});

test("does not rank a symbol with too few bars, nor one without a price to begin with", () => {
  const view = closesOf({ A: [10, 11, 12], NEW: [10, 20], ODD: [0, 20, 20] });
  expect(says(crossSectionalMomentum, params, view)).toBe("A 1");
});

test("keeps the place of a symbol that is held while it takes no part in the run", () => {
  const symbols = ["A", "B", "C", "GONE"];
  const positions = held({ GONE: [5, 500] });
  expect(says(crossSectionalMomentum, { ...params, top: 2 }, closesOf(market, { symbols, positions }))).toBe(
    "B 0.5, A 0, C 0",
  );
  expect(says(crossSectionalMomentum, { ...params, top: 2 }, closesOf(market, { symbols }))).toBe("B 0.5, A 0.5, C 0");
  // One that another task holds is not of this one.
  expect(says(crossSectionalMomentum, { ...params, top: 2 }, closesOf(market, { positions }))).toBe(
    "B 0.5, A 0.5, C 0",
  );
});

test("names the rank and the return", () => {
  expect(crossSectionalMomentum.decide(closesOf(market), params)[1]?.reasons).toEqual({
    return: 11 / 10 - 1,
    rank: 2,
    of: 3,
  });
});

test("needs the bar from which the return is counted", () => {
  expect(crossSectionalMomentum.needs({})).toEqual({ timeframe: "1Day", bars: 127 });
});

test.each([
  [{ lookback: 20, skip: 20 }, "skip"],
  [{ top: 0 }, "top"],
  [{ onlyRising: 1 }, "onlyRising"],
  [{ bottom: 3 }, "bottom"],
])("the parameters %j are refused", (given, path) => {
  expect(crossSectionalMomentum.paramsFault(given)).toMatchObject([{ path }]);
});
