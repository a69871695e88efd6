// Work in lanes: as many at once as are allowed, and the answers in the order of what was asked.
import { expect, test } from "vitest";
import { inLanes } from "../../../src/core/model/lanes.ts";

/** Works until it is let go, and counts how many are under way. */
function stepped() {
  const waiting = new Map<number, () => void>();
  let most = 0;
  const work = async (item: number): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(item, resolve);
    most = Math.max(most, waiting.size);
    await promise;
    waiting.delete(item);
    return `did ${item}`;
  };
  const finish = async (item: number): Promise<void> => {
    waiting.get(item)?.();
    await new Promise((done) => setImmediate(done));
  };
  return { work, finish, underWay: () => [...waiting.keys()], most: () => most };
}

test("no more than the lanes are under way, the next begins when any ends, and answers keep their order", async () => {
  const steps = stepped();
  const answers = inLanes(2, [1, 2, 3, 4], steps.work);
  expect(steps.underWay()).toEqual([1, 2]);
  await steps.finish(2);
  expect(steps.underWay()).toEqual([1, 3]);
  for (const item of [3, 1, 4]) await steps.finish(item);
  expect(await answers).toEqual(["did 1", "did 2", "did 3", "did 4"]);
  expect(steps.most()).toBe(2);
});

test("fewer things than lanes are all begun at once, and of none there is no answer", async () => {
  expect(await inLanes(5, [1, 2], async (item) => item * 2)).toEqual([2, 4]);
  expect(await inLanes(5, [], async () => 1)).toEqual([]);
});

test("the first failure is told", async () => {
  const failing = inLanes(2, [1, 2, 3], async (item) => {
    if (item === 2) throw new Error("the second");
    return item;
  });
  await expect(failing).rejects.toThrow("the second");
});
