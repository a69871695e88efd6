// A rebalance in stages: what is sold first funds what is bought, and a crash between the two loses and doubles nothing.
import { afterEach, describe, expect, test } from "vitest";
import { price, qty } from "../../src/core/model/money.ts";
import type { OrderTicket } from "../../src/core/model/order.ts";
import { intervene } from "../support/disturb.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { dieBeforeOrder } from "../support/runInHand.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const slotId = "example@20260615T133500Z";
const sell = `tw.${slotId}.targetWeights.AAA.sell.1`;
const buy = `tw.${slotId}.targetWeights.BBB.buy.1`;
const sent = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;

const byHand = (clientOrderId: string, symbol: string, shares: number): OrderTicket => ({
  clientOrderId,
  stage: 1,
  strategy: "",
  symbol,
  side: "buy",
  qty: qty(shares),
  type: "market",
  timeInForce: "day",
  referencePrice: price(0),
});

/** Four fifths of the account are in AAA and all of them are to go to BBB, which the gross limit allows in this order only. */
async function heldTheOther(): Promise<void> {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"], {
    strategies: [{ name: "targetWeights", params: { weights: { AAA: 0, BBB: 1 } } }],
  });
  const risk_limits = {
    ...automation.risk_limits,
    maxOrderNotionalUsd: 100_000,
    maxPositionFraction: 0.95,
    maxGrossFraction: 0.95,
  };
  stack = await runInMemory({ config: { ...config, automation: { ...automation, risk_limits } } });
  await stack.ports.broker.submit(byHand("before", "AAA", 1500));
}

describe("a rebalance that lives on its sells", () => {
  test("sells first, and buys once the sells have filled", async () => {
    await heldTheOther();
    const { broker } = stack.ports;
    const { submit } = broker;
    const seen: unknown[] = [];
    Object.assign(broker, {
      submit: async (ticket: OrderTicket) => {
        const held = (await broker.positions()).map(({ symbol }) => symbol);
        seen.push([ticket.clientOrderId, ticket.stage, held]);
        return submit(ticket);
      },
    });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(seen).toEqual([
      [sell, 1, ["AAA"]],
      [buy, 2, []],
    ]);
    expect((await broker.positions()).map(({ symbol }) => symbol)).toEqual(["BBB"]);
  });

  test.each([
    ["is rejected", { kind: "rejectNextOrders", count: 1 }],
    ["does not fill", { kind: "haltSymbol", symbol: "AAA" }],
    ["fills in part", { kind: "partialThenSilence", count: 1 }],
  ] as const)("withholds the buy when the sell %s", async (_, intervention) => {
    await heldTheOther();
    const before = sent();
    await intervene(stack, intervention);
    const record = await stack.runNextSlot();
    expect(record.status).toBe("partial");
    expect(record.outcomes).toMatchObject([
      { kind: "accepted", ticket: { clientOrderId: sell } },
      { kind: "withheld", code: "NOT_FUNDED", message: `it waited for ${sell}, which has not filled` },
    ]);
    expect(sent() - before).toBe(1);
  });

  test("is completed by the resumed run after a crash between the stages, each order sent once", async () => {
    await heldTheOther();
    const before = sent();
    const run = await dieBeforeOrder(stack, 2);
    expect(sent() - before).toBe(1);
    await stack.app.runDelivery.deliver({ run });
    expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(sent() - before).toBe(2);
    expect((await stack.ports.broker.positions()).map(({ symbol }) => symbol)).toEqual(["BBB"]);
  });
});

describe("a resumed plan", () => {
  test("looks every order up before it sends one", async () => {
    await heldTheOther();
    const run = await dieBeforeOrder(stack, 1);
    const { broker } = stack.ports;
    const { submit } = broker;
    const key = "GET /v2/orders:by_client_order_id";
    const lookedUp = stack.simulator.requests()[key] ?? 0;
    let before: number | undefined;
    Object.assign(broker, {
      submit: (ticket: OrderTicket) => {
        before ??= (stack.simulator.requests()[key] ?? 0) - lookedUp;
        return submit(ticket);
      },
    });
    await stack.app.runDelivery.deliver({ run });
    expect(before).toBe(2);
  });

  test("is stale when somebody traded in between, and its orders are in doubt until the broker's word is proof", async () => {
    await heldTheOther();
    const run = await dieBeforeOrder(stack, 1);
    await stack.ports.broker.submit(byHand("between", "BBB", 3));
    const before = sent();
    await stack.app.runDelivery.deliver({ run });
    expect(sent()).toBe(before);
    const message = expect.stringContaining("PLAN_STALE");
    expect((await stack.app.executions.get(slotId))?.outcomes).toMatchObject([
      { kind: "unknown", message },
      { kind: "unknown", message },
    ]);
    stack.setNow("2026-06-15T13:40:00Z");
    await stack.app.realtimeMonitor.check();
    expect((await stack.app.executions.get(slotId))?.outcomes).toMatchObject([
      { kind: "notPlaced" },
      { kind: "notPlaced" },
    ]);
  });

  test("keeps the order that arrived when the rest is stale", async () => {
    await heldTheOther();
    const run = await dieBeforeOrder(stack, 2);
    await stack.ports.broker.submit(byHand("between", "BBB", 3));
    await stack.app.runDelivery.deliver({ run });
    expect((await stack.app.executions.get(slotId))?.outcomes).toMatchObject([
      { kind: "accepted", order: { clientOrderId: sell, status: "filled" } },
      { kind: "unknown", message: expect.stringContaining("PLAN_STALE") },
    ]);
  });
});
