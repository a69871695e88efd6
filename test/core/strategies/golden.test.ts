// Golden runs: what each built-in strategy wished and ordered over real bars. The files in golden/ tell it; they change only on purpose.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Task } from "../../../src/core/model/task.ts";
import { findStrategy } from "../../../src/core/strategies/registry.ts";
import { day, exampleTask } from "../examples.ts";
import {
  daysOf,
  fiveMinutesOf,
  type GoldenRun,
  goldenRun,
  hashOf,
  inFiveMinutes,
  type Moment,
  marketFolder,
  readBars,
} from "./goldenRun.ts";

const symbols = ["AIG", "BAC", "IBM", "SPY"];
const isThere = existsSync(marketFolder);

const howTo = (name: string): string => `the golden run of ${name} changed.
To look at it: the difference below is in what the strategy wished, or in the orders alone where only their hash differs. For the orders
themselves run this test with GOLDEN_ORDERS=/tmp/after, with GOLDEN_ORDERS=/tmp/before in a checkout of the commit before, and
\`diff -r /tmp/before /tmp/after\`.
To take it over on purpose: \`npx vitest run test/core/strategies/golden.test.ts --update\`, and say in the commit why it changed.`;

async function expectGolden(name: string, shows: string, { changes, orders, equity }: GoldenRun): Promise<void> {
  const folder = process.env.GOLDEN_ORDERS;
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.txt`), `${orders.join("\n")}\n`);
  }
  const end = `${orders.length} orders, hash ${hashOf(orders)}, equity ${equity}`;
  const told = [`# ${shows}`, ...changes, end, ""].join("\n");
  await expect(told, howTo(name)).toMatchFileSnapshot(`golden/${name}.txt`);
}

type Given = { readonly params?: object; readonly sizing?: object };

function traded(
  name: string,
  moments: (needed: number) => Iterable<Moment>,
  { params = {}, sizing }: Given,
): GoldenRun {
  const strategies = [{ name, params: { ...params }, weight: 1 }];
  const common = { method: "percentOfEquity", equityFraction: 0.9, rebalanceBandFraction: 0.05 };
  const task = exampleTask({ symbols, strategies, sizing: { ...(sizing ?? common) } as Task["sizing"] });
  const run = moments(findStrategy(name)?.needs(params).bars ?? 0);
  return goldenRun(task, run, (asOf) => (name === "openingRangeBreakout" ? asOf.slice(0, 16) : asOf.slice(0, 10)));
}

describe.skipIf(!isThere)("over 2019 and 2020, beside the project (skipped where it is absent)", () => {
  const series = isThere ? symbols.map((symbol) => readBars(`daily/${symbol}.csv`, "1Day")) : [];
  const twoYears = (needed: number): Iterable<Moment> => daysOf(series, needed, day("2019-01-02"), day("2020-12-31"));

  test.each<[string, string, Given?]>([
    [
      "bollingerBreakout",
      "was out of everything by 25 February 2020, sat out the crash, and gave its gains back in short trades",
    ],
    [
      "bollingerReversion",
      "bought the first days of the crash of 2020 and held all the way down, as its doc says that it fails",
    ],
    ["buyAndHold", "one order a symbol and nothing ever after: what the others are held against"],
    [
      "crossSectionalMomentum",
      "always in the two that rose most, in the crash of 2020 too; most of its changes are the lead going back and forth",
      { params: { top: 2 } },
    ],
    [
      "dollarCostAveraging",
      "a step of each symbol a day until each has its quarter, a few more after falls, and no sale",
      { sizing: { method: "targetWeights", rebalanceBandFraction: 0.01 } },
    ],
    [
      "donchianBreakout",
      "was out of everything by 25 February 2020 and in again in mid-April: late, and on the right side",
    ],
    [
      "macdTrend",
      "turns first, out by 25 February 2020 and in by 27 March, and pays for it with the most changes of all",
    ],
    ["movingAverageCross", "out a week into the crash of 2020, back in a month after its low"],
    [
      "pairs",
      "long and short of the two financial stocks, mostly for weeks; both legs on the same days",
      { params: { first: "AIG", second: "BAC" } },
    ],
    ["rsiReversion", "a few trades a year, and the whole crash of 2020 held from its first days"],
    [
      "targetWeights",
      "bought once, sold when the gains had left the band: hardly ever anything to do",
      { params: { weights: { IBM: 0.3, SPY: 0.6 } } },
    ],
    ["timeSeriesMomentum", "out in the last days of February 2020, and too late back for the rebound"],
    ["volatilityTrend", "out by early March 2020 and small for long after it, because the market stayed wild"],
  ])("%s: %s", async (name, shows, given = {}) => {
    await expectGolden(name, shows, traded(name, twoYears, given));
  });
});

/** `2013-10-04 IBM 12`: what the orders of a day leave of a symbol. */
function heldOvernight({ orders }: GoldenRun): readonly string[] {
  const left = new Map<string, number>();
  for (const order of orders) {
    const [at = "", side, qty, symbol] = order.split(" ");
    const key = `${at.slice(0, 10)} ${symbol}`;
    left.set(key, (left.get(key) ?? 0) + (side === "buy" ? Number(qty) : -Number(qty)));
  }
  return [...left].filter(([, shares]) => shares !== 0).map(([key, shares]) => `${key} ${shares}`);
}

describe.skipIf(!isThere)("over a week of minutes, beside the project (skipped where it is absent)", () => {
  test("openingRangeBreakout is never held overnight", async () => {
    const series = symbols.map((symbol) => inFiveMinutes(readBars(`minute/${symbol}-2013-10.csv`, "1Min")));
    const run = traded("openingRangeBreakout", (needed) => fiveMinutesOf(series, needed), {});
    expect(heldOvernight(run)).toEqual([]);
    await expectGolden(
      "openingRangeBreakout",
      "in after the first half hour, out a quarter of an hour before the close",
      run,
    );
  });
});
