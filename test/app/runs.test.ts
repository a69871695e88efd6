// Runs through the app: what is planned is sent once, what goes wrong has a name, and the next run works.
import { afterEach, describe, expect, test } from "vitest";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import { asked, at, exampleConfig, flaky, type MemoryStack, runInMemory, spoilTask } from "../support/memoryStack.ts";
import { tickAndTake } from "../support/runInHand.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const orders = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;
const slotId = "example@20260615T133500Z";

describe("a run", () => {
  test("goes from tick to filled orders, record and notification", async () => {
    stack = await runInMemory();
    const record = await stack.runNextSlot();
    expect(record).toMatchObject({ executionId: slotId, status: "succeeded", ordersPlanned: 2, ordersFilled: 2 });
    expect(record.outcomes.map((outcome) => outcome.ticket.clientOrderId)).toEqual([
      `tw.${slotId}.targetWeights.AAA.buy.1`,
      `tw.${slotId}.targetWeights.BBB.buy.1`,
    ]);
    expect(Number(record.equityBefore)).toBe(100_000);
    expect(Math.abs(Number(record.equityAfter) - 100_000)).toBeLessThan(500);
    expect(stack.notifications).toMatchObject([{ executionId: slotId, severity: "info" }]);
    expect(await stack.ports.slots.get("example", record.slot)).toMatchObject({ state: "ran" });
    expect(await stack.ports.slots.listOpen()).toEqual([]);
  });

  test("sends nothing when the targets are held already", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    const second = await stack.runNextSlot();
    expect(second).toMatchObject({ status: "succeeded", ordersPlanned: 0 });
    expect(orders()).toBe(2);
  });

  test("delivered twice is executed once and answers the same record", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    await stack.app.runDelivery.deliver({ run });
    const first = await stack.app.executions.get(slotId);
    const requests = stack.simulator.requests();
    await stack.app.runDelivery.deliver({ run });
    // The monitor looks at the broker after each delivery; the run itself asks for nothing.
    const { "GET /v2/account": looks = 0, "GET /v2/stocks/snapshots": prices } = stack.simulator.requests();
    expect({ looks, prices }).toEqual({ looks: 3, prices: requests["GET /v2/stocks/snapshots"] });
    expect(await stack.app.executions.get(slotId)).toEqual(first);
    expect(orders()).toBe(2);
    await stack.deliverAll();
    expect(stack.notifications).toHaveLength(1);
  });

  test("delivered twice at once has one order for each intent and one record", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    await Promise.all([stack.app.runDelivery.deliver({ run }), stack.app.runDelivery.deliver({ run })]);
    const record = await stack.app.executions.get(slotId);
    expect(record).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    const { items } = await stack.app.executions.list({ limit: 10 });
    expect(items).toHaveLength(1);
    const placed = (await stack.ports.broker.ordersSince(record?.slot ?? run.slot)).map((order) => order.clientOrderId);
    expect(placed).toEqual(record?.outcomes.map((outcome) => outcome.ticket.clientOrderId));
  });

  test("whose process died after its first order resumes the plan, and looks each order up before sending", async () => {
    stack = await runInMemory();
    const { broker, executions } = stack.ports;
    const run = await tickAndTake(stack);
    const submit = broker.submit;
    const died = Promise.withResolvers<void>();
    Object.assign(broker, {
      submit: async (ticket: Parameters<typeof submit>[0]) => {
        await submit(ticket);
        died.resolve();
        return new Promise<never>(() => undefined);
      },
    });
    void stack.app.runDelivery.deliver({ run });
    await died.promise;
    Object.assign(broker, { submit });
    const planned = await executions.loadPlan(slotId);
    await stack.app.runDelivery.deliver({ run });
    expect(orders()).toBe(2);
    expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect((await executions.loadPlan(slotId))?.plan).toEqual(planned?.plan);
    expect(stack.events.map(({ name }) => name)).toContain("run.resumed");
  });

  test("that fails after its first order keeps in its record what the broker has", async () => {
    stack = await runInMemory();
    const { broker } = stack.ports;
    const submit = broker.submit;
    let sent = 0;
    Object.assign(broker, {
      submit: async (ticket: Parameters<typeof submit>[0]) => {
        if (++sent > 1) throw new Error("something nobody thought of");
        return submit(ticket);
      },
    });
    const record = await stack.runNextSlot();
    expect(record).toMatchObject({ status: "failed", code: "INTERNAL", ordersPlanned: 2, ordersAccepted: 1 });
    expect(record.outcomes.map(({ kind }) => kind)).toEqual(["accepted", "unknown"]);
  });

  test("leaves out a symbol without data and trades the rest", async () => {
    stack = await runInMemory({ config: exampleConfig(["AAA", "NOPE"]) });
    const record = await stack.runNextSlot();
    expect(record).toMatchObject({ status: "succeeded", ordersFilled: 1 });
    expect(record.excluded).toMatchObject([{ symbol: "NOPE", code: "NO_DATA" }]);
  });

  test("without any market data is skipped with the reasons", async () => {
    stack = await runInMemory({ config: exampleConfig(["NOPE"]) });
    expect(await stack.runNextSlot()).toMatchObject({ status: "skipped", code: "NO_MARKET_DATA" });
    expect(stack.notifications).toHaveLength(1);
  });
});

describe("the broker's faults", () => {
  test.each([
    ["status401", "BROKER_UNAUTHORIZED"],
    ["status403", "BROKER_UNAUTHORIZED"],
  ] as const)("%s on a read fails the run at once as %s, and the next run works", async (kind, code) => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "GET", path: "/v2/account", count: 1, kind });
    expect(await stack.runNextSlot()).toMatchObject({ status: "failed", code });
    expect(stack.notifications).toMatchObject([{ severity: "error" }]);
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
  });

  test.each(["status429", "status500", "dropBeforeEffect"] as const)(
    "%s on reads is tried again, and the run ends well once it is over",
    async (kind) => {
      stack = await runInMemory();
      stack.simulator.arm({ method: "GET", path: "/v2/positions", count: 4, kind });
      expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", attempt: 1, ordersFilled: 2 });
      expect(stack.events.filter(({ name }) => name === "run.retry")).toHaveLength(1);
    },
  );

  test("a lasting 503 fails the run after its last attempt, with its name", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "GET", path: "/v2/positions", count: 1000, kind: "status503" });
    expect(await stack.runNextSlot()).toMatchObject({ status: "failed", code: "BROKER_UNAVAILABLE" });
    expect(orders()).toBe(0);
  });

  test("422 rejects the order with the broker's words; the others go on", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "status422" });
    const record = await stack.runNextSlot();
    expect(record.status).toBe("partial");
    expect(record.outcomes.map(({ kind }) => kind)).toEqual(["rejected", "accepted"]);
    expect(record.reason).toContain("armed fault");
  });

  test("429 on an order sends it later, once", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "status429" });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(orders()).toBe(3);
  });

  test("an order whose answer is lost is found at the broker, not sent again", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "effectThenDrop" });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(orders()).toBe(2);
  });

  test("an order that may or may not have arrived ends as unknown, told and not sent again", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
    const record = await stack.runNextSlot();
    expect(record.outcomes.map(({ kind }) => kind)).toEqual(["unknown", "accepted"]);
    expect(record.status).toBe("partial");
    expect(orders()).toBe(2);
    expect(stack.notifications).toMatchObject([{ severity: "warning" }]);
  });
});

describe("the gate", () => {
  test("withholds every order after the switch is halted, though the plan wanted them", async () => {
    let planned = false;
    stack = await runInMemory();
    const { control } = stack.ports;
    const { executions } = stack.app;
    const savePlan = executions.savePlan.bind(executions);
    Object.assign(executions, {
      savePlan: async (...given: Parameters<typeof savePlan>) => {
        planned = await savePlan(...given);
        await stack.app.controlService.change(asked("halt", { reason: "drill", actor: "tester" }));
        return planned;
      },
    });
    const record = await stack.runNextSlot();
    expect(planned).toBe(true);
    expect(record.outcomes).toMatchObject([
      { kind: "withheld", code: "HALTED" },
      { kind: "withheld", code: "HALTED" },
    ]);
    expect(record.status).toBe("partial");
    expect(orders()).toBe(0);
    expect((await control.read()).state.tradingState).toBe("halted");
  });

  test("sends nothing when the switch cannot be read", async () => {
    let reads = 0;
    stack = await runInMemory();
    const { control } = stack.ports;
    const read = control.read.bind(control);
    // The tick and the gathering of inputs read it; the gate comes third.
    Object.assign(control, {
      read: async () => {
        if (++reads >= 3) throw new TransientError("STORE_UNAVAILABLE", "the switch cannot be read");
        return read();
      },
    });
    expect(await stack.runNextSlot()).toMatchObject({ status: "failed", code: "STORE_UNAVAILABLE" });
    expect(orders()).toBe(0);
  });

  test("withholds orders of a plan that is older than its grace", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 4, kind: "status429" });
    await stack.app.runDelivery.deliver({ run });
    stack.setNow("2026-06-15T13:41:00Z");
    await stack.deliverAll();
    const record = await stack.app.executions.get(slotId);
    // An earlier delivery could have sent them as late as 13:40, and until five minutes later a miss at the broker proves nothing.
    const message = expect.stringContaining("not sent now (SLOT_EXPIRED");
    expect(record?.outcomes).toMatchObject([
      { kind: "unknown", since: at("2026-06-15T13:40:00Z"), message },
      { message },
    ]);
    stack.setNow("2026-06-15T13:45:00Z");
    await stack.app.realtimeMonitor.check();
    const later = await stack.app.executions.get(slotId);
    expect(later?.outcomes).toMatchObject([{ kind: "notPlaced", actor: "monitor" }, { kind: "notPlaced" }]);
    expect(orders()).toBe(4);
  });
});

describe("messages and rows", () => {
  test("a message that cannot be read throws at every delivery, and its dead letter becomes a failed execution with body and alert", async () => {
    stack = await runInMemory();
    const body = { run: { taskId: "example", slot: "2026-06-15T13:35:00.000Z", nonsense: true } };
    await expect(stack.app.runDelivery.deliver(body)).rejects.toThrow(InvariantError);
    await stack.app.runDelivery.deliverDead(body, { messageId: "m/1", reason: "MaxDeliveryCountExceeded" });
    await stack.deliverAll();
    const { items } = await stack.app.executions.list({ limit: 5 });
    expect(items).toMatchObject([
      { executionId: "unreadable@m_1", taskId: "example", status: "failed", code: "UNREADABLE_MESSAGE" },
    ]);
    expect(items[0]?.reason).toContain("nonsense");
    expect(stack.notifications).toMatchObject([{ severity: "error" }]);
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
  });

  test.each([null, "text", 7, [], { run: null }, { run: {}, messageId: "forged" }])(
    "the body %j is unreadable and ends in the history",
    async (body) => {
      stack = await runInMemory();
      await expect(stack.app.runDelivery.deliver(body)).rejects.toMatchObject({ code: "UNREADABLE_MESSAGE" });
      await stack.app.runDelivery.deliverDead(body, { messageId: "id", reason: "r" });
      expect((await stack.app.executions.list({ limit: 5 })).items).toMatchObject([{ code: "UNREADABLE_MESSAGE" }]);
    },
  );

  test("a readable message that was dead-lettered ends its run as failed", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    await stack.app.runDelivery.deliverDead({ run }, { messageId: "id", reason: "MaxDeliveryCountExceeded" });
    expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "failed", code: "DEAD_LETTERED" });
    expect(await stack.ports.slots.get("example", run.slot)).toMatchObject({ state: "failed" });
  });

  test("a message whose run id is not of its task and slot is unreadable, and ends no slot", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    const forged = { run: { ...run, runId: "other@20260615T133500Z" } };
    await expect(stack.app.runDelivery.deliver(forged)).rejects.toMatchObject({ code: "UNREADABLE_MESSAGE" });
    await stack.app.runDelivery.deliverDead(forged, { messageId: "id", reason: "r" });
    expect(await stack.ports.slots.get("example", run.slot)).toMatchObject({ state: "enqueued" });
  });

  test("a run of an unknown task fails with that name", async () => {
    stack = await runInMemory();
    const run = { ...(await tickAndTake(stack)), taskId: "nobody", runId: "nobody@20260615T133500Z" };
    await stack.app.runDelivery.deliver({ run });
    expect(await stack.app.executions.get(run.runId)).toMatchObject({ status: "failed", code: "UNKNOWN_TASK" });
  });

  test("a run of a task that was deleted after it was queued trades nothing", async () => {
    stack = await runInMemory();
    const run = await tickAndTake(stack);
    const stored = await stack.ports.tasks.get("example");
    if (stored === undefined) throw new Error("there is no task");
    await stack.ports.tasks.save([{ ...stored, version: 2, deleted: true, changedAt: at("2026-06-15T13:35:01Z") }]);
    await stack.app.runDelivery.deliver({ run });
    const end = { status: "failed", code: "UNKNOWN_TASK", reason: 'task "example" was deleted' };
    expect(await stack.app.executions.get(slotId)).toMatchObject(end);
    expect(orders()).toBe(0);
  });

  test("a live run does not execute in a paper app", async () => {
    stack = await runInMemory();
    await stack.app.runDelivery.deliver({ run: { ...(await tickAndTake(stack)), mode: "live" } });
    expect(await stack.app.executions.get(slotId)).toMatchObject({ status: "failed", code: "WRONG_ACCOUNT" });
    expect(orders()).toBe(0);
  });

  test("a task row of a newer schema fails the runs of that task only, with an alert a day", async () => {
    const { tasks, ...config } = exampleConfig(["AAA", "BBB"]);
    stack = await runInMemory({
      config: { ...config, tasks: tasks.flatMap((task) => [task, { ...task, id: "other" }]) },
    });
    await spoilTask(stack, "other");
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
    const alerts = stack.notifications.filter(({ id }) => id.startsWith("unreadable-row.other"));
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.text).toContain("schema version 99");
    const { items } = await stack.app.executions.list({ limit: 10, taskId: "other" });
    expect(items).toMatchObject([
      { status: "failed", code: "UNREADABLE_ROW" },
      { status: "failed", code: "UNREADABLE_ROW" },
    ]);
  });

  test("a malformed settings row trades nothing, and ticks again once it is mended", async () => {
    stack = await runInMemory();
    const book = stack.tables.get("TradewindBook");
    const sound = await book?.get("book", "now_set_risk_limits");
    await book?.put({
      partitionKey: "book",
      rowKey: "now_set_risk_limits",
      columns: { schemaVersion: 1 },
      payload: {},
    });
    stack.setNow("2026-06-15T13:35:00Z");
    await expect(stack.app.scheduler.tick("timer")).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
    if (sound !== undefined) await book?.put(sound);
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
  });
});

describe("stores and channels out of reach", () => {
  test("a notification that cannot be queued or sent never fails a run", async () => {
    stack = await runInMemory();
    stack.failNotifications(new TransientError("CHANNEL_UNAVAILABLE", "down"));
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
    expect(stack.events.filter(({ name }) => name === "notification.retry")).toHaveLength(4);
    expect(stack.events.filter(({ name }) => name === "notification.failed")).toHaveLength(1);
    stack.failNotifications(undefined);
    Object.assign(stack.ports.notifications, {
      enqueue: async () => {
        throw new TransientError("QUEUE_UNAVAILABLE", "down");
      },
    });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded" });
    expect(stack.events.map(({ name }) => name)).toContain("notification.notQueued");
  });

  test("tables that fail for a moment during a run are tried again", async () => {
    let failures = 2;
    stack = await runInMemory();
    const { executions } = stack.ports;
    const failing = flaky(executions, (method) => method === "finish" && failures-- > 0, "STORE_UNAVAILABLE");
    Object.assign(executions, { finish: failing.finish });
    expect(await stack.runNextSlot()).toMatchObject({ status: "succeeded", ordersFilled: 2 });
    expect(orders()).toBe(2);
  });
});
