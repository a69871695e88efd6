// The monitor: orders in doubt are followed until they are proven, lost runs are ended, and the record says what the broker did.
import { afterEach, describe, expect, test } from "vitest";
import { price, qty } from "../../src/core/model/money.ts";
import type { OrderTicket } from "../../src/core/model/order.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { disarm, intervene } from "../support/disturb.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const slotId = "example@20260615T133500Z";
const sent = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;
const requests = (): number => Object.values(stack.simulator.requests()).reduce((sum, count) => sum + count, 0);
const lookUps = "/v2/orders:by_client_order_id";

async function checkAt(instant: string) {
  stack.setNow(instant);
  return stack.app.realtimeMonitor.check();
}

async function recordOf(executionId: string): Promise<ExecutionRecord> {
  const record = await stack.app.executions.get(executionId);
  if (record === undefined) throw new Error(`${executionId} has no record`);
  return record;
}

/** The fills in the record, added up by symbol. */
function filledBySymbol({ fills }: ExecutionRecord): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { symbol, qty } of fills) sums.set(symbol, (sums.get(symbol) ?? 0) + Number(qty));
  return Object.fromEntries(sums);
}

/** The answer to the first order of the run is lost, and from then until the run is over the broker cannot be asked about orders. */
async function runIntoDoubt(kind: "effectThenDrop" | "dropBeforeEffect"): Promise<ExecutionRecord> {
  stack = await runInMemory();
  const { broker } = stack.ports;
  const { submit } = broker;
  stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind });
  Object.assign(broker, {
    submit: (ticket: Parameters<typeof submit>[0]) => {
      stack.simulator.arm({ method: "GET", path: "/v2/orders", count: 1000, kind: "status401" });
      return submit(ticket);
    },
  });
  const record = await stack.runNextSlot();
  Object.assign(broker, { submit });
  await disarm(stack);
  return record;
}

describe("an order whose answer was lost", () => {
  test("is unknown, and is accepted with events and fills by the next check that sees it", async () => {
    const doubtful = await runIntoDoubt("effectThenDrop");
    expect(doubtful.outcomes.map(({ kind }) => kind)).toEqual(["unknown", "accepted"]);
    expect(doubtful.status).toBe("partial");
    await checkAt("2026-06-15T13:36:00Z");
    const record = await recordOf(slotId);
    expect(record).toMatchObject({ status: "succeeded", reason: "", ordersAccepted: 2, ordersFilled: 2 });
    expect(record.outcomes.map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
    const { clientOrderId } = record.outcomes[0]?.ticket ?? {};
    const states = record.events.filter((event) => event.clientOrderId === clientOrderId).map(({ state }) => state);
    expect(states).toEqual(["planned", "unknown", "filled"]);
    const wanted = record.outcomes.map(({ ticket }) => [ticket.symbol, Number(ticket.qty)]);
    expect(filledBySymbol(record)).toEqual(Object.fromEntries(wanted));
    expect(await stack.ports.executions.outstanding()).toEqual([]);
    expect(sent()).toBe(2);
  });

  test("blocks its symbol in the next run, and its exposure counts", async () => {
    await runIntoDoubt("dropBeforeEffect");
    const next = await stack.runNextSlot();
    expect(next.verdicts).toEqual([]);
    expect(next.untraded).toMatchObject([{ symbol: "AAA", reason: expect.stringContaining("on its way") }, {}]);
    expect(sent()).toBe(2);
    expect(Number(next.riskBefore?.gross)).toBeGreaterThan(70_000);
  });

  test("that never arrived is not placed once its grace is over, and not a minute before", async () => {
    await runIntoDoubt("dropBeforeEffect");
    await checkAt("2026-06-15T13:39:59Z");
    expect((await recordOf(slotId)).outcomes[0]?.kind).toBe("unknown");
    await checkAt("2026-06-15T13:40:00Z");
    const record = await recordOf(slotId);
    expect(record.outcomes).toMatchObject([{ kind: "notPlaced", actor: "monitor" }, { kind: "accepted" }]);
    expect(record.events.at(-1)).toMatchObject({ state: "notPlaced" });
    expect(record.status).toBe("partial");
    expect(await stack.ports.executions.outstanding()).toEqual([]);
  });

  test("is told once while the broker cannot be asked for it, and stays in doubt however long that takes", async () => {
    await runIntoDoubt("dropBeforeEffect");
    await stack.deliverAll();
    stack.simulator.arm({ method: "GET", path: lookUps, count: 1000, kind: "status401" });
    const alerts = () => stack.notifications.filter(({ id }) => id.startsWith("order-unknown."));
    await checkAt("2026-06-15T13:40:00Z");
    await stack.deliverAll();
    const early = alerts().length;
    for (const minute of [50, 51, 52, 59]) await checkAt(`2026-06-15T13:${minute}:00Z`);
    await stack.deliverAll();
    expect({ early, late: alerts().length }).toEqual({ early: 0, late: 1 });
    expect(alerts()[0]).toMatchObject({ severity: "error", executionId: slotId });
    expect((await recordOf(slotId)).outcomes[0]?.kind).toBe("unknown");
  });
});

describe("a run whose message vanished", () => {
  test("ends as failed RUN_LOST with its slot, and the next run works", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T13:35:00Z");
    await stack.app.scheduler.tick("timer");
    stack.queues.take("runs");
    expect((await checkAt("2026-06-15T13:49:59Z")).runsEnded).toEqual([]);
    expect((await checkAt("2026-06-15T13:50:00Z")).runsEnded).toEqual([slotId]);
    const record = await recordOf(slotId);
    expect(record).toMatchObject({ status: "failed", code: "RUN_LOST" });
    expect(await stack.ports.slots.get("example", record.slot)).toMatchObject({ state: "failed" });
    expect((await checkAt("2026-06-15T13:51:00Z")).runsEnded).toEqual([]);
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
  });
});

describe("a run that ends long after its orders were sent", () => {
  const byHand = (clientOrderId: string, symbol: string): OrderTicket => ({
    clientOrderId,
    stage: 1,
    strategy: "",
    symbol,
    side: "buy",
    qty: qty(1),
    type: "market",
    timeInForce: "day",
    referencePrice: price(0),
  });

  /** Its worker dies when the orders are sent, and the next execution, of another order, comes 12 minutes later. */
  async function dieAfterOrders(): Promise<unknown> {
    stack.setNow("2026-06-15T13:35:00Z");
    await stack.app.scheduler.tick("timer");
    const message = stack.queues.take("runs")?.body;
    const { executions, broker } = stack.ports;
    const { finish } = executions;
    const died = Promise.withResolvers<void>();
    Object.assign(executions, {
      finish: () => {
        died.resolve();
        return new Promise<never>(() => undefined);
      },
    });
    void stack.app.runDelivery.deliver(message);
    await died.promise;
    Object.assign(executions, { finish });
    await checkAt("2026-06-15T13:35:30Z");
    stack.setNow("2026-06-15T13:47:00Z");
    await broker.submit(byHand("by-hand", "BBB"));
    await checkAt("2026-06-15T13:47:30Z");
    return message;
  }

  test("has its executions in its record, and is settled", async () => {
    stack = await runInMemory();
    const message = await dieAfterOrders();
    stack.setNow("2026-06-15T13:48:00Z");
    await stack.app.runDelivery.deliver(message);
    const record = await recordOf(slotId);
    expect(record).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    const filled = record.outcomes.map(({ ticket }) => [ticket.symbol, Number(ticket.qty)]);
    expect(filledBySymbol(record)).toEqual(Object.fromEntries(filled));
    expect(record.fills).toHaveLength(new Set(record.fills.map(({ id }) => id)).size);
    expect(await stack.app.executions.outstanding()).toEqual([]);
  });

  test("explains its fills while it is under way", async () => {
    stack = await runInMemory();
    await intervene(stack, { kind: "haltSymbol", symbol: "AAA" });
    await dieAfterOrders();
    await intervene(stack, { kind: "resumeSymbol", symbol: "AAA" });
    const { drifts } = await checkAt("2026-06-15T13:48:00Z");
    expect(await stack.ports.broker.positions()).toHaveLength(2);
    expect(drifts.map(({ symbol }) => symbol)).not.toContain("AAA");
  });
});

describe("what a check keeps", () => {
  test("is the equity, the highest it was, and that at the first check of the day", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    const kept: { equity: number; peak: number; dayStart: number; day: string }[] = [];
    const days = ["2026-06-15T14:00:00Z", "2026-06-15T17:00:00Z", "2026-06-16T13:31:00Z", "2026-06-16T19:00:00Z"];
    for (const instant of days) {
      await checkAt(instant);
      const state = (await stack.ports.monitor.read())?.state;
      kept.push({
        equity: Number(state?.equity),
        peak: Number(state?.peakEquity),
        dayStart: Number(state?.dayStartEquity),
        day: state?.tradingDay ?? "",
      });
    }
    const equities = kept.map(({ equity }) => equity);
    expect(new Set(equities).size).toBe(4);
    // The check that followed the run was the first of its day.
    kept.forEach(({ peak }, index) => {
      expect(peak).toBeGreaterThanOrEqual(Math.max(...equities.slice(0, index + 1)));
    });
    expect(kept.map(({ day }) => day)).toEqual(["2026-06-15", "2026-06-15", "2026-06-16", "2026-06-16"]);
    expect(kept[1]?.dayStart).toBe(kept[0]?.dayStart);
    expect(kept[2]?.dayStart).toBe(equities[2]);
    expect(kept[3]?.dayStart).toBe(equities[2]);
  });

  test("is untouched when the broker is down, which is thrown as transient", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    const before = { state: await stack.ports.monitor.read(), record: await recordOf(slotId) };
    stack.simulator.arm({ path: "/v2/", count: 1000, kind: "status503" });
    stack.setNow("2026-06-15T13:36:00Z");
    await expect(stack.app.realtimeMonitor.check()).rejects.toMatchObject({
      name: "TransientError",
      code: "BROKER_UNAVAILABLE",
    });
    expect({ state: await stack.ports.monitor.read(), record: await recordOf(slotId) }).toEqual(before);
  });

  test("two checks at once leave one state, each fill once and no drift", async () => {
    await runIntoDoubt("effectThenDrop");
    stack.setNow("2026-06-15T13:36:00Z");
    await Promise.all([stack.app.realtimeMonitor.check(), stack.app.realtimeMonitor.check()]);
    await checkAt("2026-06-15T13:37:00Z");
    const record = await recordOf(slotId);
    const ids = record.fills.map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(filledBySymbol(record)).toEqual(
      Object.fromEntries(record.outcomes.map(({ ticket }) => [ticket.symbol, Number(ticket.qty)])),
    );
    expect((await stack.ports.monitor.read())?.state.drifts).toEqual([]);
  });

  test("two checks at once write each step of an order once", async () => {
    await runIntoDoubt("effectThenDrop");
    stack.setNow("2026-06-15T13:36:00Z");
    await Promise.all([stack.app.realtimeMonitor.check(), stack.app.realtimeMonitor.check()]);
    const { events } = await recordOf(slotId);
    expect(events.filter(({ state }) => state === "filled")).toHaveLength(2);
  });
});

describe("a closed market", () => {
  test("is not asked about anything while no order is outstanding", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    await checkAt("2026-06-15T13:36:00Z");
    const before = requests();
    const report = await checkAt("2026-06-15T20:30:00Z");
    expect(report).toMatchObject({ askedBroker: false, outstanding: 0 });
    expect(requests() - before).toBe(0);
  });

  test("is asked as long as an order is in doubt", async () => {
    await runIntoDoubt("dropBeforeEffect");
    expect(await checkAt("2026-06-15T20:30:00Z")).toMatchObject({ askedBroker: true, outstanding: 1 });
  });
});

describe("orders that go another way than planned", () => {
  test("a part that fills is kept, the rest works until the close and then the record says it is over", async () => {
    stack = await runInMemory();
    await intervene(stack, { kind: "partialThenSilence", count: 1 });
    const record = await stack.runNextSlot();
    const [partly] = record.outcomes;
    expect(partly).toMatchObject({ kind: "accepted", order: { status: "partially_filled" } });
    expect(record).toMatchObject({ status: "succeeded", ordersAccepted: 2, ordersFilled: 1 });
    expect(await stack.ports.executions.outstanding()).toMatchObject([{ executionId: slotId }]);
    await checkAt("2026-06-15T20:30:00Z");
    const closed = await recordOf(slotId);
    const [over] = closed.outcomes;
    if (over?.kind !== "accepted") throw new Error("the order is still there");
    expect(["canceled", "expired"]).toContain(over.order.status);
    expect(Number(over.order.filledQty)).toBeGreaterThan(0);
    expect(Number(over.order.filledQty)).toBeLessThan(Number(over.ticket.qty));
    expect(filledBySymbol(closed).AAA).toBe(Number(over.order.filledQty));
    expect(closed.status).toBe("partial");
    expect(closed.reason).toContain(`buy AAA ended as ${over.order.status}`);
    expect(await stack.ports.executions.outstanding()).toEqual([]);
  });

  test("an order taken and rejected afterwards is rejected in the record, and the run is partial", async () => {
    stack = await runInMemory();
    await intervene(stack, { kind: "rejectNextOrders", count: 1 });
    await stack.runNextSlot();
    await checkAt("2026-06-15T13:36:00Z");
    const record = await recordOf(slotId);
    expect(record.outcomes).toMatchObject([
      { kind: "accepted", order: { status: "rejected", filledQty: "0" } },
      { kind: "accepted", order: { status: "filled" } },
    ]);
    expect(record).toMatchObject({ status: "partial", ordersFilled: 1 });
    expect(record.reason).toContain("buy AAA ended as rejected");
    expect(await stack.ports.executions.outstanding()).toEqual([]);
  });
});
