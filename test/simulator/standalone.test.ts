// `npm run simulator` as a process of its own: the unmodified SDK with orders and both streams, and how it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Alpaca, streaming } from "@alpacahq/alpaca-trade-api";
import { afterEach, describe, expect, test } from "vitest";
import { parseSimulatorFlags } from "../../src/simulator/simulatorFlags.ts";

const main = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));
const running: ChildProcess[] = [];
const toEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of toEnd.splice(0)) await end();
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function launch(...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += String(text);
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, lines, errors }));
  return { child, lines, ended };
}

type Addresses = { url: string; streamUrl: string; dataStreamUrl: string; keyId: string; secret: string };

async function ready(...flags: string[]) {
  const process = launch("--port", "0", "--json", ...flags);
  await expect.poll(() => process.lines, { timeout: 15_000 }).toHaveLength(1);
  const { url, streamUrl, dataStreamUrl, ...keys } = JSON.parse(process.lines[0] ?? "") as Addresses;
  const alpaca = new Alpaca({
    ...keys,
    retry: false,
    fetchApi: (target, init) => fetch(url + String(target).replace(/^https:\/\/[^/]+/, ""), init),
  });
  return { ...process, alpaca, keys, url, streamUrl, dataStreamUrl };
}

const inSession = ["--at", "2026-06-15T14:00:58Z"] as const;

test("serves the unmodified SDK over HTTP and both streams, and ends cleanly at Ctrl-C", async () => {
  const { alpaca, streamUrl, dataStreamUrl, child, ended, lines } = await ready(...inSession, "--cash", "5000");
  const updates: string[] = [];
  const bars: string[] = [];
  const orders = alpaca.trading.stream({ url: streamUrl });
  const data = alpaca.marketData.stockStream({ url: dataStreamUrl });
  toEnd.push(() => orders.disconnect());
  toEnd.push(() => data.disconnect());
  orders.onTradeUpdate(({ event }) => updates.push(event));
  data.onBar(({ symbol }) => bars.push(symbol));
  const listening = [orders, data].map(
    (stream) => new Promise<void>((resolve) => stream.once(streaming.EVENT.SUBSCRIPTION, () => resolve())),
  );
  orders.subscribeTradeUpdates();
  data.subscribeForBars(["SPY"]);
  orders.connect();
  data.connect();
  await Promise.all(listening);
  expect((await alpaca.trading.account.getAccount()).cash).toBe("5000");
  expect((await alpaca.trading.orders.market({ symbol: "SPY", qty: "1", side: "buy" })).status).toBe("pending_new");
  await expect.poll(() => updates, { timeout: 5000 }).toEqual(["pending_new", "new", "fill"]);
  await expect.poll(() => bars, { timeout: 8000 }).toEqual(["SPY"]);
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: 0, lines, errors: "" });
  expect(lines).toHaveLength(1);
});

test("tells where it is and what happens, in lines for a person", async () => {
  const { child, lines, ended } = launch("--port", "0", "--symbols", "ABC", "--speed", "0", ...inSession);
  await expect.poll(() => lines.join("\n"), { timeout: 15_000 }).toContain("not kept");
  const url = /http:\/\/\S+/.exec(lines.join("\n"))?.[0] ?? "";
  const headers = { "APCA-API-KEY-ID": "SIMULATOR", "APCA-API-SECRET-KEY": "simulator-only" };
  const order = { symbol: "ABC", qty: "2", side: "buy", type: "market", time_in_force: "day", client_order_id: "mine" };
  await fetch(`${url}/v2/orders`, { method: "POST", headers, body: JSON.stringify(order) });
  await expect.poll(() => lines.at(-1), { timeout: 5000 }).toContain("filled  (mine)");
  expect(lines.at(-2)).toMatch(/^2026-06-15T10:00:58-04:00 {2}buy 2 ABC {2}fill at \d+(\.\d+)? {2}\(mine\)$/);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("keeps the account in its file, and its clock never goes back", async () => {
  const dir = await mkdtemp(join(tmpdir(), "simulator-"));
  toEnd.push(() => rm(dir, { recursive: true }));
  const file = join(dir, "account.json");
  const first = await ready(...inSession, "--state", file);
  await first.alpaca.trading.orders.market({ symbol: "SPY", qty: "1", side: "buy" });
  first.child.kill("SIGINT");
  await first.ended;
  const second = await ready("--at", "2026-06-15T13:30:00Z", "--state", file);
  expect((await second.alpaca.trading.positions.getAllOpenPositions()).map(({ symbol }) => symbol)).toEqual(["SPY"]);
  const { timestamp } = await second.alpaca.trading.clock.legacyClock();
  expect(timestamp?.getTime()).toBeGreaterThanOrEqual(Date.parse("2026-06-15T14:00:58Z"));
});

test("says that a port is taken and what to do, and ends with 1", async () => {
  const { url } = await ready(...inSession);
  const { port } = new URL(url);
  const { code, errors, lines } = await launch("--port", port).ended;
  expect({ code, errors, lines }).toEqual({
    code: 1,
    errors: `Port ${port} is taken. Stop what uses it, or choose another one: npm run simulator -- --port ${Number(port) + 1}\n`,
    lines: [],
  });
});

test("ends with 2 and one line at a wrong flag", async () => {
  const { code, errors } = await launch("--speed", "fast").ended;
  expect(code).toBe(2);
  expect(errors.trim().split("\n")).toHaveLength(1);
});

describe("the flags", () => {
  test("have defaults", () => {
    expect(parseSimulatorFlags([])).toEqual({
      port: 4010,
      seed: 1,
      speed: 1,
      cash: "100000",
      partialFills: 0,
      json: false,
    });
  });

  test("are read as what they mean", () => {
    const argv =
      "--port 0 --seed 7 --speed 2.5 --at 2026-06-15T09:30:00-04:00 --symbols AAPL,BRK.B,AAPL --cash 12.5 --partial-fills 0.1 --json";
    expect(parseSimulatorFlags(argv.split(" "))).toEqual({
      port: 0,
      seed: 7,
      speed: 2.5,
      at: Date.parse("2026-06-15T13:30:00Z"),
      symbols: ["AAPL", "BRK.B"],
      cash: "12.5",
      partialFills: 0.1,
      json: true,
    });
  });

  test("explain themselves with --help, and end with 0", () => {
    expect(parseSimulatorFlags(["--help"])).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining("--speed <n>"),
    });
  });

  test.each([
    [["--port", "99999"], "A port is a whole number from 0 to 65535."],
    [["--at", "yesterday"], "ISO 8601"],
    [["--at", "1890-01-01T00:00:00Z"], "calendar"],
    [["--symbols", "aapl"], "capitals"],
    [["--cash", "-5"], "US dollars"],
    [["--cash", "1.005"], "US dollars"],
    [["--partial-fills", "2"], "from 0 to 1"],
    [["--data", "/nowhere/at/all"], "There is no such folder"],
    [["--state", "/nowhere/at/all/state.json"], "a folder that exists"],
    [["--data", "/", "--symbols", "AAPL"], "leave it out with --data"],
    [["--colour"], "unknown option"],
    [["now"], "too many arguments"],
  ])("refuse %j", (argv, says) => {
    const end = parseSimulatorFlags(argv);
    expect(end).toMatchObject({ exitCode: 2, text: expect.stringContaining(says) });
    expect("text" in end && end.text).not.toContain("\n");
  });
});
