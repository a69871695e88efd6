// Whole days under seeded faults, a run killed at each of its calls, and the planted bugs that both must find.
import { describe, expect, test } from "vitest";
import { walkCrashes } from "../../src/replay/crashWalk.ts";
import { mutants } from "../../src/replay/mutants.ts";
import { simulateDay } from "../../src/replay/simulatedDay.ts";

const longMs = 180_000;

describe("simulated days", () => {
  test("break no rule, and hold orders, crashes and failed calls", { timeout: longMs }, async () => {
    const total = { orders: 0, fills: 0, crashes: 0, faults: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const day = await simulateDay(seed);
      expect(day.violations, `npm run simulate -- --seed ${seed} --trace`).toEqual([]);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += day[key];
    }
    expect(total.orders).toBeGreaterThan(200);
    expect(total.fills).toBeGreaterThan(200);
    expect(total.crashes).toBeGreaterThan(50);
    expect(total.faults).toBeGreaterThan(50);
  });

  test.each([
    [769, "an order that a second worker sent after the first had ended the run is in its record"],
    [906, "orders that a second worker sent while the first one cancelled exits are in the record"],
    [402, "a halt waits for a second worker even when clocks are off"],
    [101, "a halt waits for the twin of a run that has just ended"],
  ])("seed %i: %s", async (seed) => {
    expect((await simulateDay(seed)).violations).toEqual([]);
  });

  test("are the same, call by call, for the same seed", { timeout: longMs }, async () => {
    const traceOf = async (seed: number): Promise<readonly string[]> => {
      const lines: string[] = [];
      await simulateDay(seed, { trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await traceOf(17);
    expect(first.length).toBeGreaterThan(300);
    expect(await traceOf(17)).toEqual(first);
    expect(await traceOf(18)).not.toEqual(first);
  });

  test.each(mutants)("find within 200 seeds that $bug ($name)", { timeout: longMs }, async (mutant) => {
    for (let seed = 1; seed <= 200; seed++) {
      if ((await simulateDay(seed, { mutant })).violations.length > 0) return;
    }
    expect.fail("no seed found it");
  });
});

describe("killed at each call", () => {
  test.each([
    ["tick", ["runs.enqueueAll", "table TradewindBook.writeAll"], 8],
    ["run", ["broker.submit tw.second@20260615T143000Z.targetWeights.CCC.buy.1", "broker.account"], 40],
    ["protected run", ["broker.cancel"], 55],
    ["monitor", ["broker.fillsSince 2026-06-15T14:20:00.000Z"], 10],
  ] as const)("a %s comes right, whatever becomes of the call", { timeout: longMs }, async (work, some, least) => {
    const { calls, tried, survived, broken } = await walkCrashes(work);
    for (const call of some)
      expect(
        calls.some((each) => each.startsWith(call)),
        call,
      ).toBe(true);
    expect(calls.length).toBeGreaterThanOrEqual(least);
    expect(broken).toEqual([]);
    expect(survived).toBe(tried);
    expect(tried).toBe(5 * calls.length);
  });

  test("a tick whose agenda moves on first is found out", { timeout: longMs }, async () => {
    const mutant = mutants.find(({ name }) => name === "agendaFirst");
    expect(mutant).toBeDefined();
    const { broken } = await walkCrashes("tick", mutant);
    expect(broken.map(({ fault }) => fault)).toContain("crashBefore");
  });
});
