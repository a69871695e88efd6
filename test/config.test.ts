// App settings: what is missing or wrong is listed whole, and live trading needs all of its guards.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseSettings } from "../src/config.ts";
import { ConfigError } from "../src/core/model/errors.ts";
import { settingNames } from "../src/environment.ts";

const paper = {
  ALPACA_KEY_ID: "key",
  ALPACA_SECRET_KEY: "top-secret-value",
  ServiceBusConnection: "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b",
  TablesConnection: "UseDevelopmentStorage=true",
};
const live = {
  ...paper,
  TRADEWIND_MODE: "live",
  TRADEWIND_LIVE_TRADING: "enabled",
  ALPACA_TRADING_ORIGIN: "https://api.alpaca.markets",
  ALPACA_ACCOUNT_ID: "an-account",
};

function faultPaths(environment: Record<string, string | undefined>): string[] {
  try {
    parseSettings(environment);
    return [];
  } catch (failure) {
    if (!(failure instanceof ConfigError)) throw failure;
    expect(failure.message).not.toContain("top-secret-value");
    return failure.faults.map(({ path }) => path).sort();
  }
}

test("paper at Alpaca's paper origin is the default", () => {
  expect(parseSettings(paper)).toMatchObject({
    mode: "paper",
    alpaca: {
      tradingOrigin: "https://paper-api.alpaca.markets",
      dataOrigin: "https://data.alpaca.markets",
      feed: "iex",
    },
  });
});

test("an empty environment names every missing setting at once", () => {
  expect(faultPaths({})).toEqual(["ALPACA_KEY_ID", "ALPACA_SECRET_KEY", "ServiceBusConnection", "TablesConnection"]);
});

test("an empty value counts as absent", () => {
  expect(faultPaths({ ...paper, ALPACA_KEY_ID: " " })).toEqual(["ALPACA_KEY_ID"]);
});

test("a reference to a secret that Azure could not read does not pass for the secret", () => {
  const unread = "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/alpaca-secret-key)";
  expect(faultPaths({ ...paper, ALPACA_SECRET_KEY: unread })).toEqual(["ALPACA_SECRET_KEY"]);
});

test("live trading is accepted with all three settings and the account id", () => {
  expect(parseSettings(live)).toMatchObject({ mode: "live", alpaca: { expectedAccountId: "an-account" } });
});

test.each(["TRADEWIND_LIVE_TRADING", "ALPACA_TRADING_ORIGIN", "ALPACA_ACCOUNT_ID"] as const)(
  "live trading without %s is refused",
  (name) => {
    expect(faultPaths({ ...live, [name]: undefined })).toEqual([name]);
  },
);

test.each([
  [
    "paper with the live origin",
    { ...paper, ALPACA_TRADING_ORIGIN: "https://api.alpaca.markets" },
    ["ALPACA_TRADING_ORIGIN"],
  ],
  [
    "a trading origin of a stranger",
    { ...paper, ALPACA_TRADING_ORIGIN: "https://example.com" },
    ["ALPACA_TRADING_ORIGIN"],
  ],
  ["an origin with a path", { ...paper, ALPACA_TRADING_ORIGIN: "http://127.0.0.1:4010/v2" }, ["ALPACA_TRADING_ORIGIN"]],
  ["live with a simulator's data", { ...live, ALPACA_DATA_ORIGIN: "http://127.0.0.1:4010" }, ["ALPACA_DATA_ORIGIN"]],
  ["live with a demo clock", { ...live, TRADEWIND_CLOCK_FILE: "/clock" }, ["TRADEWIND_CLOCK_FILE"]],
  ["a demo clock at Alpaca's paper origin", { ...paper, TRADEWIND_CLOCK_FILE: "/clock" }, ["TRADEWIND_CLOCK_FILE"]],
  ["a misprinted mode", { ...paper, TRADEWIND_MODE: "Live" }, ["TRADEWIND_MODE"]],
  ["a webhook that is no URL", { ...paper, NOTIFY_WEBHOOK_URL: "teams" }, ["NOTIFY_WEBHOOK_URL"]],
  ["a channel without TLS", { ...paper, NOTIFY_SLACK_URL: "http://hooks.example.com/x" }, ["NOTIFY_SLACK_URL"]],
  ["a secret without a webhook", { ...paper, NOTIFY_WEBHOOK_SECRET: "x".repeat(16) }, ["NOTIFY_WEBHOOK_SECRET"]],
  [
    "a secret that can be guessed",
    { ...paper, NOTIFY_WEBHOOK_URL: "https://hooks.example.com/x", NOTIFY_WEBHOOK_SECRET: "short" },
    ["NOTIFY_WEBHOOK_SECRET"],
  ],
  [
    "half of what e-mail needs",
    { ...paper, NOTIFY_SMTP_URL: "smtps://mail.example.com" },
    ["NOTIFY_EMAIL_FROM", "NOTIFY_EMAIL_TO"],
  ],
  [
    "addresses that are none",
    { ...paper, NOTIFY_SMTP_URL: "https://mail", NOTIFY_EMAIL_FROM: "ann", NOTIFY_EMAIL_TO: "a@b.example, ann" },
    ["NOTIFY_EMAIL_FROM", "NOTIFY_EMAIL_TO[1]", "NOTIFY_SMTP_URL"],
  ],
])("%s is refused", (_, environment, paths) => {
  expect(faultPaths(environment)).toEqual(paths);
});

test("a simulator on a loopback address is a paper broker and may have a demo clock", () => {
  const simulator = { ALPACA_TRADING_ORIGIN: "http://127.0.0.1:4010", ALPACA_DATA_ORIGIN: "http://127.0.0.1:4010" };
  expect(faultPaths({ ...paper, ...simulator, TRADEWIND_CLOCK_FILE: "/clock" })).toEqual([]);
});

test("an identity stands in for connection strings", () => {
  const { ServiceBusConnection: _, TablesConnection: __, ...keys } = paper;
  const identity = {
    ...keys,
    ServiceBusConnection__fullyQualifiedNamespace: "ns.servicebus.windows.net",
    TablesConnection__endpoint: "https://account.table.core.windows.net",
    AZURE_CLIENT_ID: "client",
  };
  expect(parseSettings(identity)).toMatchObject({
    serviceBus: { kind: "identity", endpoint: "ns.servicebus.windows.net", clientId: "client" },
    tables: { kind: "identity", endpoint: "https://account.table.core.windows.net" },
  });
});

test("the sample settings file holds known settings only, and is accepted", () => {
  const sample = JSON.parse(readFileSync(new URL("../local.settings.sample.json", import.meta.url), "utf8"));
  const { FUNCTIONS_WORKER_RUNTIME, AzureWebJobsStorage, ...values } = sample.Values;
  expect(FUNCTIONS_WORKER_RUNTIME).toBe("node");
  expect(AzureWebJobsStorage).toBeDefined();
  expect(Object.keys(values).filter((name) => !settingNames.includes(name))).toEqual([]);
  expect(faultPaths(values)).toEqual([]);
});

test("names of keys are read with their digests, in any case and with blanks between", () => {
  const digest = "AB".repeat(32);
  const { callers } = parseSettings({ ...paper, TRADEWIND_KEY_NAMES: `ops=${digest} , dash.board-2=${digest}` });
  expect(callers).toEqual({
    easyAuth: false,
    keyNames: [
      { name: "ops", digest: "ab".repeat(32) },
      { name: "dash.board-2", digest: "ab".repeat(32) },
    ],
  });
});

test.each([
  "ops",
  "ops=secret-key",
  `ops=${"g".repeat(64)}`,
  `=${"a".repeat(64)}`,
  `ops=${"a".repeat(64)};x=${"a".repeat(64)}`,
])("the key names %j are refused: a key itself never belongs into a setting", (given) => {
  expect(faultPaths({ ...paper, TRADEWIND_KEY_NAMES: given })).toEqual(["TRADEWIND_KEY_NAMES"]);
});

test("Easy Auth counts only where the setting says so", () => {
  expect(parseSettings(paper).callers.easyAuth).toBe(false);
  expect(parseSettings({ ...paper, TRADEWIND_EASY_AUTH: "true" }).callers.easyAuth).toBe(true);
  expect(faultPaths({ ...paper, TRADEWIND_EASY_AUTH: "yes" })).toEqual(["TRADEWIND_EASY_AUTH"]);
});

test("the channels are those whose settings are there", () => {
  expect(parseSettings(paper).channels).toEqual({
    teamsUrl: undefined,
    slackUrl: undefined,
    discordUrl: undefined,
    webhook: undefined,
    email: undefined,
  });
  const { channels } = parseSettings({
    ...paper,
    NOTIFY_TEAMS_URL: "https://teams.example.com/x",
    NOTIFY_WEBHOOK_URL: "http://127.0.0.1:4011/notifications",
    NOTIFY_SMTP_URL: "smtps://user:word@mail.example.com:465",
    NOTIFY_EMAIL_FROM: "tradewind@example.com",
    NOTIFY_EMAIL_TO: "ann@example.com, bob@example.com",
  });
  expect(channels).toEqual({
    teamsUrl: "https://teams.example.com/x",
    slackUrl: undefined,
    discordUrl: undefined,
    webhook: { url: "http://127.0.0.1:4011/notifications", secret: undefined },
    email: {
      smtpUrl: "smtps://user:word@mail.example.com:465",
      from: "tradewind@example.com",
      to: ["ann@example.com", "bob@example.com"],
    },
  });
});
