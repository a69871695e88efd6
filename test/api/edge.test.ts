// What holds for every operation: methods, the id of a request, headers, and what is logged.
import { afterEach, describe, expect, test } from "vitest";
import { httpFunctions } from "../../src/api/operation.ts";
import { operations } from "../../src/api/operations.ts";
import { ConfigError, TransientError } from "../../src/core/model/errors.ts";
import { type ApiCall, type LoggedEvent, openApiClient } from "../support/apiClient.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

async function call(method: string, target: string, given: ApiCall = {}, events: LoggedEvent[] = []) {
  stack ??= await runInMemory();
  return openApiClient(stack.app, { events })(method, target, given);
}

describe("methods", () => {
  test.each(["/scheduler", "/health", "/scheduler/executions", "/openapi.json"])(
    "HEAD %s has the headers of GET and no body",
    async (path) => {
      const [head, get] = [await call("HEAD", path), await call("GET", path)];
      expect(get.status).toBe(200);
      expect(head).toMatchObject({ status: 200, headers: get.headers, text: undefined });
    },
  );

  test("HEAD of what is not there is 404 without a body", async () => {
    expect(await call("HEAD", "/scheduler/executions/x")).toMatchObject({ status: 404, text: undefined });
  });

  test.each([
    ["/tasks", "GET, HEAD, POST, OPTIONS"],
    ["/tasks/example", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"],
    ["/scheduler/stop", "POST, OPTIONS"],
    ["/scheduler", "GET, HEAD, OPTIONS"],
    ["/settings/risk_limits", "GET, HEAD, PUT, OPTIONS"],
  ])("OPTIONS %s is 204 and names %s", async (path, allow) => {
    const answer = await call("OPTIONS", path);
    expect(answer).toMatchObject({ status: 204, text: undefined, headers: { allow } });
  });

  test("OPTIONS of every route is answered by one function only, which reads where one does", () => {
    for (const [route, those] of Map.groupBy(operations, ({ route }) => route)) {
      const kinds = those.map(({ access }) => access);
      const first = (["anonymous", "read", "control"] as const).find((kind) => kinds.includes(kind));
      expect([route, kinds[0]]).toEqual([route, first]);
    }
  });

  test.each([
    ["PUT", "/scheduler", "GET, HEAD, OPTIONS"],
    ["GET", "/scheduler/stop", "POST, OPTIONS"],
    ["PUT", "/settings/changes", "GET, HEAD, OPTIONS"],
  ])("%s %s is a method that is not there: 405, and what is", async (method, path, allow) => {
    const answer = await call(method, path, { headers: { "x-request-id": "trace-1" } });
    expect(answer).toMatchObject({
      status: 405,
      headers: { allow, "x-request-id": "trace-1", "cache-control": "no-store" },
      body: { code: "METHOD_NOT_ALLOWED", requestId: "trace-1" },
    });
  });

  test("no path answers a method twice", () => {
    const answered = httpFunctions(operations).flatMap(({ options }) =>
      options.methods.map((method) => `${method} ${options.route}`),
    );
    expect(new Set(answered).size).toBe(answered.length);
  });
});

describe("the id of a request", () => {
  test("is the caller's own, in the answer and in a problem", async () => {
    const answer = await call("GET", "/scheduler/executions/x", { headers: { "x-request-id": "trace-1.a_B" } });
    expect(answer.headers["x-request-id"]).toBe("trace-1.a_B");
    expect(answer.body.requestId).toBe("trace-1.a_B");
  });

  test.each(["", "two words", "x".repeat(65), "a\tb", "<script>", "ü"])(
    "%j is no id: the host's own takes its place",
    async (id) => {
      const answer = await call("GET", "/health", { headers: { "x-request-id": id } });
      expect(answer.headers["x-request-id"]).toBe("11111111-2222-3333-4444-555555555555");
    },
  );

  test("is in every line that the request logs, also where it is refused", async () => {
    const events: LoggedEvent[] = [];
    const headers = { "x-request-id": "trace-2" };
    await call("POST", "/scheduler/stop", { headers, body: { reason: "drill" } }, events);
    await call("POST", "/scheduler/stop", { headers, body: { why: "?" } }, events);
    expect(events).toMatchObject([
      { level: "info", name: "http.changed", fields: { requestId: "trace-2", operation: "stopScheduler" } },
      { level: "info", name: "http.refused", fields: { requestId: "trace-2", code: "BAD_BODY" } },
    ]);
  });

  test("leads to the details of a failure, which the answer does not tell", async () => {
    stack = await runInMemory();
    const events: LoggedEvent[] = [];
    Object.assign(stack.app.schedulerService, { status: () => Promise.reject(new Error("inner detail")) });
    const answer = await call("GET", "/scheduler", { headers: { "x-request-id": "trace-3" } }, events);
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL", requestId: "trace-3" } });
    expect(answer.text).not.toContain("inner detail");
    expect(events).toMatchObject([{ level: "error", fields: { requestId: "trace-3", message: "inner detail" } }]);
  });
});

describe("headers", () => {
  test.each([
    ["GET", "/scheduler"],
    ["GET", "/scheduler/executions/x"],
    ["POST", "/scheduler/stop"],
    ["OPTIONS", "/tasks"],
    ["HEAD", "/health"],
  ])("no cache keeps the answer to %s %s", async (method, target) => {
    expect((await call(method, target)).headers["cache-control"]).toBe("no-store");
  });

  test("what is temporary says when to try again", async () => {
    stack = await runInMemory();
    Object.assign(stack.app.schedulerService, {
      status: () => Promise.reject(new TransientError("STORE_UNAVAILABLE", "")),
    });
    const answer = await call("GET", "/scheduler");
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "15" } });
  });

  test("faults in the settings are told, and trying again does not help", async () => {
    const events: LoggedEvent[] = [];
    const faults = [{ path: "ALPACA_KEY_ID", message: "must not be empty" }];
    const client = openApiClient(() => Promise.reject(new ConfigError("App settings", faults)), { events });
    const answer = await client("GET", "/scheduler", { headers: { "x-request-id": "trace-4" } });
    expect(answer).toMatchObject({ status: 503, body: { code: "MISCONFIGURED", faults } });
    expect(answer.headers["retry-after"]).toBeUndefined();
    expect(events[0]?.fields.text).toContain("trace-4");
  });
});
