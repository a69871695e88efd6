// Secrets planted in every input, and every output searched for them: events, records, rows, notifications, answers, error messages.
import { inspect } from "node:util";
import { InvocationContext } from "@azure/functions";
import { afterEach, expect, test } from "vitest";
import { createAlpacaBroker } from "../../src/adapters/alpaca/broker.ts";
import { createAlpacaClient } from "../../src/adapters/alpaca/client.ts";
import type { MemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createConsoleTelemetry } from "../../src/adapters/system/consoleTelemetry.ts";
import { unpackRow } from "../../src/adapters/tables/table.ts";
import { createRedaction } from "../../src/adapters/telemetry/redact.ts";
import { traced } from "../../src/api/invocationTrace.ts";
import { type AppPorts, createApp } from "../../src/app/app.ts";
import { withoutSecrets } from "../../src/app/redactedPorts.ts";
import { compose } from "../../src/compose.ts";
import { parseSettings, secretsOf } from "../../src/config.ts";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import { createRedact, createRedactor } from "../../src/core/operations/redact.ts";
import { type LoggedEvent, openApiClient } from "../support/apiClient.ts";
import { asked, deliverWaiting, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack | undefined;
afterEach(() => stack?.stop());

const planted = {
  ALPACA_KEY_ID: "PKPLANTEDKEYID000001",
  ALPACA_SECRET_KEY: "planted/alpaca+secret=0002",
  ALPACA_SPARE_KEY_ID: "PKPLANTEDSPARE000003",
  ALPACA_SPARE_SECRET_KEY: "planted-spare-secret-0004",
  ServiceBusConnection: "Endpoint=sb://bus.example;SharedAccessKeyName=app;SharedAccessKey=plantedBusKey0005=",
  TablesConnection:
    "DefaultEndpointsProtocol=https;AccountName=tw;AccountKey=plantedTableKey0006==;EndpointSuffix=core.windows.net",
  NOTIFY_WEBHOOK_URL: "https://hooks.example.com/services/T000/B000/plantedHookToken0007",
  NOTIFY_WEBHOOK_SECRET: "planted-webhook-secret-0012",
  NOTIFY_TEAMS_URL: "https://teams.example.com/workflows/1/invoke?sv=1.0&sig=plantedTeamsSignature0013",
  NOTIFY_SLACK_URL: "https://slack.example.com/services/plantedSlackToken0014",
  NOTIFY_DISCORD_URL: "https://discord.example.com/api/webhooks/1/plantedDiscordToken0015",
  NOTIFY_SMTP_URL: "smtps://user:planted-smtp-pass-0016@mail.example.com:465",
  APPLICATIONINSIGHTS_CONNECTION_STRING: "InstrumentationKey=00000000-0000-4000-8000-000000000017",
};
/** Without which one of those counts as a fault. */
const besides = { NOTIFY_EMAIL_FROM: "a@example.com", NOTIFY_EMAIL_TO: "b@example.com" };
/** What travels with requests, and is nobody's to keep. */
const carried = ["planted-function-key-0008", "planted.bearer.token-0009", "planted-code-0010"];
const marks = [
  ...Object.values(planted),
  "plantedBusKey0005",
  "plantedTableKey0006",
  "plantedHookToken0007",
  "plantedTeamsSignature0013",
  "planted-smtp-pass-0016",
  "00000000-0000-4000-8000-000000000017",
  ...carried,
];

/** Ports whose failures, as failures of others do, have secrets in their words. */
const talkative = (
  ports: AppPorts,
  broker: AppPorts["broker"],
  words: string,
  isAway: () => boolean,
): Partial<AppPorts> => ({
  broker: {
    ...broker,
    submit: async () => ({ kind: "rejected", code: "OTHER", message: `refused: ${words}` }),
    account: () =>
      isAway() ? Promise.reject(new InvariantError("BROKER_UNAUTHORIZED", `401 for ${words}`)) : broker.account(),
  },
  channels: [
    {
      name: "webhook",
      send: () => Promise.reject(new TransientError("CHANNEL_UNAVAILABLE", `POST ${words} failed`)),
    },
  ],
  canary: { check: async () => [{ route: "GET /v2/account", kind: "unanswered", detail: `with ${words}` }] },
  barCache: { ...ports.barCache, write: () => Promise.reject(new Error(`table ${words}`)) },
});

/** Everything that is said of a few runs, and the account's number, which nobody but the broker has told. */
async function everythingSaid(protect: boolean): Promise<{ readonly said: string; readonly number: string }> {
  stack = await runInMemory();
  const here = stack;
  const { url } = here.simulator;
  const client = createAlpacaClient({ keyId: "key", secret: "secret", tradingOrigin: url, dataOrigin: url });
  const headers = { "apca-api-key-id": "key", "apca-api-secret-key": "secret" };
  const { account_number: number } = (await (await fetch(`${url}/v2/account`, { headers })).json()) as {
    account_number: string;
  };
  const words = [...Object.values(planted), number].join(" and ");
  const events: LoggedEvent[] = [];
  const posted: unknown[] = [];
  let away = false;
  const { redact, learn } = createRedactor(protect ? secretsOf(parseSettings({ ...planted, ...besides })) : []);
  const broker = createAlpacaBroker(client, {
    onAccount: (account) => (protect ? learn(account.number ?? "") : undefined),
  });
  const redaction = createRedaction(redact);
  const telemetry: AppPorts["telemetry"] = {
    event: (level, name, fields) => void events.push({ level, name, fields: redaction.fields(fields) }),
  };
  const notifications: AppPorts["notifications"] = {
    enqueue: async (notification) => {
      posted.push(notification);
      await here.queues.notifications.enqueue(notification);
    },
  };
  const ports = { ...here.ports, ...talkative(here.ports, broker, words, () => away), notifications, telemetry };
  const app = createApp(withoutSecrets(ports, { kept: redact, told: redact }));
  const api = openApiClient(app, { events, redact });
  const answers: unknown[] = [];
  const carrying = {
    "x-functions-key": "planted-function-key-0008",
    authorization: "Bearer planted.bearer.token-0009",
  };
  const ask = async (method: string, target: string, body?: unknown): Promise<void> => {
    const { text, headers: answered } = await api(
      method,
      `${target}${target.includes("?") ? "&" : "?"}code=planted-code-0010`,
      { headers: carrying, ...(body === undefined ? {} : { body }) },
    );
    answers.push({ text, answered });
  };

  here.setNow("2026-06-15T13:35:00Z");
  await app.scheduler.tick("timer");
  await deliverWaiting(app, here.queues);
  await ask("GET", "/scheduler/executions/example@20260615T133500Z");
  away = true;
  here.setNow("2026-06-15T13:40:00Z");
  await app.scheduler.tick("timer");
  await deliverWaiting(app, here.queues);
  await app.realtimeMonitor
    .check()
    .catch((failure) => telemetry.event("error", "monitor.failed", { message: String(failure) }));
  await app.runDelivery.deliverDead({ forged: words }, { messageId: "m1", reason: `gave up: ${words}` });
  await deliverWaiting(app, here.queues);
  here.setNow("2026-06-16T13:10:00Z");
  await app.morningKeeper.check();
  for (const target of [
    "/health",
    "/health/ready",
    "/health/live",
    "/scheduler",
    "/scheduler/preflight",
    "/scheduler/executions",
    "/tasks",
    "/config",
    "/nothing",
  ])
    await ask("GET", target);
  await ask("POST", "/scheduler/stop", { reason: `drill ${words}`.slice(0, 400), actor: number });
  await ask("POST", "/tasks/example/run", { reason: `drill ${number}`, actor: "ann" });
  await deliverWaiting(app, here.queues);
  await ask("POST", "/scheduler/halt", { nonsense: "x" });
  await ask("POST", "/tasks/example/run?dryRun=true", {});
  await app.controlService.change(asked("start"));

  expect(answers.length).toBeGreaterThan(10);
  expect(posted.length).toBeGreaterThan(2);
  // As they were written, payloads unpacked: a row keeps them compressed.
  const rows = [...here.tables.values()].flatMap((table) =>
    (table as MemoryTable).contents().map(({ etag, ...row }) => unpackRow(row, etag)),
  );
  const { items } = await app.executions.list({ limit: 50 });
  const records = await Promise.all(items.map(({ executionId }) => app.executions.get(executionId)));
  return { said: JSON.stringify([events, posted, answers, records, rows]), number };
}

test("no secret that was planted is found in anything that was said, stored or answered", async () => {
  const { said, number } = await everythingSaid(true);
  expect(said).toContain("[redacted]");
  expect(
    [...marks, number].filter((mark) => said.includes(mark) || said.includes(JSON.stringify(mark).slice(1, -1))),
  ).toEqual([]);
});

test("the same search finds them where nothing takes them out", async () => {
  const { said, number } = await everythingSaid(false);
  const found = [...marks, number].filter((mark) => said.includes(mark));
  expect(found).toEqual(expect.arrayContaining([...Object.values(planted), number]));
  // What comes with a request is not kept even then.
  expect(found.filter((mark) => carried.includes(mark))).toEqual([]);
});

test.each(Object.entries(planted))("a fault in the settings never repeats a value: %s", async (name, value) => {
  const spoiled = {
    ...planted,
    ...besides,
    [name]: ` ${value}`,
    TRADEWIND_MODE: value,
    ALPACA_TRADING_ORIGIN: value,
    TRADEWIND_KEY_NAMES: value,
  };
  const failure: unknown = await compose(spoiled).catch((reason: unknown) => reason);
  expect(String(failure)).toContain("TRADEWIND_MODE");
  expect(marks.filter((mark) => String(failure).includes(mark))).toEqual([]);
});

test("secrets are found plain, percent-encoded and as base64, however deep, and short words are left alone", () => {
  const redact = createRedact(["pla/nted+secret", "key"]);
  const value = {
    a: ["x pla/nted+secret y", { b: encodeURIComponent("pla/nted+secret") }],
    c: btoa("pla/nted+secret"),
    key: "key",
    n: 1,
    none: null,
  };
  expect(redact(value)).toEqual({
    a: ["x [redacted] y", { b: "[redacted]" }],
    c: "[redacted]",
    key: "key",
    n: 1,
    none: null,
  });
});

test("what is thrown out of a function, which the host logs, leaves without secrets in words, stack and cause", async () => {
  const telemetry = createConsoleTelemetry();
  const redact = createRedact(["plantedSecret0011"]);
  const cause = new Error("cause plantedSecret0011");
  const failing = async () =>
    Promise.reject(new TransientError("BROKER_UNAVAILABLE", "a plantedSecret0011", { cause }));
  const thrown: unknown = await traced({ telemetry, redact }, new InvocationContext(), failing).catch((e) => e);
  expect(inspect(thrown)).toContain("a [redacted]");
  expect(inspect(thrown)).not.toContain("plantedSecret0011");
});
