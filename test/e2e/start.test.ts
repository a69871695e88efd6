// `npm start` as a new user runs it: flags, one run, the live demo, and a clean end.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { poll } from "../support/poll.ts";

const root = resolve(import.meta.dirname, "../..");
const marketData = resolve(root, "../shared/data/market");

function start(...flags: string[]): ChildProcess {
  return spawn(process.execPath, ["src/local/start.ts", ...flags], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(...flags: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(...flags);
  const [out, err, code] = await Promise.all([
    text(child.stdout ?? process.stdin),
    text(child.stderr ?? process.stdin),
    new Promise<number | null>((done) => child.once("exit", done)),
  ]);
  return { code, out, err };
}

type Order = {
  clientOrderId: string;
  symbol: string;
  side: string;
  qty: string;
  status: string;
  filledQty: string;
  filledAvgPrice: string;
};
type Report = {
  executionId: string;
  taskId: string;
  slot: string;
  status: string;
  signals: unknown[];
  orders: Order[];
  riskVerdicts: { decision: string }[];
  excluded: { symbol: string; code: string }[];
  equityBefore: string;
  equityAfter: string;
  timingsMs: Record<string, number>;
};

async function once(...flags: string[]): Promise<Report> {
  const { code, out, err } = await run("--once", "--json", ...flags);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.trim().split("\n")).toHaveLength(1);
  return JSON.parse(out);
}

describe("flags", () => {
  test.each([
    [["--speed", "0"], "from 1 to 3600"],
    [["--seed", "x"], "whole number"],
    [["--port", "70000"], "from 0 to 65535"],
    [["--clock", "lunar"], "real or demo"],
    [["--at", "tomorrow"], "ISO 8601"],
    [["--at", "2026-06-15T13:24:00"], "ISO 8601"],
    [["--data", "no-such-folder"], "no such folder"],
    [["--json"], "--once"],
    [["--colour"], "--colour"],
    [["extra"], "argument"],
  ])("%j ends with 2 and one line that says what is allowed", async (flags, told) => {
    const { code, out, err } = await run(...flags);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain(told);
  });

  test("--help lists every flag and ends with 0", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    for (const flag of [
      "--port",
      "--clock",
      "--at",
      "--speed",
      "--seed",
      "--data",
      "--state",
      "--once",
      "--json",
      "--verbose",
    ]) {
      expect(out).toContain(flag);
    }
  });

  test("a port that is taken is named with what to do, and nothing is started", async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, err } = await run("--port", port);
    taken.close();
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`Port ${port} is taken.*--port`));
  });
});

describe("one run", () => {
  test("prints one JSON object with filled orders, and the same seed gives the same orders and fills", async () => {
    const [first, second] = [await once("--seed", "7"), await once("--seed", "7")];
    expect(first.status).toBe("succeeded");
    expect(first.orders.length).toBeGreaterThan(0);
    for (const order of first.orders) expect(order).toMatchObject({ status: "filled", filledQty: order.qty });
    expect(Object.keys(first.timingsMs).sort()).toEqual([
      "enqueuedToStarted",
      "startedToLastOrder",
      "tickToEnqueued",
      "total",
    ]);
    for (const ms of Object.values(first.timingsMs)) expect(ms).toBeGreaterThanOrEqual(0);
    expect({ ...first, timingsMs: {} }).toEqual({ ...second, timingsMs: {} });
  });

  test("another seed is another market", async () => {
    const [first, second] = [await once("--seed", "7"), await once("--seed", "8")];
    expect(first.orders.map((order) => order.filledAvgPrice)).not.toEqual(
      second.orders.map((order) => order.filledAvgPrice),
    );
  });

  test("without --json prints a small table", async () => {
    const { code, out } = await run("--once");
    expect(code).toBe(0);
    expect(out).toMatch(/symbol +side +qty +status/);
    expect(out).toContain("equity ");
  });

  test("with --state runs the next slot each time", async () => {
    const state = mkdtempSync(join(tmpdir(), "tradewind-state-"));
    try {
      const [first, second] = [await once("--state", state), await once("--state", state)];
      expect([first.slot, second.slot]).toEqual(["2026-06-15T14:00:00.000Z", "2026-06-15T14:05:00.000Z"]);
      expect(first.orders.length).toBeGreaterThan(0);
      expect(second).toMatchObject({ status: "succeeded", orders: [] });
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  });

  test("outside the session is skipped, and says why", async () => {
    const report = await once("--at", "2026-07-03T14:00:00Z");
    expect(report).toMatchObject({ status: "skipped", code: "HOLIDAY", orders: [] });
  });

  test.skipIf(!existsSync(marketData))("on real bars fills at prices of those bars", async () => {
    const at = "2013-10-07T14:00:00Z";
    const report = await once("--data", marketData, "--at", at);
    expect(report.slot).toBe("2013-10-07T14:00:00.000Z");
    expect(report.status).toBe("succeeded");
    expect(report.orders.length).toBeGreaterThan(0);
    for (const order of report.orders) {
      const bars = readFileSync(join(marketData, "minute", `${order.symbol}-2013-10.csv`), "utf8").split("\n");
      const bar = bars.find((line) => line.startsWith(`${order.symbol},${at.slice(0, 16)}`))?.split(",") ?? [];
      const [, , , high, low] = bar.map(Number);
      expect(order.status).toBe("filled");
      expect(Number(order.filledAvgPrice)).toBeGreaterThanOrEqual(low ?? Number.NaN);
      expect(Number(order.filledAvgPrice)).toBeLessThanOrEqual(high ?? Number.NaN);
    }
  });

  test.skipIf(!existsSync(marketData))(
    "leaves out real symbols without prices that day, with their reason",
    async () => {
      // Minutes exist to October 2013 only, daily bars go on: that day has history and no prices of the day before.
      const report = await once("--data", marketData, "--at", "2013-01-15T15:00:00Z");
      expect(report.excluded.map(({ symbol }) => symbol).sort()).toEqual(["AIG", "BAC", "IBM", "SPY"]);
      expect(report.excluded.every(({ code }) => code === "NOT_ENOUGH_HISTORY" || code === "NO_PRICE")).toBe(true);
    },
  );
});

describe("the live demo", () => {
  let child: ChildProcess | undefined;
  let state: string | undefined;
  afterEach(() => {
    child?.kill("SIGKILL");
    if (state !== undefined) rmSync(state, { recursive: true, force: true });
  });

  async function demo(...flags: string[]): Promise<{ lines: string[]; ended: Promise<number | null> }> {
    const lines: string[] = [];
    const running = start("--port", "0", ...flags);
    child = running;
    running.stdout?.setEncoding("utf8").on("data", (chunk: string) => lines.push(...chunk.split("\n")));
    running.stderr?.setEncoding("utf8").on("data", (chunk: string) => lines.push(...chunk.split("\n")));
    return { lines, ended: new Promise((done) => running.once("exit", done)) };
  }
  const seen = (lines: readonly string[], pattern: RegExp): Promise<string> =>
    poll(String(pattern), () => lines.find((line) => pattern.test(line)), 60_000);

  test("shows a skip before the open, the open, and a run with fills and its notification; Ctrl-C ends all of it", async () => {
    const { lines, ended } = await demo("--speed", "600");
    const status = (await seen(lines, /status +http/)).trim().split(/\s+/)[1] ?? "";
    await seen(lines, /window closed.*next open 2026-06-15 09:31; demo-trend skipped/);
    await seen(lines, /window open until/);
    await seen(lines, /run +demo-trend@20260615T133500Z started/);
    await seen(lines, /order +buy/);
    await seen(lines, /fill +buy/);
    await seen(lines, /notify +info/);
    const answer = await fetch(status);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ automation: "started", mode: "paper" });
    expect((await fetch(status.replace(/\?.*/, ""))).status).toBe(401);
    child?.kill("SIGINT");
    expect(await ended).toBe(0);
    await expect(fetch(status)).rejects.toThrow();
  });

  test("with --state goes on where it stopped", async () => {
    state = mkdtempSync(join(tmpdir(), "tradewind-state-"));
    const first = await demo("--speed", "600", "--state", state);
    await seen(first.lines, /fill +buy/);
    await seen(first.lines, /09:3[6-9]:.*tick/);
    child?.kill("SIGINT");
    expect(await first.ended).toBe(0);
    const second = await demo("--speed", "600", "--state", state);
    const status = (await seen(second.lines, /history +http/)).trim().split(/\s+/)[1] ?? "";
    await seen(second.lines, /demo-trend@20260615T134000Z started/);
    const { items } = (await (await fetch(status)).json()) as { items: { executionId: string; status: string }[] };
    const slots = items.map(({ executionId }) => executionId);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots).toContain("demo-trend@20260615T133500Z");
    expect(items.filter((item) => item.status === "missed")).toEqual([]);
    child?.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });
});
