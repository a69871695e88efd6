// The breakers: each switches trading by itself, tells people once, and stays until a named person resumes; the simulator brings it about.
import { afterEach, describe, expect, test } from "vitest";
import { TransientError } from "../../src/core/model/errors.ts";
import type { Breakers } from "../../src/core/model/limits.ts";
import { buyByHand, disarm, intervene } from "../support/disturb.ts";
import { asked, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { type PriceScript, scriptedPrices } from "../support/scriptedPrices.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

type Given = { [Name in keyof Breakers]?: object };
async function start(breakers: Given, script: PriceScript = [], monitor: object = {}): Promise<void> {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"]);
  const limits = { ...automation.risk_limits, breakers: breakers as Breakers };
  const settings = { ...automation, risk_limits: limits, monitor: { ...automation.monitor, ...monitor } };
  stack = await runInMemory({ config: { ...config, automation: settings }, market: scriptedPrices(script) });
}

async function checkAt(instant: string): Promise<string> {
  stack.setNow(instant);
  await stack.app.realtimeMonitor.check();
  return switchedBy();
}

/** `halted by dailyLoss`, or `running`. */
async function switchedBy(): Promise<string> {
  const { state } = await stack.ports.control.read();
  return state.trippedBy === undefined ? state.tradingState : `${state.tradingState} by ${state.trippedBy}`;
}
const resume = (actor = "ann") => stack.app.controlService.change(asked("resume", { actor, reason: "looked at it" }));

async function told(): Promise<readonly { title: string; text: string; severity: string }[]> {
  await stack.deliverAll();
  return stack.notifications.filter(({ id }) => id.startsWith("breaker."));
}
const tripEvents = async (): Promise<number> =>
  (await stack.ports.control.events({ limit: 100 })).items.filter(({ principal }) =>
    principal.name.startsWith("breaker "),
  ).length;

const halt = { action: "halt" } as const;
/** Eighty percent of equity are in positions, so a fall of prices by five percent is a loss of four. */
const falls: PriceScript = [
  ["2026-06-15T13:40:00Z", 0.95],
  ["2026-06-15T13:50:00Z", 0.9],
  ["2026-06-16T13:40:00Z", 0.8],
];

describe("the loss of a day", () => {
  const dailyLoss = { fraction: 0.03, ...halt };

  test("halts trading with its figures, told once, and orders are held back", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    expect(await checkAt("2026-06-15T13:39:00Z")).toBe("running");
    expect(await checkAt("2026-06-15T13:40:30Z")).toBe("halted by dailyLoss");
    expect(await checkAt("2026-06-15T13:41:30Z")).toBe("halted by dailyLoss");
    const alerts = await told();
    expect(alerts).toMatchObject([{ severity: "error", title: "Trading is halted by the breaker dailyLoss" }]);
    expect((await stack.ports.notificationBook.desk()).desk.troubles).toMatchObject([
      { fingerprint: expect.stringMatching(/^breaker\/dailyLoss\./) },
    ]);
    expect(alerts[0]?.text).toMatch(
      /equity 9\d+(\.\d+)? is \d+(\.\d+)? USD \([34]\.\d\d % of the day's first\) below .* the limit is 2\d{3}/,
    );
    expect(await tripEvents()).toBe(1);
    expect(await stack.runNextSlot()).toMatchObject({ status: "blocked", code: "HALTED" });
  });

  test("does not trip again for the same loss after a person resumed, only for as much again", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    await checkAt("2026-06-15T13:40:30Z");
    await expect(stack.app.controlService.change(asked("resume", { actor: "unnamed" }))).rejects.toMatchObject({
      code: "NAME_AND_REASON_NEEDED",
    });
    await resume();
    expect(await checkAt("2026-06-15T13:41:30Z")).toBe("running");
    expect(await checkAt("2026-06-15T13:49:30Z")).toBe("running");
    expect(await checkAt("2026-06-15T13:50:30Z")).toBe("halted by dailyLoss");
    expect(await told()).toHaveLength(2);
  });

  test("counts from what was lost until the resumption, and from the first equity of the next day", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    await checkAt("2026-06-15T13:40:30Z");
    // All of the second fall comes while trading is halted.
    await checkAt("2026-06-15T13:50:30Z");
    await resume();
    expect(await checkAt("2026-06-15T13:51:30Z")).toBe("running");
    expect(await checkAt("2026-06-16T13:31:00Z")).toBe("running");
    expect(await checkAt("2026-06-16T13:40:30Z")).toBe("halted by dailyLoss");
  });

  test("trips once when two checks come at once", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    stack.setNow("2026-06-15T13:40:30Z");
    await Promise.all([stack.app.realtimeMonitor.check(), stack.app.realtimeMonitor.check()]);
    expect(await switchedBy()).toBe("halted by dailyLoss");
    expect({ events: await tripEvents(), told: (await told()).length }).toEqual({ events: 1, told: 1 });
  });

  test("is not forgotten when the process dies between deciding and switching", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    const { control } = stack.ports;
    const { write } = control;
    Object.assign(control, {
      write: async () => {
        throw new Error("the process dies here");
      },
    });
    await expect(checkAt("2026-06-15T13:40:30Z")).rejects.toThrow("dies here");
    Object.assign(control, { write });
    expect(await switchedBy()).toBe("running");
    expect(await checkAt("2026-06-15T13:41:30Z")).toBe("halted by dailyLoss");
    expect(await told()).toHaveLength(1);
    // The person was faster than the next check.
    await resume();
    expect(await checkAt("2026-06-15T13:42:30Z")).toBe("running");
  });

  test("names itself in a halt that holds already, so that whoever lifts it must know", async () => {
    await start({ dailyLoss }, falls);
    await stack.runNextSlot();
    await stack.app.controlService.change(asked("halt", { reason: "maintenance" }));
    expect(await checkAt("2026-06-15T13:40:30Z")).toBe("halted by dailyLoss");
    await expect(stack.app.controlService.change(asked("resume", { actor: "unnamed" }))).rejects.toMatchObject({
      code: "NAME_AND_REASON_NEEDED",
      message: expect.stringMatching(/maintenance; equity/),
    });
    // Halting once more answers nothing.
    await stack.app.controlService.change(asked("halt"));
    expect(await switchedBy()).toBe("halted by dailyLoss");
    await resume();
    expect(await checkAt("2026-06-15T13:41:30Z")).toBe("running");
  });
});

test("a halt on top of what a breaker reduced does not answer the breaker", async () => {
  await start({ dailyLoss: { fraction: 0.03, action: "reduce" } }, falls);
  await stack.runNextSlot();
  expect(await checkAt("2026-06-15T13:40:30Z")).toBe("reducing by dailyLoss");
  await stack.app.controlService.change(asked("halt", { actor: "unnamed" }));
  expect(await switchedBy()).toBe("halted by dailyLoss");
  for (const action of ["reduce", "resume"] as const)
    await expect(stack.app.controlService.change(asked(action, { actor: "unnamed" }))).rejects.toMatchObject({
      code: "NAME_AND_REASON_NEEDED",
    });
  await resume();
  expect(await checkAt("2026-06-15T13:41:30Z")).toBe("running");
});

test("a halt that a named person eases to reducing still needs a name and a reason to be lifted", async () => {
  await start({ dailyLoss: { fraction: 0.03, action: "halt" } }, falls);
  await stack.runNextSlot();
  expect(await checkAt("2026-06-15T13:40:30Z")).toBe("halted by dailyLoss");
  await stack.app.controlService.change(asked("reduce", { actor: "ann", reason: "close what is open" }));
  expect(await switchedBy()).toBe("reducing by dailyLoss");
  await expect(stack.app.controlService.change(asked("resume", { actor: "unnamed" }))).rejects.toMatchObject({
    code: "NAME_AND_REASON_NEEDED",
  });
  await resume();
  expect(await switchedBy()).toBe("running");
});

describe("the fall from the highest equity", () => {
  test("reduces where the settings say so, over days, and then counts from the resumption", async () => {
    const script: PriceScript = [
      ["2026-06-15T13:40:00Z", 1.1],
      ["2026-06-16T13:30:00Z", 0.97],
      ["2026-06-16T13:45:00Z", 0.85],
    ];
    await start({ drawdown: { fraction: 0.08, action: "reduce" } }, script);
    await stack.runNextSlot();
    expect(await checkAt("2026-06-15T13:41:00Z")).toBe("running");
    expect(await checkAt("2026-06-16T13:31:00Z")).toBe("reducing by drawdown");
    expect((await told())[0]).toMatchObject({ title: "Trading is reduced by the breaker drawdown" });
    await resume();
    expect(await checkAt("2026-06-16T13:32:00Z")).toBe("running");
    expect(await checkAt("2026-06-16T13:46:00Z")).toBe("reducing by drawdown");
  });

  test("halts on top of a daily loss that only reduced, and both are named", async () => {
    const breakers = { dailyLoss: { fraction: 0.03, action: "reduce" }, drawdown: { fraction: 0.06, ...halt } };
    await start(breakers, falls);
    await stack.runNextSlot();
    expect(await checkAt("2026-06-15T13:40:30Z")).toBe("reducing by dailyLoss");
    expect(await checkAt("2026-06-15T13:50:30Z")).toBe("halted by dailyLoss, drawdown");
    await resume();
    expect(await checkAt("2026-06-15T13:51:30Z")).toBe("running");
  });
});

describe("orders that are executed again and again", () => {
  /** AAA falls before each slot, so that every run buys some more of it. */
  const sinking: PriceScript = [
    ["2026-06-15T13:39:00Z", 0.9, "AAA"],
    ["2026-06-15T13:44:00Z", 0.8, "AAA"],
    ["2026-06-15T13:49:00Z", 0.7, "AAA"],
    ["2026-06-15T13:54:00Z", 0.6, "AAA"],
  ];

  test("halt trading when one task buys one symbol too often, and are counted anew after the resumption", async () => {
    await start({ repeatedExecution: { orders: 3, minutes: 30, ...halt } }, sinking);
    for (const expected of ["running", "running", "halted by repeatedExecution"]) {
      await stack.runNextSlot();
      expect(await switchedBy()).toBe(expected);
    }
    expect((await told())[0]?.text).toContain(
      '3 orders of "example buy AAA" were executed within 30 minutes; the limit is 3',
    );
    await resume();
    for (let run = 0; run < 2; run++) {
      expect((await stack.runNextSlot()).outcomes.some(({ ticket }) => ticket.side === "buy")).toBe(true);
      expect(await switchedBy()).toBe("running");
    }
  });

  test("do not count once they are older than the minutes", async () => {
    await start({ repeatedExecution: { orders: 3, minutes: 10, ...halt } }, sinking);
    for (let run = 0; run < 4; run++) await stack.runNextSlot();
    expect(await switchedBy()).toBe("running");
  });
});

describe("orders that the broker refuses", () => {
  const rejections = { inARow: 4, ...halt };

  test("halt trading after so many in a row, over runs, and are counted anew after the resumption", async () => {
    await start({ rejections });
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 6, kind: "status422" });
    await stack.runNextSlot();
    expect(await switchedBy()).toBe("running");
    expect(await stack.ports.executions.outstanding()).toEqual([]);
    await stack.runNextSlot();
    expect(await switchedBy()).toBe("halted by rejections");
    expect((await told())[0]?.text).toContain("the broker refused 4 orders in a row; the limit is 4");
    await resume();
    await stack.runNextSlot();
    expect(await switchedBy()).toBe("running");
  });

  test("are counted from anew after one that was taken", async () => {
    await start({ rejections });
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 3, kind: "status422" });
    await stack.runNextSlot();
    await stack.runNextSlot();
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "status422" });
    await stack.runNextSlot();
    expect(await switchedBy()).toBe("running");
  });

  test("count as well when the broker took them first", async () => {
    await start({ rejections: { inARow: 2, ...halt } });
    await intervene(stack, { kind: "rejectNextOrders", count: 2 });
    await stack.runNextSlot();
    expect(await switchedBy()).toBe("halted by rejections");
  });

  test("are counted also when the exchange has closed since", async () => {
    await start({ rejections: { inARow: 2, ...halt } });
    stack.setNow("2026-06-15T19:54:00Z");
    await stack.app.scheduler.tick("timer");
    stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 2, kind: "status422" });
    const { monitor } = stack.ports;
    const { read } = monitor;
    let gathered = false;
    Object.assign(monitor, {
      read: async () => {
        if (gathered) throw new TransientError("STORE_UNAVAILABLE", "the run's own check fails");
        gathered = true;
        return read();
      },
    });
    await stack.runNextSlot();
    Object.assign(monitor, { read });
    await checkAt("2026-06-15T20:00:30Z");
    expect(await switchedBy()).toBe("halted by rejections");
    expect(await stack.ports.executions.outstanding()).toEqual([]);
  });
});

describe("a drift", () => {
  test("halts trading once it is confirmed, once for each, whatever becomes of it", async () => {
    await start({ drift: halt }, [], { driftPolicy: "ignore" });
    await stack.runNextSlot();
    await buyByHand(stack);
    expect(await checkAt("2026-06-15T13:36:00Z")).toBe("running");
    expect(await checkAt("2026-06-15T13:37:00Z")).toBe("halted by drift");
    expect((await told())[0]?.text).toMatch(/the broker shows \d+ shares of AAA, of which our orders explain \d+/);
    await resume();
    for (const minute of [38, 39, 40]) expect(await checkAt(`2026-06-15T13:${minute}:00Z`)).toBe("running");
  });
});

describe("figures that cannot be read", () => {
  const dailyLoss = { fraction: 0.03, ...halt };

  test("halt trading when the broker's answer holds no equity", async () => {
    await start({ dailyLoss });
    await stack.runNextSlot();
    stack.simulator.arm({ path: "/v2/account", count: 9, kind: "missingField", field: "equity" });
    stack.setNow("2026-06-15T13:36:00Z");
    await expect(stack.app.realtimeMonitor.check()).rejects.toMatchObject({ name: "InvariantError" });
    await disarm(stack);
    expect(await switchedBy()).toBe("halted by unreadable");
    expect((await told())[0]?.text).toContain("what the breakers go by cannot be read");
    await resume();
    expect(await checkAt("2026-06-15T13:37:00Z")).toBe("running");
  });

  test("halt trading again as long as what was remembered cannot be read", async () => {
    await start({ dailyLoss });
    await stack.runNextSlot();
    const book = stack.tables.get("TradewindBook");
    await book?.put({
      partitionKey: "book",
      rowKey: "now_monitor",
      columns: { schemaVersion: 1 },
      payload: { equity: 7 },
    });
    for (const minute of [36, 37]) {
      stack.setNow(`2026-06-15T13:${minute}:00Z`);
      await expect(stack.app.realtimeMonitor.check()).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
      expect(await switchedBy()).toBe("halted by unreadable");
      await resume();
    }
  });

  test("halt nothing while the broker is down or refuses the keys: no order gets through either", async () => {
    await start({ dailyLoss });
    await stack.runNextSlot();
    for (const kind of ["status503", "status401"] as const) {
      stack.simulator.arm({ path: "/v2/", count: 1000, kind });
      stack.setNow("2026-06-15T13:36:00Z");
      await expect(stack.app.realtimeMonitor.check()).rejects.toThrow();
      await disarm(stack);
    }
    expect(await switchedBy()).toBe("running");
  });

  test("halt nothing where no breaker is set", async () => {
    await start({});
    await stack.runNextSlot();
    stack.simulator.arm({ path: "/v2/account", count: 9, kind: "missingField", field: "equity" });
    stack.setNow("2026-06-15T13:36:00Z");
    await expect(stack.app.realtimeMonitor.check()).rejects.toThrow();
    expect(await switchedBy()).toBe("running");
  });
});

describe("an idle account", () => {
  test("is judged by the equity that was last known when limits are tightened after the close", async () => {
    await start({ dailyLoss: { fraction: 0.5, ...halt } }, falls);
    await stack.runNextSlot();
    expect(await checkAt("2026-06-15T13:40:30Z")).toBe("running");
    expect(await checkAt("2026-06-15T20:30:00Z")).toBe("running");
    const stored = await stack.ports.settings.section("risk_limits");
    if (stored === undefined) throw new Error("the limits are there");
    const value = { ...stored.value, breakers: { dailyLoss: { fraction: 0.03, ...halt } } };
    await stack.ports.settings.save([{ ...stored, version: stored.version + 1, value } as typeof stored]);
    const requests = () => Object.values(stack.simulator.requests()).reduce((sum, count) => sum + count, 0);
    const before = requests();
    expect(await checkAt("2026-06-15T20:31:00Z")).toBe("halted by dailyLoss");
    expect(requests()).toBe(before);
    await resume();
    expect(await checkAt("2026-06-15T20:32:00Z")).toBe("running");
    expect((await stack.ports.monitor.read())?.state.breakers.trips).toEqual([]);
  });

  test("is not judged by the loss of a day that is over", async () => {
    await start({ dailyLoss: { fraction: 0.5, ...halt } }, falls);
    await stack.runNextSlot();
    await checkAt("2026-06-15T13:40:30Z");
    const stored = await stack.ports.settings.section("risk_limits");
    if (stored === undefined) throw new Error("the limits are there");
    const value = { ...stored.value, breakers: { dailyLoss: { fraction: 0.03, ...halt } } };
    await stack.ports.settings.save([{ ...stored, version: stored.version + 1, value } as typeof stored]);
    expect(await checkAt("2026-06-16T12:00:00Z")).toBe("running");
  });
});

test("orders in doubt are counted as of the last check", async () => {
  await start({});
  const unknownOrders = async () => (await stack.ports.monitor.read())?.state.unknownOrders;
  const { broker } = stack.ports;
  const { submit } = broker;
  stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
  Object.assign(broker, {
    submit: (ticket: Parameters<typeof submit>[0]) => {
      stack.simulator.arm({ method: "GET", path: "/v2/orders", count: 1000, kind: "status401" });
      return submit(ticket);
    },
  });
  await stack.runNextSlot();
  Object.assign(broker, { submit });
  await disarm(stack);
  await checkAt("2026-06-15T13:36:00Z");
  expect(await unknownOrders()).toBe(1);
  await checkAt("2026-06-15T13:41:00Z");
  expect(await unknownOrders()).toBe(0);
});
