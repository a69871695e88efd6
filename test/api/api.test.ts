// The HTTP operations over the app: good answers, and a problem with a stable code for everything else.
import { afterEach, describe, expect, test } from "vitest";
import {
  control,
  getExecution,
  health,
  listExecutions,
  listTasks,
  resolveOrder,
  status,
} from "../../src/api/handlers.ts";
import { type ApiRequest, type ApiResponse, maxBodyBytes, problem, problemOf } from "../../src/api/http.ts";
import { ConfigError, InvariantError, TransientError } from "../../src/core/model/errors.ts";
import { disarm } from "../support/disturb.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

const operations = { health, status, control, listExecutions, getExecution, listTasks, resolveOrder };
type Operation = keyof typeof operations;
type Call = { query?: string; params?: Record<string, string>; headers?: Record<string, string>; body?: string };

async function call(name: Operation, { query = "", params = {}, headers = {}, body = "" }: Call = {}) {
  stack ??= await runInMemory();
  const given = new Headers(body === "" ? headers : { "content-type": "application/json", ...headers });
  const request: ApiRequest = {
    query: new URLSearchParams(query),
    params,
    header: (header) => given.get(header),
    body: async () => new TextEncoder().encode(body).buffer as ArrayBuffer,
  };
  const response: ApiResponse = await operations[name](stack.app, request).catch((failure: unknown) =>
    problem(problemOf(failure)),
  );
  return { status: response.status, type: response.headers["content-type"], body: JSON.parse(response.body) };
}

describe("reads", () => {
  test("health, status, tasks and executions answer JSON", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    expect(await call("health")).toMatchObject({ status: 200, body: { status: "ok", mode: "paper" } });
    expect(await call("status")).toMatchObject({ status: 200, body: { automation: "started", queueDepth: 0 } });
    expect(await call("listTasks")).toMatchObject({
      status: 200,
      body: { items: [{ id: "example" }], unreadable: [] },
    });
    expect(await call("listExecutions")).toMatchObject({ status: 200, body: { items: [{ status: "succeeded" }] } });
    const one = await call("getExecution", { params: { id: "example@20260615T133500Z" } });
    expect(one).toMatchObject({ status: 200, body: { outcomes: [{ kind: "accepted" }, { kind: "accepted" }] } });
  });

  test("the function key in the query is not a parameter", async () => {
    expect(await call("status", { query: "code=abc" })).toMatchObject({ status: 200 });
    expect(await call("status", { query: "CODE=abc" })).toMatchObject({ status: 200 });
  });

  test("executions come newest first in pages that neither repeat nor lose one", async () => {
    stack = await runInMemory({ now: "2026-06-30T19:40:00Z" });
    for (let run = 0; run < 20; run++) await stack.runNextSlot();
    const all = await call("listExecutions", { query: "limit=200" });
    const slots = all.body.items.map(({ slot }: { slot: string }) => slot);
    expect(slots).toEqual(slots.toSorted().reverse());
    expect(new Set(slots.map((slot: string) => slot.slice(0, 7)))).toEqual(new Set(["2026-06", "2026-07"]));
    const paged: string[] = [];
    let cursor = "";
    do {
      const page = await call("listExecutions", { query: `limit=5${cursor}` });
      expect(page.body.items.length).toBeLessThanOrEqual(5);
      paged.push(...page.body.items.map(({ slot }: { slot: string }) => slot));
      cursor = page.body.cursor === undefined ? "" : `&cursor=${page.body.cursor}`;
    } while (cursor !== "");
    expect(paged).toEqual(slots);
  });

  test("executions are filtered by task, status and slot", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:20:00Z" });
    for (let run = 0; run < 4; run++) await stack.runNextSlot().catch(() => undefined);
    const count = async (query: string): Promise<number> => (await call("listExecutions", { query })).body.items.length;
    expect(await count("status=skipped")).toBe(2);
    expect(await count("status=succeeded")).toBe(3);
    expect(await count("taskId=nobody")).toBe(0);
    expect(await count("from=2026-06-15T13:30:00Z&to=2026-06-15T13:35:00Z")).toBe(2);
    expect(await count("from=2026-06-15T09:30:00-04:00&to=2026-06-15T09:35:00-04:00")).toBe(2);
  });
});

describe("bad requests", () => {
  test.each([
    ["an unknown parameter", "listExecutions", { query: "colour=red" }, 400, "BAD_PARAMETER"],
    ["an unknown parameter on the status", "status", { query: "x=1" }, 400, "BAD_PARAMETER"],
    ["a limit of nothing", "listExecutions", { query: "limit=0" }, 400, "BAD_PARAMETER"],
    ["a limit too large", "listExecutions", { query: "limit=201" }, 400, "BAD_PARAMETER"],
    ["a limit given twice", "listExecutions", { query: "limit=1,2" }, 400, "BAD_PARAMETER"],
    ["an unknown status", "listExecutions", { query: "status=done" }, 400, "BAD_PARAMETER"],
    ["an instant without offset", "listExecutions", { query: "from=2026-06-15T13:30" }, 400, "BAD_PARAMETER"],
    ["a cursor of its own making", "listExecutions", { query: "cursor=abc" }, 400, "BAD_CURSOR"],
    ["a cursor with other contents", "listExecutions", { query: `cursor=${btoa('{"month":"x"}')}` }, 400, "BAD_CURSOR"],
    ["an execution that is not there", "getExecution", { params: { id: "x" } }, 404, "EXECUTION_NOT_FOUND"],
    ["an id that no key can hold", "getExecution", { params: { id: "a/b#c" } }, 404, "EXECUTION_NOT_FOUND"],
    ["an unknown action", "control", { params: { action: "explode" } }, 404, "UNKNOWN_ACTION"],
    ["a body that is no JSON", "control", { params: { action: "stop" }, body: "{" }, 400, "BAD_BODY"],
    ["a body with an unknown field", "control", { params: { action: "stop" }, body: '{"why":"x"}' }, 400, "BAD_BODY"],
    ["a body that is no object", "control", { params: { action: "stop" }, body: "[]" }, 400, "BAD_BODY"],
    ["an empty reason", "control", { params: { action: "stop" }, body: '{"reason":" "}' }, 400, "BAD_BODY"],
    [
      "a body of another type",
      "control",
      { params: { action: "stop" }, body: "{}", headers: { "content-type": "text/plain" } },
      415,
      "UNSUPPORTED_CONTENT_TYPE",
    ],
    [
      "a body over the limit",
      "control",
      { params: { action: "stop" }, body: " ".repeat(maxBodyBytes + 1) },
      413,
      "BODY_TOO_LARGE",
    ],
    [
      "a body that says it is over the limit",
      "control",
      { params: { action: "stop" }, body: "{}", headers: { "content-length": "99999999" } },
      413,
      "BODY_TOO_LARGE",
    ],
  ] as const)("%s", async (_, name, given, expected, code) => {
    const answer = await call(name, given as Call);
    expect(answer).toMatchObject({
      status: expected,
      type: "application/problem+json",
      body: { status: expected, code },
    });
    expect(answer.body.detail).not.toBe("");
  });

  test("every fault of a query is listed with its path", async () => {
    const { body } = await call("listExecutions", { query: "limit=0&status=done&x=1" });
    expect(body.faults.map(({ path }: { path: string }) => path).sort()).toEqual(["(whole)", "limit", "status"]);
  });

  test("a refused control request changes nothing", async () => {
    await call("control", { params: { action: "stop" }, body: '{"why":"x"}' });
    expect(await call("status")).toMatchObject({ body: { automation: "started" } });
  });
});

describe("control", () => {
  test.each([
    ["stop", { automation: "stopped" }],
    ["start", { automation: "started" }],
    ["restart", { automation: "started" }],
    ["halt", { tradingState: "halted" }],
    ["reduce", { tradingState: "reducing" }],
    ["resume", { tradingState: "running" }],
    ["STOP", { automation: "stopped" }],
  ])("%s answers the new state, with or without a body", async (action, state) => {
    const told = await call("control", { params: { action }, body: '{"reason":"drill","actor":"op"}' });
    expect(told).toMatchObject({ status: 200, body: state });
    expect(await call("control", { params: { action } })).toMatchObject({ status: 200, body: state });
  });

  test("tick decides what is due and says so", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T13:35:00Z");
    const answer = await call("control", { params: { action: "tick" } });
    expect(answer).toMatchObject({
      status: 200,
      body: { source: "http", slots: [{ taskId: "example", outcome: "enqueued" }] },
    });
  });
});

describe("an order in doubt", () => {
  const id = "example@20260615T133500Z";
  const clientOrderId = `tw.${id}.targetWeights.AAA.buy.1`;
  const body = '{"reason":"not in the broker\'s list","actor":"op"}';

  /** The answer to the first order is lost. The broker has it or not, and by then can be asked for it or not. */
  async function doubtful(kind: "dropBeforeEffect" | "effectThenDrop"): Promise<void> {
    stack = await runInMemory();
    const { simulator } = stack;
    const { broker } = stack.ports;
    const { submit } = broker;
    simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind });
    Object.assign(broker, {
      submit: (ticket: Parameters<typeof submit>[0]) => {
        simulator.arm({ method: "GET", path: "/v2/orders", count: 1000, kind: "status401" });
        return submit(ticket);
      },
    });
    const { outcomes } = await stack.runNextSlot();
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["unknown", "accepted"]);
    await disarm(stack);
  }

  test("is held to have never arrived on a person's word, once", async () => {
    await doubtful("dropBeforeEffect");
    expect(await call("resolveOrder", { params: { id, clientOrderId }, body })).toMatchObject({
      status: 200,
      body: { kind: "notPlaced", actor: "op", message: "not in the broker's list" },
    });
    const { body: record } = await call("getExecution", { params: { id } });
    expect(record.outcomes).toMatchObject([{ kind: "notPlaced" }, { kind: "accepted" }]);
    expect(await call("resolveOrder", { params: { id, clientOrderId }, body })).toMatchObject({
      status: 404,
      body: { code: "ORDER_NOT_IN_DOUBT" },
    });
  });

  test("that the broker shows is accepted, whatever a person says", async () => {
    await doubtful("effectThenDrop");
    expect(await call("resolveOrder", { params: { id, clientOrderId }, body })).toMatchObject({
      status: 200,
      body: { kind: "accepted", order: { clientOrderId, status: "filled" } },
    });
  });

  test("takes a person's word while the broker cannot be asked", async () => {
    await doubtful("dropBeforeEffect");
    stack?.simulator.arm({ method: "GET", path: "/v2/orders", count: 1000, kind: "status401" });
    expect(await call("resolveOrder", { params: { id, clientOrderId }, body })).toMatchObject({
      status: 200,
      body: { kind: "notPlaced", actor: "op" },
    });
  });

  test.each(["", "{}", '{"reason":" "}', '{"actor":"op"}'])("is not resolved by the body %j", async (given) => {
    await doubtful("dropBeforeEffect");
    const answer = await call("resolveOrder", { params: { id, clientOrderId }, body: given });
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_BODY" } });
    const { body: record } = await call("getExecution", { params: { id } });
    expect(record.outcomes[0]).toMatchObject({ kind: "unknown" });
  });

  test.each([
    ["an unknown execution", "example@20260615T134000Z", clientOrderId],
    ["an order of nobody", id, "tw.nobody"],
    ["an order that was accepted", id, `tw.${id}.targetWeights.BBB.buy.1`],
  ])("is not %s: 404", async (_, execution, order) => {
    await doubtful("dropBeforeEffect");
    const answer = await call("resolveOrder", { params: { id: execution, clientOrderId: order }, body });
    expect(answer).toMatchObject({ status: 404, body: { code: "ORDER_NOT_IN_DOUBT" } });
  });

  test.each([
    ["a/b#c", clientOrderId],
    ["", clientOrderId],
    [id, "x'y/z"],
    [id, "x".repeat(129)],
  ])("asks no table about the ids %j and %j", async (execution, order) => {
    stack = await runInMemory();
    let asked = 0;
    Object.assign(stack.app.orderResolver, { resolve: async () => void asked++ });
    const answer = await call("resolveOrder", { params: { id: execution, clientOrderId: order }, body });
    expect({ asked, status: answer.status }).toEqual({ asked: 0, status: 404 });
  });
});

test.each([
  [new ConfigError("App settings", [{ path: "ALPACA_KEY_ID", message: "must not be empty" }]), 503, "MISCONFIGURED"],
  [new TransientError("STORE_UNAVAILABLE", "secret detail"), 503, "STORE_UNAVAILABLE"],
  [new InvariantError("UNREADABLE_ROW", "secret detail"), 500, "UNREADABLE_ROW"],
  [new Error("secret detail"), 500, "INTERNAL"],
])("%s becomes a problem without inner details", (failure, expected, code) => {
  const answer = problem(problemOf(failure));
  expect(answer.status).toBe(expected);
  expect(JSON.parse(answer.body)).toMatchObject({ code });
  expect(answer.body).not.toContain("secret detail");
});
