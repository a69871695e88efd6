// Each order policy of a task through the whole stack: what the exchange takes, and when it fills.
import { afterEach, expect, test } from "vitest";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const sentBy = async (orders: object) => {
  stack = await runInMemory({ config: exampleConfig(["AAA", "BBB"], { orders }) });
  return stack.runNextSlot();
};

test.each(["market", "limit", "marketableLimit"])("%s orders are taken and fill at once", async (type) => {
  const record = await sentBy({ type, collarFraction: 0.01 });
  expect(record).toMatchObject({ status: "succeeded", ordersFilled: 2 });
  for (const { ticket } of record.outcomes) {
    expect(ticket.type).toBe(type === "market" ? "market" : "limit");
    const limit = Number(ticket.limitPrice ?? Number.NaN);
    if (type !== "market") expect(limit / Number(ticket.referencePrice)).toBeCloseTo(1.01, 2);
  }
});

test("orders for the close wait for it, and the monitor follows them until they have filled in its auction", async () => {
  const record = await sentBy({ type: "marketOnClose" });
  expect(record).toMatchObject({ status: "succeeded", ordersAccepted: 2, ordersFilled: 0 });
  expect(record.outcomes.map(({ ticket }) => `${ticket.type} ${ticket.timeInForce}`)).toEqual([
    "market cls",
    "market cls",
  ]);
  stack.setNow("2026-06-15T20:01:00Z");
  await stack.app.realtimeMonitor.check();
  expect(await stack.app.executions.get(record.executionId)).toMatchObject({ ordersFilled: 2 });
});

test("orders for the open go out before it, and fill in its auction", async () => {
  const { automation, tasks } = exampleConfig(["AAA", "BBB"], {
    orders: { type: "marketOnOpen" },
    schedule: { cron: "0 8 * * 1-5" },
  });
  const trading_window = {
    ...automation.trading_window,
    extendedHours: true,
    ranges: [{ start: "04:00", end: "20:00" }],
  };
  const config = automationConfigSchema.parse({ automation: { ...automation, trading_window }, tasks });
  stack = await runInMemory({ config, now: "2026-06-15T11:59:00Z" });
  const { marketData, clock } = stack.ports;
  const { latestPrices } = marketData;
  // The tape has no trades before the open: these are at the prices of the day before.
  const early: typeof latestPrices = async (symbols) =>
    new Map([...(await latestPrices(symbols))].map(([symbol, latest]) => [symbol, { ...latest, at: clock.now() }]));
  Object.assign(marketData, { latestPrices: early });
  const record = await stack.runNextSlot();
  expect(record).toMatchObject({ status: "succeeded", ordersAccepted: 2, ordersFilled: 0 });
  stack.setNow("2026-06-15T13:31:00Z");
  await stack.app.realtimeMonitor.check();
  expect(await stack.app.executions.get(record.executionId)).toMatchObject({ ordersFilled: 2 });
});
