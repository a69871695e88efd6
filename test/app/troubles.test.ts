// Troubles that are states: each is told when it begins, and as recovered when it is over; not before, and once.
import { afterEach, expect, test } from "vitest";
import { type AppPorts, createApp } from "../../src/app/app.ts";
import { price, qty } from "../../src/core/model/money.ts";
import { addMs, minuteMs, type TradingDay } from "../../src/core/model/time.ts";
import { sessionsBetween } from "../../src/core/schedule/tradingCalendar.ts";
import { disarm } from "../support/disturb.ts";
import { at, exampleConfig, type MemoryStack, runInMemory, spoilTask } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

/** What the minutes do, and what is told then. */
async function minutes(from: string, count: number, app = stack.app): Promise<void> {
  for (let each = 0; each < count; each++) {
    stack.setNow(addMs(at(from), each * minuteMs));
    await app.scheduler.tick("timer");
    await app.notificationSweeper.sweep();
    await Promise.all([app.morningKeeper.check(), app.realtimeMonitor.check()]);
    await stack.deliverAll();
  }
}
const titlesWith = (words: string): readonly string[] =>
  stack.notifications.map(({ title }) => title).filter((title) => title.includes(words));
const beganAndEnded = (words: string) => [
  expect.not.stringMatching(/^Recovered/),
  `Recovered: ${titlesWith(words)[0]}`,
];
const standing = async (): Promise<readonly string[]> =>
  (await stack.ports.notificationBook.desk()).desk.troubles.map(({ title }) => title);

test("an order in doubt is over once it is known whether the broker has it", async () => {
  stack = await runInMemory();
  const { broker } = stack.ports;
  const { submit } = broker;
  const lookUps = "/v2/orders:by_client_order_id";
  stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
  stack.simulator.arm({ method: "GET", path: lookUps, count: 1000, kind: "status401" });
  const record = await stack.runNextSlot();
  expect(record.outcomes[0]?.kind).toBe("unknown");
  expect(broker.submit).toBe(submit);
  const words = "Not known whether an order is at the broker";
  await minutes("2026-06-15T13:49:00Z", 5);
  expect(titlesWith(words)).toHaveLength(1);
  await disarm(stack);
  await minutes("2026-06-15T13:54:00Z", 4);
  expect(titlesWith(words)).toEqual(beganAndEnded(words));
  expect(await standing()).toEqual([]);
});

const byHand = (side: "buy" | "sell") =>
  stack.ports.broker.submit({
    clientOrderId: `by hand ${side}`,
    stage: 1,
    strategy: "",
    symbol: "AAA",
    side,
    qty: qty(5),
    type: "market",
    timeInForce: "day",
    referencePrice: price(0),
  });

test("a drift that is left standing is over once the shares are gone again", async () => {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"], { schedule: { cron: "35 9 * * 1-5" } });
  const monitor = { ...automation.monitor, driftPolicy: "ignore" as const };
  stack = await runInMemory({ config: { ...config, automation: { ...automation, monitor } } });
  await stack.runNextSlot();
  await byHand("buy");
  await minutes("2026-06-15T13:36:00Z", 6);
  expect(titlesWith("AAA: the broker shows")).toHaveLength(1);
  await byHand("sell");
  await minutes("2026-06-15T13:42:00Z", 4);
  expect(titlesWith("AAA: the broker shows")).toEqual(beganAndEnded("AAA: the broker shows"));
  expect(await standing()).toEqual([]);
});

test("a drift that was adopted is told, and is no trouble that stands", async () => {
  stack = await runInMemory();
  await stack.runNextSlot();
  await byHand("buy");
  await minutes("2026-06-15T13:36:00Z", 4);
  expect(titlesWith("AAA: the broker shows")).toHaveLength(1);
  expect(await standing()).toEqual([]);
});

test("a row that cannot be read is told once an hour at the most, and is over once it is mended", async () => {
  stack = await runInMemory();
  const key = ["book", "task_example"] as const;
  const sound = await stack.tables.get("TradewindBook")?.get(...key);
  await spoilTask(stack, "example");
  const words = "A stored row cannot be read: example";
  await minutes("2026-06-15T13:35:00Z", 8);
  expect(titlesWith(words)).toHaveLength(1);
  expect(await standing()).toContain(words);
  if (sound === undefined) throw new Error("there is no row");
  const { etag: _, ...row } = sound;
  await stack.tables.get("TradewindBook")?.put(row);
  await minutes("2026-06-15T13:43:00Z", 4);
  expect(titlesWith(words)).toEqual(beganAndEnded(words));
});

test("a difference of the calendars is over once a day's comparison finds none", async () => {
  stack = await runInMemory({ now: "2026-06-15T13:31:00Z" });
  let isClosed = true;
  const broker: AppPorts["broker"] = {
    ...stack.ports.broker,
    sessions: async (from, to) =>
      sessionsBetween(from, to).filter(({ day }) => !isClosed || day !== ("2026-06-25" as TradingDay)),
  };
  const app = createApp({ ...stack.ports, broker });
  const words = "The broker's calendar differs";
  await minutes("2026-06-15T13:31:00Z", 5, app);
  expect(titlesWith(words)).toHaveLength(1);
  isClosed = false;
  await minutes("2026-06-15T19:00:00Z", 3, app);
  expect(titlesWith(words)).toHaveLength(1);
  await minutes("2026-06-16T13:31:00Z", 2, app);
  expect(titlesWith(words)).toEqual(beganAndEnded(words));
});

test("a difference from the broker's contract is over once a morning finds none", async () => {
  stack = await runInMemory({ now: "2026-06-15T13:00:00Z" });
  let isChanged = true;
  const canary: AppPorts["canary"] = {
    check: async () => (isChanged ? [{ route: "GET /v2/clock", kind: "changed", detail: "is_open is new" }] : []),
  };
  const app = createApp({ ...stack.ports, canary });
  const words = "The broker's answers differ";
  await minutes("2026-06-15T13:00:30Z", 5, app);
  expect(titlesWith(words)).toHaveLength(1);
  isChanged = false;
  await minutes("2026-06-15T13:10:30Z", 3, app);
  expect(titlesWith(words)).toHaveLength(1);
  await minutes("2026-06-16T13:00:30Z", 2, app);
  expect(titlesWith(words)).toEqual(beganAndEnded(words));
});
