// Go or no-go: each item turns red or yellow by what it is about and by nothing else, and the morning tells it once a trading day.
import { afterEach, describe, expect, test } from "vitest";
import { type AppPorts, createApp } from "../../src/app/app.ts";
import { addMs, minuteMs } from "../../src/core/model/time.ts";
import type { ContractFinding } from "../../src/core/operations/contract.ts";
import type { Preflight } from "../../src/core/operations/preflight.ts";
import { openApiClient } from "../support/apiClient.ts";
import { startCliStack } from "../support/cliStack.ts";
import { intervene } from "../support/disturb.ts";
import { asked, at, exampleConfig, flaky, type MemoryStack, runInMemory, spoilTask } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack?.stop());

const config = (more: object = {}) => {
  const base = exampleConfig(["AAA", "BBB"], more);
  return {
    ...base,
    automation: { ...base.automation, risk_limits: { ...base.automation.risk_limits, ...limitsFilled } },
  };
};
const limitsFilled = {
  breakers: { dailyLoss: { fraction: 0.1, action: "halt" }, drawdown: { fraction: 0.2, action: "halt" } },
} as const;

/** Half an hour before the open of a Monday, everything in order: ticks come, the monitor has looked. */
async function morningStack(options: Parameters<typeof runInMemory>[0] = {}): Promise<void> {
  stack = await runInMemory({ config: config(), now: "2026-06-12T19:50:00Z", ...options });
  await stack.app.realtimeMonitor.check();
  stack.setNow("2026-06-15T13:00:00Z");
  await stack.app.scheduler.tick("timer");
  await stack.deliverAll();
}

const judged = (ports: Partial<AppPorts> = {}): Promise<Preflight> =>
  createApp({ ...stack.ports, ...ports }).preflightService.judge();
const notGreen = ({ items }: Preflight) =>
  Object.fromEntries(items.flatMap(({ name, light }) => (light === "green" ? [] : [[name, light]])));

test("everything in order is go, with the account masked and figures in the lines", async () => {
  await morningStack();
  const preflight = await judged();
  expect(notGreen(preflight)).toEqual({});
  expect(preflight).toMatchObject({ go: true, day: "2026-06-15", mode: "paper" });
  const detail = Object.fromEntries(preflight.items.map(({ name, detail: text }) => [name, text]));
  expect(detail.window).toBe("open 2026-06-15T13:30:00.000Z to 2026-06-15T20:00:00.000Z");
  expect(detail.tasks).toBe("1 enabled, 1 due today: example at 2026-06-15T13:30:00.000Z");
  expect(detail.account).toContain("buying power");
  expect(JSON.stringify(preflight)).not.toContain((await stack.ports.broker.account()).accountId);
});

const finding = (kind: ContractFinding["kind"]): Partial<AppPorts> => ({
  canary: { check: async () => [{ route: "GET /v2/account", kind, detail: "equity is missing" }] },
});
const switched = (action: "stop" | "halt" | "reduce") => async () => {
  await stack.app.controlService.change(asked(action));
};

describe("what is not in order", () => {
  test.each<[string, Readonly<Record<string, string>>, () => Promise<unknown>]>([
    ["a stopped automation", { automation: "red" }, switched("stop")],
    ["a halt", { automation: "red" }, switched("halt")],
    ["reducing only", { automation: "yellow" }, switched("reduce")],
    [
      "a task that is halted",
      { automation: "yellow" },
      async () => {
        await stack.app.controlService.change({ ...asked("halt"), scope: { kind: "task", id: "example" } });
      },
    ],
    ["a blocked account", { account: "red" }, () => intervene(stack, { kind: "blockTrading", blocked: true })],
    ["a task that cannot be read", { tasks: "red" }, () => spoilTask(stack, "example")],
    [
      "no task enabled",
      { tasks: "red" },
      async () => {
        await stack.app.taskService.setEnabled("example", false, {
          principal: { kind: "app", name: "t" },
          reason: "r",
          source: "s",
        });
      },
    ],
    [
      "a clock that is off",
      { clock: "red" },
      async () => stack.simulator.arm({ kind: "clockSkew", skewMs: 90_000, count: 9 }),
    ],
    [
      "the feed away",
      { feed: "red" },
      async () => stack.simulator.arm({ kind: "status403", path: "/v2/stocks", count: 9 }),
    ],
    [
      "a calendar that differs",
      { calendar: "yellow" },
      async () => ({
        broker: {
          ...stack.ports.broker,
          sessions: async () => [
            { day: "2026-06-15" as never, openAt: at("2026-06-15T14:30:00Z"), closeAt: at("2026-06-15T20:00:00Z") },
          ],
        },
      }),
    ],
    ["a changed answer that is read", { contract: "red" }, async () => finding("breaking")],
    ["a changed answer that is not read", { contract: "yellow" }, async () => finding("changed")],
    [
      "dead runs that nobody takes",
      { deadLetters: "red" },
      async () => ({ queueWatch: { look: async (queue: string) => ({ deadLetters: queue === "runs" ? 2 : 0 }) } }),
    ],
    ["no channel", { notifications: "yellow" }, async () => ({ channels: [] })],
    [
      "an order in doubt",
      { orders: "red" },
      async () => {
        const stored = await stack.ports.monitor.read();
        if (stored !== undefined) await stack.ports.monitor.write({ ...stored.state, unknownOrders: 1 }, stored.etag);
      },
    ],
    ["ticks that have stopped", { heartbeat: "red" }, async () => stack.setNow("2026-06-15T13:06:00Z")],
    [
      "a table away",
      { tables: "red" },
      async () => ({ slots: flaky(stack.ports.slots, (method) => method === "get", "STORE_UNAVAILABLE") }),
    ],
    [
      "the broker away",
      { account: "red", clock: "red", calendar: "yellow" },
      async () => ({ broker: flaky(stack.ports.broker, () => true, "BROKER_UNAVAILABLE") }),
    ],
  ])("%s is told, and nothing else", async (_what, expected, disturb) => {
    await morningStack();
    const preflight = await judged(((await disturb()) as Partial<AppPorts> | undefined) ?? {});
    expect(notGreen(preflight)).toEqual(expected);
    expect(preflight.go).toBe(!Object.values(expected).includes("red"));
    for (const { light, remedy } of preflight.items) expect(light === "green" || remedy !== undefined).toBe(true);
  });

  test("no breakers and an early close are told", async () => {
    await morningStack({ config: exampleConfig(["AAA"]), now: "2026-11-25T19:50:00Z" });
    stack.setNow("2026-11-27T14:00:00Z");
    await stack.app.scheduler.tick("timer");
    expect(notGreen(await judged())).toEqual({ window: "yellow", limits: "yellow" });
  });

  test("a Sunday is no fault", async () => {
    await morningStack();
    stack.setNow("2026-06-14T13:00:00Z");
    const { go, items } = await judged();
    expect(go).toBe(true);
    expect(items.find(({ name }) => name === "window")?.detail).toBe("no session today; the next is on 2026-06-15");
  });
});

describe("the morning", () => {
  const preflights = () => stack.notifications.filter(({ id }) => id.startsWith("preflight."));
  async function minutes(from: string, count: number, app = stack.app): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      stack.setNow(addMs(at(from), minute * minuteMs));
      await app.morningKeeper.check();
      await stack.deliverAll();
    }
  }

  test("tells go once a trading day, from half an hour before the open, and not on a holiday", async () => {
    await morningStack();
    await minutes("2026-06-15T12:55:00Z", 5);
    expect(preflights()).toEqual([]);
    await minutes("2026-06-15T13:00:00Z", 40);
    expect(preflights()).toMatchObject([
      {
        id: "preflight.2026-06-15",
        severity: "info",
        title: expect.stringMatching(/^Go for 2026-06-15, paper: 0 red/),
      },
    ]);
    await minutes("2026-06-16T13:20:00Z", 3);
    expect(preflights()).toHaveLength(2);
    await minutes("2026-06-19T13:00:00Z", 3);
    expect(preflights()).toHaveLength(2);
  });

  test("is told once by several processes at once, and by one that takes over after a crash before it was noted", async () => {
    await morningStack();
    const others = [1, 2, 3].map(() => createApp(stack.ports));
    stack.setNow("2026-06-15T13:00:30Z");
    await Promise.all(others.map((app) => app.morningKeeper.check()));
    let writes = 0;
    const { morning } = stack.ports;
    const dying = {
      ...morning,
      write: async (...given: Parameters<typeof morning.write>) =>
        ++writes === 1 ? Promise.reject(new Error("dies")) : morning.write(...given),
    };
    await createApp({ ...stack.ports, morning: dying }).morningKeeper.check();
    await minutes("2026-06-15T13:01:30Z", 3);
    expect(preflights()).toHaveLength(1);
  });

  test("is made up for where the app was away before the open: late, said to be late, once, and not after the close", async () => {
    await morningStack();
    await minutes("2026-06-15T14:10:30Z", 5);
    expect(preflights()).toMatchObject([{ id: "preflight.2026-06-15" }]);
    expect(preflights()[0]?.title).toMatch(/^Late: (NO GO|Go) for 2026-06-15/);
    expect(preflights()[0]?.text).toContain("Late: nothing was told before the open at 2026-06-15T13:30:00.000Z.");
    await minutes("2026-06-16T20:00:30Z", 3);
    expect(preflights()).toHaveLength(1);
  });

  test("that is no-go looks on, and tells once that the day is go after all", async () => {
    await morningStack();
    await stack.app.controlService.change(asked("halt"));
    await minutes("2026-06-15T13:00:30Z", 3);
    await stack.app.controlService.change(asked("resume"));
    for (const now of ["13:03:30", "13:04:30", "13:05:30"]) {
      stack.setNow(`2026-06-15T${now}Z`);
      await stack.app.scheduler.tick("timer");
      await minutes(`2026-06-15T${now}Z`, 1);
    }
    expect(preflights().map(({ id, title }) => [id, title.split(",")[0]])).toEqual([
      ["preflight.2026-06-15", "NO GO for 2026-06-15"],
      ["preflight.2026-06-15.go", "Recovered: Go for 2026-06-15"],
    ]);
    const { troubles } = (await stack.ports.notificationBook.desk()).desk;
    expect(troubles.filter(({ title }) => title.includes("NO GO"))).toEqual([]);
  });

  test("waits a minute for a queue that is away, and loses nothing", async () => {
    await morningStack();
    const notifications = flaky(stack.ports.notifications, () => true, "QUEUE_UNAVAILABLE");
    stack.setNow("2026-06-15T13:00:30Z");
    await createApp({ ...stack.ports, notifications }).morningKeeper.check();
    expect(stack.events.map(({ name }) => name)).toContain("morning.failed");
    await minutes("2026-06-15T13:01:30Z", 2);
    expect(preflights()).toHaveLength(1);
  });

  test("opens a finding before the first order of the day where the broker's answers have changed", async () => {
    await morningStack();
    let asks = 0;
    const canary: AppPorts["canary"] = {
      check: async () => {
        asks++;
        return [{ route: "GET /v2/account", kind: "breaking", detail: "equity is missing" }];
      },
    };
    const app = createApp({ ...stack.ports, canary });
    await minutes("2026-06-15T13:00:30Z", 5, app);
    expect(asks).toBe(1);
    expect(stack.events.filter(({ name }) => name === "contract.differs")).toHaveLength(1);
    const told = stack.notifications.filter(({ id }) => !id.startsWith("run."));
    expect(told.map(({ id, severity }) => [id, severity])).toEqual([
      ["contract.2026-06-15", "error"],
      ["preflight.2026-06-15", "error"],
    ]);
    // The page of the day shows what the morning found, and asks no more.
    expect(notGreen(await app.preflightService.judge())).toEqual({ contract: "red" });
    expect(asks).toBe(1);
  });
});

test("the operation and the command show the page, and no-go is exit code 1", async () => {
  const cli = await startCliStack({ config: config(), now: "2026-06-15T13:00:00Z" });
  await cli.stack.app.scheduler.tick("timer");
  const reply = await openApiClient(cli.stack.app)("GET", "/scheduler/preflight");
  expect(reply).toMatchObject({ status: 200, body: { go: true } });
  expect(await cli.run("preflight")).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining("GO for 2026-06-15"),
  });
  await cli.run("halt --reason drill");
  const { exitCode, output } = await cli.run("preflight");
  expect(exitCode).toBe(1);
  expect(output).toMatch(/NO GO {2}automation +halted by .*: drill\n +→ Resume it\.\n/);
  stack = cli.stack;
});
