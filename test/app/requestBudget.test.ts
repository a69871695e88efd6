// The broker's request budget: orders and reads wait for room, cancellations have some of their own.
import { afterEach, expect, test } from "vitest";
import { withRequestBudget } from "../../src/app/requestBudget.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

/** A clock whose waits pass at once, and the times at which a broker saw requests. */
async function budgeted() {
  stack = await runInMemory();
  let nowMs = 0;
  const seenMs: number[] = [];
  const clock: Clock = {
    ...stack.ports.clock,
    realMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const note = (): void => {
    seenMs.push(nowMs);
  };
  const broker = withRequestBudget(
    {
      ...stack.ports.broker,
      asset: async () => {
        note();
        return undefined;
      },
      findOrder: async () => {
        note();
        return undefined;
      },
      cancel: async () => {
        note();
        return { kind: "accepted" };
      },
    },
    clock,
  );
  return {
    broker,
    seenMs,
    pass: (ms: number): void => {
      nowMs += ms;
    },
    now: () => nowMs,
  };
}

/** The most requests within any minute. */
const busiestMinute = (seenMs: readonly number[]): number =>
  Math.max(...seenMs.map((from) => seenMs.filter((at) => at >= from && at < from + 60_000).length));

test("five hundred reads in a row keep to the budget of each minute", async () => {
  const { broker, seenMs, now } = await budgeted();
  for (let count = 0; count < 500; count++) await broker.findOrder("x");
  expect(seenMs).toHaveLength(500);
  expect(busiestMinute(seenMs)).toBe(160);
  expect(now()).toBe(180_000);
});

test("a cancellation does not wait where an order would", async () => {
  const { broker, now } = await budgeted();
  for (let count = 0; count < 160; count++) await broker.findOrder("x");
  await broker.cancel("b");
  expect(now()).toBe(0);
  await broker.room();
  expect(now()).toBe(60_000);
});

test("room comes back as requests grow old, not all at once", async () => {
  const { broker, pass, now } = await budgeted();
  for (let count = 0; count < 80; count++) await broker.findOrder("x");
  pass(30_000);
  for (let count = 0; count < 80; count++) await broker.findOrder("x");
  await broker.findOrder("x");
  expect(now()).toBe(60_000);
});

test("a hundred symbols take nine reads, one more every two seconds of sending, and one request an order", async () => {
  const sizing = { method: "percentOfEquity", equityFraction: 0.8, rebalanceBandFraction: 0.001 };
  const symbols = Array.from({ length: 100 }, (_, index) => `S${String(index).padStart(2, "0")}`);
  stack = await runInMemory({ symbols, config: exampleConfig(symbols, { sizing }) });
  const startedMs = stack.ports.clock.realMs();
  const record = await stack.runNextSlot();
  const seconds = (stack.ports.clock.realMs() - startedMs) / 1000;
  expect(record).toMatchObject({ status: "succeeded", ordersPlanned: 100, ordersFilled: 100 });
  const {
    "POST /v2/orders": orders = 0,
    "GET /v2/stocks/snapshots": prices = 0,
    ...reads
  } = stack.simulator.requests();
  expect(orders).toBe(100);
  // One for the plan, one at the gate, and another there whenever the last one is two seconds old.
  expect(prices).toBeGreaterThanOrEqual(2);
  expect(prices).toBeLessThanOrEqual(2 + seconds / 2);
  // For the plan the orders are read twice: those that are open, and those of the last day. They are looked at once more when all are sent. The
  // monitor's first look after the run reads account, positions and orders again, and the executions twice; a hundred of them fill a page, so
  // each time there is a second. Assets and calendar are asked for once a day.
  expect(reads).toEqual({
    "GET /v2/account": 2,
    "GET /v2/positions": 2,
    "GET /v2/orders": 4,
    "GET /v2/clock": 1,
    "GET /v2/assets": 1,
    "GET /v2/calendar": 1,
    "GET /v2/account/activities": 4,
  });
});

test("what people ask leaves half of each minute to the runs, and never waits", async () => {
  const { broker, seenMs, pass, now } = await budgeted();
  for (let count = 0; count < 90; count++) await broker.spare.asset("AAA");
  await expect(broker.spare.asset("AAA")).rejects.toMatchObject({ code: "BROKER_BUSY" });
  expect(now()).toBe(0);
  for (let count = 0; count < 70; count++) await broker.findOrder("x");
  expect([seenMs.length, now()]).toEqual([160, 0]);
  pass(60_000);
  await broker.spare.asset("AAA");
  expect(seenMs).toHaveLength(161);
});
