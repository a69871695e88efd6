// The real host and broker under bad input: every failure ends in a named state, and the next run works.
import { ServiceBusClient } from "@azure/service-bus";
import { afterEach, expect, test } from "vitest";
import type { RunSummary } from "../../src/core/model/run.ts";
import { poll } from "../support/poll.ts";
import { type ProcessStack, startProcessStack } from "../support/processStack.ts";

let stack: ProcessStack;
afterEach(() => stack.stop());

const history = async (): Promise<readonly RunSummary[]> =>
  (await stack.get<{ items: RunSummary[] }>("scheduler/executions")).items;

async function nextRunWorks(): Promise<void> {
  stack.setClock("2026-06-15T14:00:00Z");
  const record = await stack.ended("demo-trend@20260615T140000Z");
  expect(record.status).toBe("succeeded");
  expect(record.ordersFilled).toBeGreaterThan(0);
}

test("a message that cannot be read is delivered five times, dead-lettered, recorded with its body, and told", async () => {
  stack = await startProcessStack("2026-06-15T13:57:30Z");
  await stack.startHost();
  await stack.get("health/ready");
  const client = new ServiceBusClient(stack.settings().ServiceBusConnection ?? "");
  const body = { run: { taskId: "demo-trend", slot: "2026-06-15T14:00:00.000Z", forged: true }, deliveryCount: 1 };
  await client.createSender("runs").sendMessages({ body, messageId: "bad-1", sessionId: "main" });
  await client.close();
  const [ended] = await poll("the failed execution", async () => {
    const found = (await history()).filter(({ status }) => status === "failed");
    return found.length > 0 ? found : undefined;
  });
  expect(ended).toMatchObject({ executionId: "unreadable@bad-1", code: "UNREADABLE_MESSAGE", taskId: "demo-trend" });
  expect(ended?.reason).toContain("MaxDeliveryCountExceeded");
  expect(ended?.reason).toContain("forged");
  await poll("the alert", () => stack.notifications.find(({ severity }) => severity === "error"));
  await nextRunWorks();
});

test("settings with faults answer 503 with every fault, trade nothing, and register every function", async () => {
  stack = await startProcessStack("2026-06-15T13:59:30Z", {
    settings: { ALPACA_SECRET_KEY: "", TRADEWIND_MODE: "live", NOTIFY_WEBHOOK_URL: "nowhere" },
  });
  const host = await stack.startHost();
  for (const path of ["health/ready", "scheduler", "scheduler/executions", "tasks"]) {
    const response = await fetch(`${host.url}/api/${path}`, { headers: { "x-functions-key": host.key } });
    expect(response.status).toBe(503);
    const problem = (await response.json()) as { code: string; faults: { path: string }[] };
    expect(problem.code).toBe("MISCONFIGURED");
    expect(problem.faults.map(({ path: name }) => name).sort()).toEqual([
      "ALPACA_ACCOUNT_ID",
      "ALPACA_DATA_ORIGIN",
      "ALPACA_SECRET_KEY",
      "ALPACA_TRADING_ORIGIN",
      "NOTIFY_WEBHOOK_URL",
      "TRADEWIND_LIVE_TRADING",
    ]);
  }
  stack.setClock("2026-06-15T14:00:00Z");
  await poll("the failed tick", () =>
    stack.hostMessages.find(
      (message) => message.type === "invocationEnded" && message.functionName === "tick" && message.ok === false,
    ),
  );
  expect(await stack.ordersAtBroker()).toEqual([]);
});

test("bad requests over the wire are problems with a code, never a 500", async () => {
  stack = await startProcessStack("2026-06-15T13:57:30Z");
  const host = await stack.startHost();
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${host.url}/api/${path}`, { ...init, headers: { "x-functions-key": host.key, ...init.headers } });
  const post = (body: string, type = "application/json"): RequestInit => ({
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  const cases: readonly (readonly [string, RequestInit, number, string])[] = [
    ["scheduler/executions?limit=0", {}, 400, "BAD_PARAMETER"],
    ["scheduler/executions?limit=1&limit=2", {}, 400, "BAD_PARAMETER"],
    ["scheduler/executions?cursor=%00", {}, 400, "BAD_CURSOR"],
    ["scheduler/executions/no-such-run", {}, 404, "EXECUTION_NOT_FOUND"],
    ["scheduler/stop", post("{"), 400, "BAD_BODY"],
    ["scheduler/stop", post("reason=x", "application/x-www-form-urlencoded"), 415, "UNSUPPORTED_CONTENT_TYPE"],
    ["scheduler/stop", post(JSON.stringify({ reason: "x".repeat(70_000) })), 413, "BODY_TOO_LARGE"],
  ];
  for (const [path, init, status, code] of cases) {
    const response = await call(path, init);
    expect({ path, status: response.status, body: await response.json() }).toMatchObject({
      path,
      status,
      body: { code },
    });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  }
  expect((await call("scheduler", { headers: { "x-functions-key": "wrong" } })).status).toBe(401);
  expect((await call("scheduler/stop")).status).toBe(405);
  expect((await call("scheduler/explode", post("{}"))).status).toBe(404);
  expect(await (await call("scheduler/stop", post('{"reason":"maintenance","actor":"op"}'))).json()).toMatchObject({
    automation: "stopped",
    reason: "maintenance",
  });
  expect(await (await call("scheduler/start", post(""))).json()).toMatchObject({ automation: "started" });
  await nextRunWorks();
});

test("a broker that fails for a while delays the run, and one that refuses the keys fails it by name", async () => {
  stack = await startProcessStack("2026-06-15T13:54:30Z");
  await stack.startHost();
  await stack.arm({ method: "GET", path: "/v2/account", count: 20, kind: "status401" });
  stack.setClock("2026-06-15T13:55:00Z");
  expect(await stack.ended("demo-trend@20260615T135500Z")).toMatchObject({
    status: "failed",
    code: "BROKER_UNAUTHORIZED",
  });
  await stack.disarm();
  await stack.arm({ method: "GET", path: "/v2/positions", count: 1000, kind: "status503" });
  const works = nextRunWorks();
  await poll("the first try to fail", () => stack.events.find(({ event }) => event === "run.retry"));
  await stack.disarm();
  await works;
});
