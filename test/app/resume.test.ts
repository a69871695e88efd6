// A run that is resumed after another one: neither sends what the other may have sent.
import { afterEach, expect, test } from "vitest";
import type { OrderTicket } from "../../src/core/model/order.ts";
import { runMessageSchema } from "../../src/core/model/run.ts";
import { at, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const slotId = "example@20260615T133500Z";
const sent = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;

test("another run leaves alone what a plan under way may have sent, and the resumed run then completes that plan", async () => {
  stack = await runInMemory();
  stack.setNow("2026-06-15T13:35:00Z");
  await stack.app.scheduler.tick("timer");
  const { run } = runMessageSchema.parse(stack.queues.take("runs")?.body);
  const { broker } = stack.ports;
  const { submit } = broker;
  const died = Promise.withResolvers<void>();
  Object.assign(broker, {
    submit: (_: OrderTicket) => {
      died.resolve();
      return new Promise<never>(() => undefined);
    },
  });
  void stack.app.runDelivery.deliver({ run });
  await died.promise;
  Object.assign(broker, { submit });

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
