// One run of the whole local stack, and what of it arrives at the ingestion endpoint: one trace, the events, the metrics, and no secret.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { events } from "../../src/core/telemetry/events.ts";
import { metrics } from "../../src/core/telemetry/metrics.ts";
import { type Envelope, type Ingestion, startIngestion } from "../support/ingestion.ts";
import { poll } from "../support/poll.ts";
import { type ProcessStack, startProcessStack } from "../support/processStack.ts";

const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const runId = "demo-trend@20260615T140000Z";

let stack: ProcessStack;
let ingestion: Ingestion;
let folder: string;
let order: Envelope;
let secrets: readonly string[];

const spans = (): readonly Envelope[] =>
  ingestion.envelopes.filter(({ data }) => data.baseType === "RemoteDependencyData" || data.baseType === "RequestData");
const logs = (): readonly Envelope[] => ingestion.envelopes.filter(({ data }) => data.baseType === "MessageData");
const nameOf = ({ data }: Envelope): string => data.baseData.name ?? data.baseData.message ?? "";
const traceOf = ({ tags }: Envelope): string | undefined => tags["ai.operation.id"];
const properties = ({ data }: Envelope) => data.baseData.properties ?? {};

async function numberAtBroker(settings: Readonly<Record<string, string>>): Promise<string> {
  const headers = {
    "apca-api-key-id": settings.ALPACA_KEY_ID ?? "",
    "apca-api-secret-key": settings.ALPACA_SECRET_KEY ?? "",
  };
  const answer = await fetch(`${settings.ALPACA_TRADING_ORIGIN}/v2/account`, { headers });
  return ((await answer.json()) as { readonly account_number: string }).account_number;
}

beforeAll(async () => {
  ingestion = await startIngestion();
  folder = mkdtempSync(join(tmpdir(), "tradewind-telemetry-"));
  writeFileSync(join(folder, "ca.pem"), ingestion.certificate);
  stack = await startProcessStack("2026-06-15T13:57:30Z", {
    keepState: false,
    settings: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString,
      NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
      APPLICATION_INSIGHTS_NO_STATSBEAT: "true",
      TRADEWIND_KEY_NAMES: `ops=${digest}`,
    },
  });
  const host = await stack.startHost();
  await stack.get("health");
  stack.setClock("2026-06-15T14:00:00Z");
  await stack.ended(runId);
  await poll("the end of the run told", async () =>
    stack.events.find(({ event, runId: of }) => event === "run.ended" && of === runId),
  );
  // What nobody but the broker has told the app is hidden as well.
  const accountNumber = await numberAtBroker(stack.settings());
  const reason = `the key of ${accountNumber} is ${stack.settings().ALPACA_SECRET_KEY}`;
  const quoting = { reason, actor: "tester" };
  await fetch(`${host.url}/api/scheduler/stop`, {
    method: "POST",
    headers: { "x-functions-key": host.key, "content-type": "application/json" },
    body: JSON.stringify(quoting),
  });
  // The end of the process sends what waits.
  await host.stop();
  const { ALPACA_KEY_ID = "", ALPACA_SECRET_KEY = "", TablesConnection = "", ...settings } = stack.settings();
  secrets = [ALPACA_KEY_ID, ALPACA_SECRET_KEY, TablesConnection, settings.ServiceBusConnection ?? "", digest, host.key];
  secrets = [...secrets, accountNumber];
  const submitted = spans().find((span) => nameOf(span) === "broker.submit" && properties(span).runId === runId);
  if (submitted === undefined) throw new Error(`no order was traced: ${spans().map(nameOf).join(", ")}`);
  order = submitted;
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await ingestion.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("one trace leads from the tick through the queue to the order and to each table write of the run", () => {
  const trace = spans().filter((span) => traceOf(span) === traceOf(order));
  const names = trace.map(nameOf);
  expect(names).toEqual(
    expect.arrayContaining([
      "tick",
      "runs.enqueueAll",
      "executeRun",
      "broker.account",
      "broker.submit",
      "table.insert",
    ]),
  );
  expect(trace.length).toBeGreaterThan(20);
  const ids = new Set(trace.map(({ data }) => data.baseData.id));
  const ends = trace.filter(({ tags }) => !ids.has(tags["ai.operation.parentId"]));
  expect(ends.map(nameOf)).toEqual(["tick"]);
});

test("spans of a run carry its ids, and an order its own", () => {
  expect(properties(order)).toMatchObject({ taskId: "demo-trend", slot: "2026-06-15T14:00:00.000Z", attempt: "1" });
  expect(properties(order).clientOrderId).toMatch(/\S/);
  expect(spans().filter((span) => properties(span).runId === runId).length).toBeGreaterThan(10);
});

test("events arrive with their names, levels and fields, each within its trace", () => {
  const names = new Set(logs().map((log) => properties(log).event));
  for (const name of ["tick", "run.started", "order.accepted", "run.ended"]) expect(names).toContain(name);
  expect([...names].filter((name) => !Object.keys(events).includes(String(name)))).toEqual([]);
  const ended = logs().find((log) => properties(log).event === "run.ended" && properties(log).runId === runId);
  expect(ended && traceOf(ended)).toBe(traceOf(order));
  expect(ended?.data.baseData.severityLevel).toBe("Information");
});

test("metrics of the catalogue arrive with their values, and counters without news say 0", () => {
  const points = ingestion.envelopes.flatMap(({ data }) => data.baseData.metrics ?? []);
  const sumOf = (name: string) =>
    points.filter((point) => point.name === name).reduce((sum, { value }) => sum + value, 0);
  const seen = new Set(points.map(({ name }) => name));
  // The exporter tells of itself under a name of its own.
  expect([...seen].filter((name) => !Object.keys(metrics).includes(name))).toEqual(["_OTELRESOURCE_"]);
  for (const [name, { kind }] of Object.entries(metrics)) if (kind === "counter") expect(seen).toContain(name);
  expect(sumOf("tradewind.ticks")).toBeGreaterThan(0);
  expect(sumOf("tradewind.orders")).toBe(logs().filter((log) => properties(log).event === "order.accepted").length);
  expect(sumOf("tradewind.equity")).toBeGreaterThan(10_000);
  expect(sumOf("tradewind.dead_letters")).toBe(0);
});

test("says how much of all arrives in one run, its minutes and its end: the figures of docs/telemetry.md", () => {
  const points = ingestion.envelopes.flatMap(({ data }) => data.baseData.metrics ?? []);
  const names = new Set(points.map(({ name }) => name).filter((name) => name in metrics));
  const inRun = spans().filter((span) => traceOf(span) === traceOf(order));
  console.log(
    `received: ${spans().length} spans (${inRun.length} in the trace of the run, of ${new Set(inRun.map(nameOf)).size} names), ` +
      `${logs().length} log lines of ${new Set(logs().map((log) => properties(log).event)).size} events, ` +
      `${points.length} points of ${names.size} of ${Object.keys(metrics).length} metrics, ` +
      `${ingestion.envelopes.length} envelopes, ${Math.round(ingestion.bytes() / 1000)} kB`,
  );
  expect(names.size).toBeGreaterThan(25);
});

test("no secret is in any envelope, not even where a person writes one", () => {
  const started = logs().find((log) => properties(log).event === "control.changed");
  expect(started && properties(started).reason).toBe("the key of [redacted] is [redacted]");
  const sent = JSON.stringify(ingestion.envelopes);
  expect(sent.length).toBeGreaterThan(20_000);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    expect(sent).not.toContain(secret);
  }
});
