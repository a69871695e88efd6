// A run that is resumed after another one: neither sends what the other may have sent.
import { afterEach, expect, test } from "vitest";
import type { OrderTicket } from "../../src/core/model/order.ts";
import { asked, at, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { dieBeforeOrder, tickAndTake } from "../support/runInHand.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const slotId = "example@20260615T133500Z";
const sent = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;

test("another run leaves alone what a plan under way may have sent, and the resumed run then completes that plan", async () => {
  stack = await runInMemory();
  const run = await dieBeforeOrder(stack, 1);

  stack.setNow("2026-06-15T13:38:00Z");
  const other = { ...run, slot: at("2026-06-15T13:37:00Z"), runId: "example@20260615T133700Z" };
  await stack.app.runDelivery.deliver({ run: other });
  expect((await stack.app.executions.get(other.runId))?.untraded).toMatchObject([
    { symbol: "AAA", reason: expect.stringContaining("on its way") },
    { symbol: "BBB", reason: expect.stringContaining("on its way") },
  ]);
  expect(sent()).toBe(0);
  await stack.app.runDelivery.deliver({ run });
  expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "succeeded", ordersFilled: 2 });
  expect(sent()).toBe(2);
});

test("what a first worker holds back is in doubt once a second one has the run, and is accepted when that one's order arrives", async () => {
  stack = await runInMemory();
  const run = await tickAndTake(stack);
  const { broker } = stack.ports;
  const { submit } = broker;
  const twinDied = Promise.withResolvers<OrderTicket>();
  let calls = 0;
  Object.assign(broker, {
    submit: async (ticket: OrderTicket) => {
      calls++;
      // The lock of the first worker runs out while it sends its first order. The second one dies while it sends its second.
      if (calls === 3) twinDied.resolve(ticket);
      if (calls === 3) return new Promise<never>(() => undefined);
      if (calls > 1) return submit(ticket);
      void stack.app.runDelivery.deliver({ run });
      await twinDied.promise;
      await stack.app.controlService.change(asked("halt"));
      return submit(ticket);
    },
  });
  await stack.app.runDelivery.deliver({ run });
  const outcomes = async () => (await stack.app.executions.get(slotId))?.outcomes;
  expect(await outcomes()).toMatchObject([
    { kind: "accepted" },
    { kind: "unknown", message: expect.stringContaining("HALTED") },
  ]);
  expect(await stack.app.executions.outstanding()).toMatchObject([{ executionId: slotId }]);

  await submit(await twinDied.promise);
  await stack.app.realtimeMonitor.check();
  expect(await outcomes()).toMatchObject([{ kind: "accepted" }, { kind: "accepted", order: { status: "filled" } }]);
  expect(await stack.app.executions.outstanding()).toEqual([]);
});

test("a worker that comes to a run when it has just ended sends nothing of it", async () => {
  stack = await runInMemory();
  const { executions } = stack.app;
  const { loadPlan } = executions;
  // The first worker dies at its first order. The run is ended, as lost, while the second one reads its plan.
  const run = await dieBeforeOrder(stack, 1);
  let reads = 0;
  Object.assign(executions, {
    loadPlan: async (id: string) => {
      const plan = await loadPlan(id);
      if (++reads === 1) await stack.app.runDelivery.deliverDead({ run }, { messageId: "m", reason: "a test" });
      return plan;
    },
  });
  await stack.app.runDelivery.deliver({ run });
  expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "failed", code: "DEAD_LETTERED" });
  expect(sent()).toBe(0);
});
