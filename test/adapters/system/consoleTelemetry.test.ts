// Events on the console: one JSON line each, at the level they have, without secrets.
import { afterEach, beforeEach, expect, test } from "vitest";
import { createConsoleTelemetry } from "../../../src/adapters/system/consoleTelemetry.ts";
import { createRedaction } from "../../../src/adapters/telemetry/redact.ts";
import { createRedact } from "../../../src/core/operations/redact.ts";

const original = { log: console.log, warn: console.warn, error: console.error };
let lines: { writer: string; text: string }[];
beforeEach(() => {
  lines = [];
  for (const writer of ["log", "warn", "error"] as const) {
    console[writer] = (text: string) => {
      lines.push({ writer, text });
    };
  }
});
afterEach(() => {
  Object.assign(console, original);
});

test.each([
  ["info", "log"],
  ["warning", "warn"],
  ["error", "error"],
] as const)("writes an event of level %s with console.%s, as one line", (level, writer) => {
  createConsoleTelemetry().event(level, "history.purged", {
    runs: 2,
    more: true,
    ...{ text: "two\nlines", none: null },
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.writer).toBe(writer);
  expect(lines[0]?.text).not.toContain("\n");
  expect(JSON.parse(lines[0]?.text ?? "")).toEqual({
    event: "history.purged",
    level,
    runs: 2,
    more: true,
    text: "two\nlines",
    none: null,
  });
});

test("writes no value of a field whose name speaks of a secret or an account number", () => {
  const names = ["secret", "clientSecret", "password", "accessToken", "apiKey", "key", "keyId", "Authorization"];
  const more = ["accountId", "connectionString", "ServiceBusConnectionString"];
  const fields = Object.fromEntries([...names, ...more].map((name) => [name, "hush"]));
  createConsoleTelemetry().event("info", "order.inDoubt", { ...fields, taskId: "demo", symbol: "KEY" });
  expect(lines[0]?.text).not.toContain("hush");
  expect(JSON.parse(lines[0]?.text ?? "")).toMatchObject({ secret: "[redacted]", taskId: "demo", symbol: "KEY" });
});

test("writes the secrets that the app was given nowhere, whatever quotes them", () => {
  createConsoleTelemetry(createRedaction(createRedact(["hunter2-hunter2", "short"]))).event(
    "warning",
    "monitor.failed",
    {
      message: "401 for hunter2-hunter2, shortly",
    },
  );
  expect(JSON.parse(lines[0]?.text ?? "")).toMatchObject({ message: "401 for [redacted], shortly" });
});

test("hands redacted events to whoever exports them too", () => {
  const told: unknown[] = [];
  const telemetry = createConsoleTelemetry(createRedaction(createRedact(["hunter2-hunter2"])));
  telemetry.alsoTo((...event) => told.push(event));
  telemetry.event("info", "run.asked", { runId: "one", why: "hunter2-hunter2" });
  expect(told).toEqual([["info", "run.asked", { runId: "one", why: "[redacted]" }]]);
});

test("writes the fields of a piece of work in every event of it, and of no other that goes on meanwhile", async () => {
  const telemetry = createConsoleTelemetry();
  const work = (requestId: string) =>
    telemetry.within({ requestId }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      telemetry.event("info", "run.asked", { runId: requestId });
    });
  await Promise.all([work("one"), work("two")]);
  telemetry.event("info", "tick", {});
  expect(lines.map(({ text }) => JSON.parse(text))).toEqual([
    { event: "run.asked", level: "info", requestId: "one", runId: "one" },
    { event: "run.asked", level: "info", requestId: "two", runId: "two" },
    { event: "tick", level: "info" },
  ]);
});
