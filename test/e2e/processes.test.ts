// Host, broker and exchange killed in turn at moments of a run: the books agree in the end, and nothing was ordered twice.
import { expect, test } from "vitest";
import { surviveProcesses } from "../../src/replay/processes.ts";

test("a kill of any process leaves no order twice, no order unrecorded and no slot without its end", async () => {
  const { kills, runs, orders, violations } = await surviveProcesses({ rounds: 6, seed: 3, quick: true });
  expect(violations).toEqual([]);
  expect(kills).toEqual({ host: 2, broker: 2, simulator: 2 });
  expect(runs).toBeGreaterThan(6);
  // Every slot wants other shares of the three symbols than the one before: both tasks have traded. On a busy machine later slots may end unrun.
  expect(orders).toBeGreaterThanOrEqual(2 * 3);
});
