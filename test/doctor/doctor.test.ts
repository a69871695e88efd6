// The doctor: every fault named with what to do, nothing hidden by another, and the process against the stand-ins.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTableStorage } from "../../src/adapters/azure/tableStorage.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import { instantFromMs } from "../../src/core/model/time.ts";
import { examine } from "../../src/doctor/doctor.ts";
import { readSettingsFile } from "../../src/doctor/settingsFile.ts";
import { appSettings, startStandIns } from "../../src/local/standIns.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { commandLine, testFolder } from "../support/commandLine.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

const sound = {
  ALPACA_KEY_ID: "key",
  ALPACA_SECRET_KEY: "the-secret",
  ALPACA_TRADING_ORIGIN: "http://127.0.0.1:1",
  ALPACA_DATA_ORIGIN: "http://127.0.0.1:1",
  ServiceBusConnection: "Endpoint=sb://127.0.0.1",
  TablesConnection: "UseDevelopmentStorage=true",
};

async function examined(environment: Readonly<Record<string, string>>, arm?: (stack: MemoryStack) => void) {
  const stack = await runInMemory();
  onTestFinished(() => stack.stop());
  arm?.(stack);
  const found = await examine(environment, { compose: async () => stack.ports, nodeVersion: "v24.21.0" });
  return { ...found, unwell: found.checks.filter(({ ok }) => !ok).map(({ name }) => name) };
}

describe("an examination", () => {
  test("finds nothing wrong with a sound app, and names everything that it looked at", async () => {
    const { well, unwell, checks } = await examined(sound);
    expect({ well, unwell }).toEqual({ well: true, unwell: [] });
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "node",
        "mode",
        "account id",
        "identity",
        "table.book",
        "queue.runs",
        "data.feed",
        "calendar",
        "switches",
      ]),
    );
    expect(JSON.stringify(checks)).not.toContain("the-secret");
  });

  test("names every fault of the settings, and looks at nothing else", async () => {
    const { ALPACA_SECRET_KEY: _, TablesConnection: __, ...rest } = sound;
    const vault = { ALPACA_KEY_ID: "@Microsoft.KeyVault(SecretUri=https://v/secrets/x)" };
    const { unwell, checks } = await examined({ ...rest, ...vault });
    expect(unwell.toSorted()).toEqual([
      "setting ALPACA_KEY_ID",
      "setting ALPACA_SECRET_KEY",
      "setting TablesConnection",
    ]);
    expect(checks.every(({ ok, remedy }) => ok || remedy !== undefined)).toBe(true);
  });

  test.each([
    ["wrong keys", "status401", ["broker.account", "broker.clock", "calendar", "data.feed"]],
    ["a feed that the plan does not pay for", "status403", ["data.feed"]],
  ] as const)("says what to do about %s", async (_what, kind, expected) => {
    const path = kind === "status403" ? "/v2/stocks" : "/";
    const { unwell, checks } = await examined(sound, ({ simulator }) => simulator.arm({ kind, path, count: 100 }));
    expect(unwell.toSorted()).toEqual(expected);
    for (const { ok, remedy } of checks) if (!ok) expect(remedy).toContain("ALPACA_KEY_ID");
  });
});

test("an identity that may read the tables and not write them is told which role it lacks", async () => {
  const stack = await runInMemory();
  onTestFinished(() => stack.stop());
  const unpark = () =>
    Promise.reject(
      new TransientError("STORE_UNAVAILABLE", "table X is out of reach: 403 AuthorizationPermissionMismatch"),
    );
  const notificationBook = { ...stack.ports.notificationBook, unpark };
  const compose = async () => ({ ...stack.ports, notificationBook });
  const { well, checks } = await examine(sound, { compose, nodeVersion: "v24.21.0" });
  expect(well).toBe(false);
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([
    { name: "table.notifications", remedy: expect.stringContaining("Storage Table Data Contributor") },
  ]);
});

test("a failure whose words hold a secret is told without it", async () => {
  const stack = await runInMemory();
  onTestFinished(() => stack.stop());
  const look = () => Promise.reject(new TransientError("QUEUE_UNAVAILABLE", `refused ${long.ALPACA_SECRET_KEY}`));
  const long = { ...sound, ALPACA_SECRET_KEY: "a-secret-that-is-long" };
  const compose = async () => ({ ...stack.ports, queueWatch: { look } });
  const { checks } = await examine(long, { compose, nodeVersion: "v24.21.0" });
  expect(checks.find(({ name }) => name === "queue.runs")?.detail).toBe("QUEUE_UNAVAILABLE: refused [redacted]");
});

test("settings come from local.settings.json or from what Azure lists", () => {
  expect(readSettingsFile('{"IsEncrypted":false,"Values":{"A":"1","B":2}}')).toEqual({ A: "1", B: "2" });
  expect(readSettingsFile('[{"name":"A","value":"1","slotSetting":false},{"name":"B","value":null}]')).toEqual({
    A: "1",
  });
  expect(() => readSettingsFile("[1]")).toThrow(SyntaxError);
});

test("the command hands the file on, ends as the doctor does, and needs a checkout", async () => {
  const ran: string[][] = [];
  const world = {
    checkout: "/checkout",
    runProgram: async (_: string, args: readonly string[]) => {
      ran.push([...args]);
      return 1;
    },
  };
  expect(await commandLine(["doctor", "--settings", "x.json", "--json"], world)).toMatchObject({ exitCode: 1 });
  expect(ran).toEqual([["/checkout/src/doctor/main.ts", "--settings", "x.json", "--json"]]);
  expect((await commandLine(["doctor"])).exitCode).toBe(2);
});

test("the process finds the stand-ins well once the tables are seeded, and says what is missing before", async () => {
  const tape = createSeededTape({ seed: 5, fromDay: "2026-06-01", symbols: [{ symbol: "SPY", startPrice: 400 }] });
  const standIns = await startStandIns({ tape, seed: 5, nowMs: () => Date.now(), stateDir: undefined });
  onTestFinished(() => standIns.stop());
  const file = join(testFolder(), "local.settings.json");
  writeFileSync(file, JSON.stringify({ Values: appSettings(standIns) }));
  const doctor = async () => {
    const child = spawn(process.execPath, ["src/doctor/main.ts", "--settings", file, "--json"], {
      cwd: resolve(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    const code = await new Promise((done) => child.once("exit", done));
    const { checks } = JSON.parse(out) as { checks: { name: string; ok: boolean; detail: string }[] };
    return { code, unwell: checks.filter(({ ok }) => !ok).map(({ name }) => name) };
  };
  // Nothing has seeded the book yet: its first start does.
  expect(await doctor()).toEqual({ code: 1, unwell: ["table.book", "switches"] });
  const { TablesConnection = "" } = appSettings(standIns);
  const stores = createStores(createTableStorage({ connectionString: TablesConnection }));
  await stores.settings.seed(exampleConfig(["SPY"]), instantFromMs(Date.now()));
  expect(await doctor()).toEqual({ code: 0, unwell: [] });
}, 60_000);
