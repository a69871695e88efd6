// The whole local stack under kills and doubled deliveries: one order per intent, one whole record.
import { ServiceBusClient } from "@azure/service-bus";
import { afterEach, expect, test } from "vitest";
import type { RunSummary } from "../../src/core/model/run.ts";
import { poll } from "../support/poll.ts";
import { type ProcessStack, startProcessStack } from "../support/processStack.ts";

const slot = "2026-06-15T14:00:00Z";
const justBefore = "2026-06-15T13:59:59Z";
const executionId = "demo-trend@20260615T140000Z";

let stack: ProcessStack;
afterEach(() => stack.stop());

/** Every intent has one order at the broker, every order at the broker is in the record, and the history lists the run once. */
async function expectOneOrderPerIntentAndOneRecord(): Promise<void> {
  const record = await stack.ended(executionId);
  expect(record.status).toBe("succeeded");
  const planned = record.outcomes.map(({ ticket }) => ticket.clientOrderId).sort();
  expect(planned.length).toBeGreaterThan(1);
  const atBroker = (await stack.ordersAtBroker()).map((order) => order.client_order_id).sort();
  expect(atBroker).toEqual(planned);
  expect(record.outcomes.map(({ kind }) => kind)).toEqual(planned.map(() => "accepted"));
  expect(record.outcomes.every((outcome) => outcome.kind === "accepted" && outcome.order.status === "filled")).toBe(
    true,
  );
  const { items } = await stack.get<{ items: RunSummary[] }>("scheduler/executions");
  expect(items.filter((item) => item.executionId === executionId)).toHaveLength(1);
  await poll("the notification", () => stack.notifications.find((sent) => sent.executionId === executionId));
}

async function postsOrders(count: number): Promise<void> {
  await poll(
    "an order on its way",
    async () => ((await stack.requestsAtBroker())["POST /v2/orders"] ?? 0) >= count || undefined,
  );
}

test("a kill of the host between plan and submit is resumed from the plan", async () => {
  stack = await startProcessStack(justBefore);
  await stack.startHost();
  await stack.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "delay", delayMs: 2000 });
  stack.setClock(slot);
  await postsOrders(1);
  await stack.killHost();
  expect(await stack.ordersAtBroker()).toEqual([]);
  await stack.startHost();
  await expectOneOrderPerIntentAndOneRecord();
  expect(stack.events.some(({ event }) => event === "run.resumed")).toBe(true);
});

test("a kill of the host between submit and record finds its orders at the broker", async () => {
  stack = await startProcessStack(justBefore);
  await stack.startHost();
  stack.setClock(slot);
  await poll("the first accepted order", () => stack.events.find(({ event }) => event === "order.accepted"));
  await stack.killHost();
  expect((await stack.ordersAtBroker()).length).toBeGreaterThan(0);
  await stack.startHost();
  await expectOneOrderPerIntentAndOneRecord();
});

test("the same message delivered twice is one run", async () => {
  stack = await startProcessStack(justBefore);
  await stack.startHost();
  stack.setClock(slot);
  await stack.ended(executionId);
  const client = new ServiceBusClient(stack.settings().ServiceBusConnection ?? "");
  const run = {
    schemaVersion: 1,
    runId: executionId,
    taskId: "demo-trend",
    slot,
    account: "main",
    mode: "paper",
    attempt: 1,
    tickStartedMs: Date.now(),
    enqueuedMs: Date.now(),
  };
  await client.createSender("runs").sendMessages([
    { body: { run }, messageId: "copy-1", sessionId: "main" },
    { body: { run }, messageId: "copy-2", sessionId: "other" },
  ]);
  await client.close();
  const ends = (): number =>
    stack.events.filter(({ event, runId }) => event === "run.ended" && runId === executionId).length;
  await poll("both copies", () => ends() >= 3 || undefined);
  await expectOneOrderPerIntentAndOneRecord();
});

test("a restart of everything with the same state keeps the run, sends nothing again, and goes on", async () => {
  stack = await startProcessStack(justBefore);
  await stack.startHost();
  stack.setClock(slot);
  await stack.ended(executionId);
  await stack.killHost();
  await stack.stopStandIns();
  await stack.startStandIns();
  await stack.startHost();
  await expectOneOrderPerIntentAndOneRecord();
  stack.setClock("2026-06-15T14:05:00Z");
  const next = await stack.ended("demo-trend@20260615T140500Z");
  expect(next.status).toBe("succeeded");
});
