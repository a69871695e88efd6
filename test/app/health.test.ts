// Readiness and liveness: every dependency by itself, none hidden by another, nothing secret told.
import { afterEach, describe, expect, test } from "vitest";
import type { AppPorts } from "../../src/app/app.ts";
import { createApp } from "../../src/app/app.ts";
import { runProbes } from "../../src/app/probes.ts";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import { openApiClient } from "../support/apiClient.ts";
import { flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack?.stop());

const names = [
  "table.book",
  "table.slots",
  "table.executions",
  "table.bars",
  "table.notifications",
  "queue.runs",
  "queue.notifications",
  "broker.account",
  "broker.clock",
  "data.feed",
];

const unwellWith = async (ports: (own: AppPorts) => Partial<AppPorts>): Promise<readonly string[]> => {
  stack = await runInMemory();
  const { checks, ready } = await createApp({ ...stack.ports, ...ports(stack.ports) }).healthService.ready();
  expect(checks.map(({ name }) => name)).toEqual(names);
  const unwell = checks.filter(({ ok }) => !ok).map(({ name }) => name);
  expect(ready).toBe(unwell.length === 0);
  return unwell;
};

describe("readiness", () => {
  test("asks every dependency and tells version, mode, settings digest and latencies", async () => {
    stack = await runInMemory();
    const { status, body } = await openApiClient(stack.app)("GET", "/health/ready");
    const { hash } = await stack.ports.status.read().then(({ settings }) => settings);
    expect({ status, body }).toMatchObject({ status: 200, body: { ready: true, mode: "paper", settingsHash: hash } });
    expect(body.checks.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(body.checks.every(({ latencyMs }: { latencyMs: number }) => Number.isInteger(latencyMs))).toBe(true);
  });

  test("names the account by its last four characters", async () => {
    stack = await runInMemory();
    const { accountId } = await stack.ports.broker.account();
    const { text } = await openApiClient(stack.app)("GET", "/health/ready");
    expect(text).toContain(`…${accountId.slice(-4)}`);
    expect(text).not.toContain(accountId);
  });

  test.each<[string, readonly string[], (own: AppPorts) => Partial<AppPorts>]>([
    [
      "the broker",
      ["broker.account", "broker.clock"],
      ({ broker }) => ({ broker: flaky(broker, () => true, "BROKER_UNAVAILABLE") }),
    ],
    [
      "the keys",
      ["broker.account"],
      ({ broker }) => ({
        broker: { ...broker, account: () => Promise.reject(new InvariantError("WRONG_ACCOUNT", "another")) },
      }),
    ],
    [
      "a queue",
      ["queue.runs"],
      () => ({
        queueWatch: {
          look: async (queue) => {
            if (queue === "runs") throw new TransientError("QUEUE_UNAVAILABLE", "away");
            return { deadLetters: 0 };
          },
        },
      }),
    ],
    ["the book", ["table.book"], ({ status }) => ({ status: flaky(status, () => true, "STORE_UNAVAILABLE") })],
    [
      "the feed",
      ["data.feed"],
      ({ marketData }) => ({
        marketData: {
          ...marketData,
          latestPrices: () => Promise.reject(new InvariantError("BROKER_UNAUTHORIZED", "no SIP")),
        },
      }),
    ],
  ])("%s away is told, and hides no other", async (_what, expected, ports) => {
    expect(await unwellWith(ports)).toEqual(expected);
  });

  test("is 503 with the same report when one check is not well, and says what to do", async () => {
    stack = await runInMemory();
    stack.simulator.arm({ kind: "clockSkew", skewMs: 90_000, count: 100 });
    const { status, headers, body } = await openApiClient(stack.app)("GET", "/health/ready");
    expect({ status, again: headers["retry-after"] }).toEqual({ status: 503, again: "60" });
    const clock = body.checks.find(({ name }: { name: string }) => name === "broker.clock");
    expect(clock).toMatchObject({ ok: false, remedy: expect.stringContaining("clock") });
    expect(clock.detail).toContain("behind, limit 30 s");
  });

  test("gives up on one that hangs, and waits for nothing else", async () => {
    stack = await runInMemory();
    const probes = [
      { name: "hangs", check: () => new Promise<never>(() => undefined) },
      { name: "answers", check: async () => ({ ok: true, detail: "well" }) },
      { name: "throws", check: () => Promise.reject(new Error("AccountKey=secret")) },
    ];
    const results = await runProbes(probes, { clock: stack.ports.clock, timeoutMs: 20 });
    expect(results.map(({ ok }) => ok)).toEqual([false, true, false]);
    expect(results[0]?.detail).toBe("no answer within 20 ms");
    expect(JSON.stringify(results)).not.toContain("secret");
  });
});

describe("liveness", () => {
  test("is 503 before the first tick, 200 after it, 503 when ticks have stopped for more than five minutes", async () => {
    stack = await runInMemory({ now: "2026-06-15T13:00:00Z" });
    const live = () => openApiClient(stack.app)("GET", "/health/live");
    expect(await live()).toMatchObject({ status: 503, body: { alive: false, heartbeat: null } });
    await stack.app.scheduler.tick("timer");
    expect(await live()).toMatchObject({ status: 200, body: { alive: true } });
    stack.setNow("2026-06-15T13:05:00Z");
    expect(await live()).toMatchObject({ status: 200 });
    stack.setNow("2026-06-15T13:05:01Z");
    expect(await live()).toMatchObject({ status: 503, body: { alive: false, heartbeat: { ageSeconds: 301 } } });
  });

  test("tells whoever has no key nothing of what is wrong", async () => {
    const { ConfigError } = await import("../../src/core/model/errors.ts");
    const broken = openApiClient(async () => {
      throw new ConfigError("App settings", [{ path: "ALPACA_KEY_ID", message: "is missing" }]);
    });
    const { status, text } = await broken("GET", "/health");
    expect(status).toBe(503);
    expect(text).not.toContain("ALPACA");
    expect((await broken("GET", "/scheduler")).text).toContain("ALPACA_KEY_ID");
  });
});
