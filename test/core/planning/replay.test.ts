// A stored plan against what its stored inputs give now: the same, byte for byte, or told.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunInputs, RunPlan } from "../../../src/core/model/run.ts";
import { canonicalJson, decodeInputs, encodeInputs } from "../../../src/core/planning/canonicalJson.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import { replay } from "../../../src/core/planning/replay.ts";
import { exampleControl, exampleInputs, exampleLimits, exampleMarket, examplePortfolio } from "../examples.ts";

const throughStore = (inputs: RunInputs): RunInputs => decodeInputs(JSON.parse(JSON.stringify(encodeInputs(inputs))));
const planThroughStore = (plan: RunPlan): RunPlan => JSON.parse(JSON.stringify(plan));

const inputs = exampleInputs();
const examplePlan = (): RunPlan => planRun(inputs);

describe("the same inputs", () => {
  test.each<[string, RunInputs]>([
    ["with targets to reach", inputs],
    ["while trading is halted", exampleInputs({ control: exampleControl({ tradingState: "halted" }) })],
    ["where limits deny", exampleInputs({ limits: exampleLimits({ maxOrderNotionalUsd: 5 }) })],
    ["without any market", exampleInputs({ market: exampleMarket() })],
    ["with nothing held", exampleInputs({ portfolio: examplePortfolio() })],
  ])("give the identical plan, from the store too: %s", (_, given) => {
    const made = planRun(given);
    const { identical, stored, replayed } = replay({ plan: planThroughStore(made), inputs: throughStore(given) });
    expect(identical).toBe(true);
    expect(stored).toBe(canonicalJson(made));
    expect(replayed).toBe(stored);
  });

  test("give it whatever the order of the keys in the stored plan", () => {
    const plan = examplePlan();
    const reversed = Object.fromEntries(Object.entries(plan).toReversed()) as unknown as RunPlan;
    expect(Object.keys(reversed)).not.toEqual(Object.keys(plan));
    expect(replay({ plan: reversed, inputs }).identical).toBe(true);
  });
});

/** Every way to one text or number of a plan. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === "string" || typeof value === "number") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

/** A copy in which one character of one value, picked by a number, is another: a digit for a digit, a letter for anything else. */
function withOneByteChanged(original: RunPlan, path: readonly string[], pick: number): RunPlan {
  const copy: RunPlan = structuredClone(original);
  let holder: Record<string, unknown> = copy as unknown as Record<string, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  const text = String(holder[last]);
  const index = pick % Math.max(text.length, 1);
  const character = text[index] ?? "";
  const other = /\d/.test(character) ? String((Number(character) + 1) % 10) : character === "x" ? "y" : "x";
  const changed = text.slice(0, index) + other + text.slice(index + 1);
  holder[last] = typeof holder[last] === "number" ? Number(changed.replace(/[xy]/g, "9")) : changed;
  return copy;
}

describe("another plan is told", () => {
  test("whichever value has one byte changed", () => {
    const plan = examplePlan();
    const leaves = leavesOf(plan);
    expect(leaves.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.nat(), (pick) => {
        for (const path of leaves) {
          const changed = replay({ plan: withOneByteChanged(plan, path, pick), inputs });
          expect(changed.identical, path.join(".")).toBe(false);
          expect(changed.stored).not.toBe(changed.replayed);
          expect(changed.replayed).toBe(canonicalJson(plan));
        }
      }),
      { numRuns: 3 },
    );
  });

  test.each<[string, (plan: RunPlan) => Partial<RunPlan>]>([
    ["a ticket is missing", ({ tickets }) => ({ tickets: tickets.slice(1) })],
    ["tickets are in another order", ({ tickets }) => ({ tickets: tickets.toReversed() })],
    ["a skip was added", () => ({ skip: { code: "HALTED", reason: "" } })],
    ["a failure was added", () => ({ strategyFailures: [{ strategy: "targetWeights", message: "threw" }] })],
  ])("when %s", (_, changes) => {
    const plan = examplePlan();
    expect(replay({ plan: { ...plan, ...changes(plan) }, inputs }).identical).toBe(false);
  });
});

test.each<[string, Partial<RunInputs>]>([
  ["a price moved by a cent", { market: exampleMarket({ AAA: "100.01", BBB: "50.5", CCC: 20 }) }],
  ["the account held a share more", { portfolio: examplePortfolio({ positions: { CCC: [31, 620] } }) }],
  ["a limit was another, though no order meets it", { limits: exampleLimits({ maxOrderNotionalUsd: 999_999 }) }],
  ["the switch had another reason", { control: exampleControl({ reason: "second start" }) }],
])("inputs that are not those of the plan are told: %s", (_, changes) => {
  expect(replay({ plan: examplePlan(), inputs: exampleInputs(changes) }).identical).toBe(false);
});
