// The HTTP operations over the app: good answers, and a problem with a stable code for everything else.
import { afterEach, describe, expect, test } from "vitest";
import { problemAnswer, problemOf } from "../../src/api/problem.ts";
import { maxBodyBytes } from "../../src/api/request.ts";
import { ConfigError, InvariantError, RefusedError, TransientError } from "../../src/core/model/errors.ts";
import { type ApiCall, type ApiReply, type LoggedEvent, openApiClient } from "../support/apiClient.ts";
import { disarm } from "../support/disturb.ts";
import { asked, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

async function call(
  method: string,
  target: string,
  given: ApiCall = {},
  events: LoggedEvent[] = [],
): Promise<ApiReply> {
  stack ??= await runInMemory();
  return openApiClient(stack.app, { events })(method, target, given);
}
const get = (target: string): Promise<ApiReply> => call("GET", target);
const post = (target: string, body?: unknown, headers = {}): Promise<ApiReply> =>
  call("POST", target, {
    headers: typeof body === "string" ? { "content-type": "application/json", ...headers } : headers,
    body,
  });

describe("what if the limits were others", () => {
  const path = "/tasks/example/what-if";

  test("is answered page by page from the recorded runs, and says so where nothing would differ", async () => {
    stack = await runInMemory();
    for (let run = 0; run < 3; run++) await stack.runNextSlot();
    const first = await post(path, { limits: { maxOrderNotionalUsd: 5000 }, limit: 2 });
    expect(first).toMatchObject({ status: 200, body: { taskId: "example", leftOut: [], totals: { judged: 2 } } });
    const { cursor } = first.body;
    const last = await post(path, { limits: { maxOrderNotionalUsd: 5000 }, limit: 2, cursor });
    expect(last).toMatchObject({
      status: 200,
      body: {
        items: [{ orders: [{ change: "otherQty", now: { code: "MAX_ORDER_NOTIONAL" } }, { symbol: "BBB" }] }],
        totals: { judged: 1, otherQty: 2 },
      },
    });
    expect(last.body).not.toHaveProperty("cursor");
    const same = await post(path, { limits: { maxOrderNotionalUsd: 50_000 } });
    expect(same.body).toMatchObject({ items: [], totals: { judged: 3, nowDenied: 0, nowSent: 0, otherQty: 0 } });
  });

  test.each<[string, unknown, readonly string[]]>([
    ["no limits", {}, ["limits"]],
    ["limits without one", { limits: {} }, ["limits"]],
    [
      "every wrong limit",
      {
        limits: { maxGrossFraction: 5, maxOrderQty: "many", minCoverageFraction: 0.5, symbols: { AAA: { colour: 1 } } },
      },
      ["limits.maxGrossFraction", "limits.maxOrderQty", "limits.minCoverageFraction", "limits.symbols.AAA.colour"],
    ],
    ["a limit that must be there", { limits: { maxGrossFraction: null } }, ["limits.maxGrossFraction"]],
    ["too many days", { limits: { maxOpenOrders: 1 }, days: 31 }, ["days"]],
    ["too long a page", { limits: { maxOpenOrders: 1 }, limit: 501 }, ["limit"]],
  ])("names every fault with its path: %s", async (_, body, paths) => {
    const { status, body: problem } = await post(path, body);
    expect([status, problem.code]).toEqual([400, "BAD_BODY"]);
    expect(problem.faults.map((fault: { path: string }) => fault.path).toSorted()).toEqual(paths);
  });

  test("knows no cursor of another list and no task that never was", async () => {
    const limits = { maxOpenOrders: 1 };
    expect(await post(path, { limits, cursor: "abc" })).toMatchObject({ status: 400, body: { code: "BAD_CURSOR" } });
    expect(await post("/tasks/nobody/what-if", { limits })).toMatchObject({
      status: 404,
      body: { code: "TASK_NOT_FOUND" },
    });
  });
});

describe("reads", () => {
  test("health, status, tasks and executions answer JSON", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    expect(await get("/health")).toMatchObject({ status: 200, body: { status: "alive" } });
    expect(await get("/scheduler")).toMatchObject({ status: 200, body: { automation: "started", queueDepth: 0 } });
    expect(await get("/tasks")).toMatchObject({
      status: 200,
      body: { items: [{ id: "example", version: 1 }] },
    });
    expect(await get("/scheduler/executions")).toMatchObject({
      status: 200,
      body: { items: [{ status: "succeeded" }] },
    });
    const one = await get("/scheduler/executions/example@20260615T133500Z");
    expect(one).toMatchObject({ status: 200, body: { outcomes: [{ kind: "accepted" }, { kind: "accepted" }] } });
  });

  test("an order's receipt, by its id or its symbol", async () => {
    stack = await runInMemory();
    const { executionId, outcomes } = await stack.runNextSlot();
    const orders = `/scheduler/executions/${executionId}/orders`;
    const byId = await get(`${orders}/${outcomes[0]?.ticket.clientOrderId}/receipt`);
    expect(byId).toMatchObject({
      status: 200,
      body: {
        executionId,
        sizing: { qty: outcomes[0]?.ticket.qty },
        verdict: { decision: "approved" },
        gateQuote: { symbol: outcomes[0]?.ticket.symbol },
        outcome: { kind: "accepted" },
      },
    });
    expect((await get(`${orders}/${outcomes[0]?.ticket.symbol}/receipt`)).body).toEqual(byId.body);
    for (const order of ["ZZZ", "tw.nobody", `${outcomes[0]?.ticket.clientOrderId}1`])
      expect(await get(`${orders}/${order}/receipt`)).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } });
    expect(await get("/scheduler/executions/example@20260615T135000Z/orders/AAA/receipt")).toMatchObject({
      status: 404,
      body: { code: "EXECUTION_NOT_FOUND" },
    });
  });

  test("a run that planned nothing has no receipt, and the problem says how it ended", async () => {
    stack = await runInMemory();
    await stack.app.controlService.change(asked("stop"));
    const { executionId } = await stack.runNextSlot();
    const answer = await get(`/scheduler/executions/${executionId}/orders/AAA/receipt`);
    expect(answer).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } });
    expect(answer.body.detail).toContain("it is blocked");
  });

  test("the function key in the query is not a parameter", async () => {
    expect(await get("/scheduler?code=abc")).toMatchObject({ status: 200 });
    expect(await get("/scheduler?CODE=abc")).toMatchObject({ status: 200 });
  });

  test("executions come newest first in pages that neither repeat nor lose one", async () => {
    stack = await runInMemory({ now: "2026-06-30T19:40:00Z" });
    for (let run = 0; run < 20; run++) await stack.runNextSlot();
    const all = await get("/scheduler/executions?limit=200");
    const slots = all.body.items.map(({ slot }: { slot: string }) => slot);
    expect(slots).toEqual(slots.toSorted().reverse());
    expect(new Set(slots.map((slot: string) => slot.slice(0, 7)))).toEqual(new Set(["2026-06", "2026-07"]));
    const paged: string[] = [];
    let cursor = "";
    do {
      const page = await get(`/scheduler/executions?limit=5${cursor}`);
      expect(page.body.items.length).toBeLessThanOrEqual(5);
      paged.push(...page.body.items.map(({ slot }: { slot: string }) => slot));
      cursor = page.body.cursor === undefined ? "" : `&cursor=${page.body.cursor}`;
    } while (cursor !== "");
    expect(paged).toEqual(slots);
  });

  test("executions are filtered by task, status and slot", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:20:00Z" });
    for (let run = 0; run < 4; run++) await stack.runNextSlot().catch(() => undefined);
    const count = async (query: string): Promise<number> =>
      (await get(`/scheduler/executions?${query}`)).body.items.length;
    expect(await count("status=skipped")).toBe(2);
    expect(await count("status=succeeded")).toBe(3);
    expect(await count("taskId=nobody")).toBe(0);
    expect(await count("from=2026-06-15T13:30:00Z&to=2026-06-15T13:35:00Z")).toBe(2);
    expect(await count("from=2026-06-15T09:30:00-04:00&to=2026-06-15T09:35:00-04:00")).toBe(2);
  });
});

describe("bad requests", () => {
  const executions = "/scheduler/executions";
  const stop = "/scheduler/stop";
  const json = { "content-type": "application/json" };
  const deep = (levels: number): string => `${'{"reason":'.repeat(levels)}1${"}".repeat(levels)}`;

  test.each([
    ["an unknown parameter", "GET", `${executions}?colour=red`, {}, 400, "BAD_PARAMETER"],
    ["an unknown parameter on the status", "GET", "/scheduler?x=1", {}, 400, "BAD_PARAMETER"],
    ["a limit of nothing", "GET", `${executions}?limit=0`, {}, 400, "BAD_PARAMETER"],
    ["a limit too large", "GET", `${executions}?limit=201`, {}, 400, "BAD_PARAMETER"],
    ["a limit given twice", "GET", `${executions}?limit=1&limit=2`, {}, 400, "BAD_PARAMETER"],
    ["an unknown status", "GET", `${executions}?status=done`, {}, 400, "BAD_PARAMETER"],
    ["an instant without offset", "GET", `${executions}?from=2026-06-15T13:30`, {}, 400, "BAD_PARAMETER"],
    ["a day that does not exist", "GET", `${executions}?day=2026-02-30`, {}, 400, "BAD_PARAMETER"],
    ["a cursor of its own making", "GET", `${executions}?cursor=abc`, {}, 400, "BAD_CURSOR"],
    ["a cursor with other contents", "GET", `${executions}?cursor=${btoa('{"month":"x"}')}`, {}, 400, "BAD_CURSOR"],
    ["an execution that is not there", "GET", `${executions}/x`, {}, 404, "EXECUTION_NOT_FOUND"],
    ["an id that no key can hold", "GET", `${executions}/a%2Fb%23c`, {}, 400, "BAD_PARAMETER"],
    ["a body that is no JSON", "POST", stop, { headers: json, body: "{" }, 400, "BAD_BODY"],
    [
      "a body that is not UTF-8",
      "POST",
      stop,
      { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      "BAD_BODY",
    ],
    ["a body with an unknown field", "POST", stop, { body: { why: "x" } }, 400, "BAD_BODY"],
    ["a body that is no object", "POST", stop, { body: [] }, 400, "BAD_BODY"],
    ["an empty reason", "POST", stop, { body: { reason: " " } }, 400, "BAD_BODY"],
    ["a reason that moves a terminal's cursor", "POST", stop, { body: { reason: "\u001b[2J" } }, 400, "BAD_BODY"],
    ["half a character", "POST", stop, { headers: json, body: '{"reason":"\\ud800"}' }, 400, "BAD_BODY"],
    ["a key that names the prototype", "POST", stop, { headers: json, body: '{"__proto__":{}}' }, 400, "BAD_BODY"],
    ["a body nested too deep", "POST", stop, { headers: json, body: deep(40) }, 400, "BAD_BODY"],
    ["a body nested as deep as its size allows", "POST", stop, { headers: json, body: deep(5000) }, 400, "BAD_BODY"],
    [
      "a body of another type",
      "POST",
      stop,
      { headers: { "content-type": "text/plain" }, body: "{}" },
      415,
      "UNSUPPORTED_CONTENT_TYPE",
    ],
    ["a body without a type", "POST", stop, { body: "{}" }, 415, "UNSUPPORTED_CONTENT_TYPE"],
    [
      "a body in UTF-16",
      "POST",
      stop,
      { headers: { "content-type": "application/json; charset=utf-16" }, body: "{}" },
      415,
      "UNSUPPORTED_CONTENT_TYPE",
    ],
    [
      "a packed body",
      "POST",
      stop,
      { headers: { ...json, "content-encoding": "gzip" }, body: "{}" },
      415,
      "UNSUPPORTED_CONTENT_TYPE",
    ],
    [
      "a merge patch where none is taken",
      "POST",
      stop,
      { headers: { "content-type": "application/merge-patch+json" }, body: "{}" },
      415,
      "UNSUPPORTED_CONTENT_TYPE",
    ],
    [
      "a body over the limit",
      "POST",
      stop,
      { headers: json, body: " ".repeat(maxBodyBytes + 1) },
      413,
      "BODY_TOO_LARGE",
    ],
    [
      "a body that says it is over the limit",
      "POST",
      stop,
      { headers: { ...json, "content-length": "99999999" }, body: "{}" },
      413,
      "BODY_TOO_LARGE",
    ],
    [
      "a name that is too long",
      "POST",
      stop,
      { headers: { "x-tradewind-actor": "x".repeat(101) } },
      400,
      "BAD_PARAMETER",
    ],
  ] as const)("%s", async (_, method, target, given, expected, code) => {
    const events: LoggedEvent[] = [];
    const answer = await call(method, target, given, events);
    expect(answer).toMatchObject({ status: expected, body: { status: expected, code } });
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.body.detail).not.toBe("");
    expect(events.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("every fault of a query is listed with its path", async () => {
    const { body } = await get("/scheduler/executions?limit=0&status=done&x=1");
    expect(body.faults.map(({ path }: { path: string }) => path).sort()).toEqual(["limit", "status", "x"]);
  });

  test("a refused control request changes nothing", async () => {
    await post(stop, { why: "x" });
    expect(await get("/scheduler")).toMatchObject({ body: { automation: "started" } });
  });

  test("the largest body that is allowed is read", async () => {
    expect(await post(stop, `{}${" ".repeat(maxBodyBytes - 2)}`)).toMatchObject({ status: 200 });
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
    const told = await post(`/scheduler/${action}`, { reason: "drill", actor: "op" });
    expect(told).toMatchObject({ status: 200, body: state });
    expect(await post(`/scheduler/${action}`)).toMatchObject({ status: 200, body: state });
  });

  test("tick decides what is due and says so", async () => {
    stack = await runInMemory();
    stack.setNow("2026-06-15T13:35:00Z");
    expect(await post("/scheduler/tick")).toMatchObject({
      status: 200,
      body: { source: "http", slots: [{ taskId: "example", outcome: "enqueued" }] },
    });
  });

  test("stop with a time waits for it, and the waiting is an event", async () => {
    const told = await post("/scheduler/stop", { reason: "maintenance", actor: "op", at: "close" });
    const scheduled = [
      { action: "stop", at: "2026-06-15T20:00:00.000Z", reason: "maintenance", actor: "op (claimed)" },
    ];
    expect(told).toMatchObject({ status: 200, body: { automation: "started", scheduled } });
    expect(await get("/scheduler/events?limit=1")).toMatchObject({
      body: {
        items: [{ action: "stop", scheduledFor: "2026-06-15T20:00:00.000Z", source: "POST /api/scheduler/stop" }],
      },
    });
  });

  test.each([
    ["a time that has passed", "stop", { at: "2026-06-15T13:00:00Z" }, "BAD_SCHEDULE"],
    ["a halt that is to wait", "halt", { at: "close" }, "BAD_BODY"],
    ["a symbol to be stopped", "stop", { scope: { kind: "symbol", id: "AAA" } }, "BAD_SCOPE"],
    ["a symbol as nobody writes it", "halt", { scope: { kind: "symbol", id: "aaa" } }, "BAD_BODY"],
    ["a task that is not there", "halt", { scope: { kind: "task", id: "exampel" } }, "BAD_SCOPE"],
    [
      "a symbol that neither a task nor the broker knows",
      "halt",
      { scope: { kind: "symbol", id: "AAAA" } },
      "BAD_SCOPE",
    ],
    ["a kind of part that there is not", "halt", { scope: { kind: "galaxy", id: "AAA" } }, "BAD_BODY"],
    ["a body that is null", "halt", "null", "BAD_BODY"],
    ["a strategy that is not there", "halt", { scope: { kind: "strategy", id: "targetWeight" } }, "BAD_SCOPE"],
  ])("%s is refused, and nothing is switched", async (_, action, body, code) => {
    const { tradingState, automation } = (await get("/scheduler")).body;
    expect(await post(`/scheduler/${action}`, body)).toMatchObject({ status: 400, body: { code } });
    expect(await get("/scheduler")).toMatchObject({
      body: { tradingState, automation, restrictions: [], scheduled: [] },
    });
  });

  test("a symbol that no task trades any more can still be resumed", async () => {
    const scope = { kind: "symbol", id: "AAA" };
    await post("/scheduler/halt", { scope });
    await call("DELETE", "/tasks/example", { headers: { "if-match": "*" } });
    expect(await post("/scheduler/resume", { scope })).toMatchObject({ status: 200, body: { restrictions: [] } });
  });

  test("faults say what is missing and what would be right", async () => {
    const told = (reply: ApiReply): readonly string[] =>
      reply.body.faults.map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`);
    expect(told(await post("/scheduler/stop", { at: "tomorrow" }))).toEqual([
      "at: must be an instant such as 2026-06-15T18:00:00Z, close or never",
    ]);
    expect(told(await get("/scheduler/slots?taskId=example&from=2026-06-15T13:00:00Z"))).toEqual(["to: is missing"]);
    const reversed = "from=2026-06-15T13:00:00Z&to=2026-06-15T12:00:00Z";
    for (const list of [`slots?taskId=example&${reversed}`, `executions?${reversed}`])
      expect(told(await get(`/scheduler/${list}`))).toEqual(["from: must not be later than to"]);
  });

  test.each(["task", "symbol", "strategy"] as const)("one %s is halted and resumed", async (kind) => {
    const scope = { kind, id: { task: "example", symbol: "AAA", strategy: "targetWeights" }[kind] };
    expect(await post("/scheduler/halt", { scope })).toMatchObject({
      body: { tradingState: "running", restrictions: [{ scope, tradingState: "halted" }] },
    });
    expect(await post("/scheduler/resume", { scope })).toMatchObject({ body: { restrictions: [] } });
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
    expect(await post(`/scheduler/executions/${id}/orders/${clientOrderId}/resolve`, body)).toMatchObject({
      status: 200,
      body: { kind: "notPlaced", actor: "op (claimed)", message: "not in the broker's list" },
    });
    const { body: record } = await get(`/scheduler/executions/${id}`);
    expect(record.outcomes).toMatchObject([{ kind: "notPlaced" }, { kind: "accepted" }]);
    expect(await post(`/scheduler/executions/${id}/orders/${clientOrderId}/resolve`, body)).toMatchObject({
      status: 404,
      body: { code: "ORDER_NOT_IN_DOUBT" },
    });
  });

  test("that the broker shows is accepted, whatever a person says", async () => {
    await doubtful("effectThenDrop");
    expect(await post(`/scheduler/executions/${id}/orders/${clientOrderId}/resolve`, body)).toMatchObject({
      status: 200,
      body: { kind: "accepted", order: { clientOrderId, status: "filled" } },
    });
  });

  test("takes a person's word while the broker cannot be asked", async () => {
    await doubtful("dropBeforeEffect");
    stack?.simulator.arm({ method: "GET", path: "/v2/orders", count: 1000, kind: "status401" });
    expect(await post(`/scheduler/executions/${id}/orders/${clientOrderId}/resolve`, body)).toMatchObject({
      status: 200,
      body: { kind: "notPlaced", actor: "op (claimed)" },
    });
  });

  test.each(["", "{}", '{"reason":" "}', '{"actor":"op"}'])("is not resolved by the body %j", async (given) => {
    await doubtful("dropBeforeEffect");
    const answer = await post(`/scheduler/executions/${id}/orders/${clientOrderId}/resolve`, given);
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_BODY" } });
    const { body: record } = await get(`/scheduler/executions/${id}`);
    expect(record.outcomes[0]).toMatchObject({ kind: "unknown" });
  });

  test.each([
    ["an unknown execution", "example@20260615T134000Z", clientOrderId],
    ["an order of nobody", id, "tw.nobody"],
    ["an order that was accepted", id, `tw.${id}.targetWeights.BBB.buy.1`],
  ])("is not %s: 404", async (_, execution, order) => {
    await doubtful("dropBeforeEffect");
    const answer = await post(`/scheduler/executions/${execution}/orders/${order}/resolve`, body);
    expect(answer).toMatchObject({ status: 404, body: { code: "ORDER_NOT_IN_DOUBT" } });
  });

  test.each([
    ["a%2Fb%23c", clientOrderId],
    [id, "x'y%2Fz"],
    [id, "x".repeat(129)],
  ])("asks no table about the ids %s and %s", async (execution, order) => {
    stack = await runInMemory();
    let asked = 0;
    Object.assign(stack.app.orderResolver, { resolve: async () => void asked++ });
    const answer = await post(`/scheduler/executions/${execution}/orders/${order}/resolve`, body);
    expect({ asked, status: answer.status }).toEqual({ asked: 0, status: 400 });
  });
});

test.each([
  [new ConfigError("App settings", [{ path: "ALPACA_KEY_ID", message: "must not be empty" }]), 503, "MISCONFIGURED"],
  [new TransientError("STORE_UNAVAILABLE", "secret detail"), 503, "STORE_UNAVAILABLE"],
  [new InvariantError("UNREADABLE_ROW", "secret detail"), 500, "UNREADABLE_ROW"],
  [new InvariantError("NOT_IN_THE_LIST", "secret detail"), 500, "INTERNAL"],
  [new RefusedError("NOT_IN_THE_LIST", "secret detail"), 500, "INTERNAL"],
  [new Error("secret detail"), 500, "INTERNAL"],
])("%s becomes a problem without inner details", (failure, expected, code) => {
  const answer = problemAnswer(problemOf(failure), "request-1");
  expect(answer.status).toBe(expected);
  expect(JSON.parse(answer.body)).toMatchObject({ code, requestId: "request-1" });
  expect(answer.body).not.toContain("secret detail");
});
