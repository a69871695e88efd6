// What is drawn for a proof under real processes: who is killed when, and the slots that become due.
import { expect, test } from "vitest";
import { dueSlots } from "../../src/core/schedule/dueSlots.ts";
import { decideWindow } from "../../src/core/schedule/tradingWindow.ts";
import { beginning, drawRounds, slots, twoTasks } from "../../src/replay/processPlan.ts";

test("each three rounds kill each kind of process once, in no fixed order", () => {
  const kinds = drawRounds(4, 30, 1500).map(({ victim }) => victim);
  const threes = Array.from({ length: 10 }, (_, index) => kinds.slice(3 * index, 3 * index + 3));
  for (const three of threes) expect([...three].sort()).toEqual(["broker", "host", "simulator"]);
  expect(new Set(threes.map((three) => three.join())).size).toBeGreaterThan(2);
});

test("kills come within the given time, and half of them in its first quarter", () => {
  const moments = drawRounds(4, 400, 1500).map(({ killAfterMs }) => killAfterMs);
  expect(Math.max(...moments)).toBeGreaterThan(1400);
  expect(Math.max(...moments)).toBeLessThanOrEqual(1500);
  const early = moments.filter((ms) => ms < 1500 / 4).length;
  expect(early).toBeGreaterThan(160);
  expect(early).toBeLessThan(240);
});

test("a seed repeats its rounds, a longer proof begins like a shorter one, and another seed has others", () => {
  expect(drawRounds(4, 9, 1500)).toEqual(drawRounds(4, 60, 1500).slice(0, 9));
  expect(drawRounds(5, 9, 1500)).not.toEqual(drawRounds(4, 9, 1500));
});

test("one slot of one task is due in each minute, inside the window, and none between two days", () => {
  const drawn = slots();
  const first = Array.from({ length: 620 }, () => drawn.next().value).flatMap((slot) => slot ?? []);
  const last = first.at(-1)?.at ?? beginning;
  const { trading_window: window } = twoTasks.automation;
  const due = twoTasks.tasks.flatMap((task) => dueSlots(task, window, beginning, last, 10_000));
  expect(first.map(({ at }) => at)).toEqual(due.sort());
  expect(first.every(({ at }) => decideWindow(window, at).open)).toBe(true);
  expect(first[0]?.runId).toBe("even@20260615T140000Z");
  expect(first[300]?.runId).toBe("even@20260616T140000Z");
  expect(first[301]?.runId).toBe("odd@20260616T140100Z");
});
