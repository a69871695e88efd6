// The calendar's keeper: one comparison a trading day, one message for what it finds, and no harm to the monitor.
import { afterEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../../src/app/app.ts";
import { createCalendarKeeper } from "../../src/app/calendarKeeper.ts";
import { createOutbox } from "../../src/app/outbox.ts";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import type { Instant, TradingDay } from "../../src/core/model/time.ts";
import type { SessionHours } from "../../src/core/schedule/calendarCheck.ts";
import { sessionsBetween } from "../../src/core/schedule/tradingCalendar.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const hours = (from: string, to: string): SessionHours[] =>
  sessionsBetween(from as TradingDay, to as TradingDay).map(({ day, openAt, closeAt }) => ({ day, openAt, closeAt }));
const calendarRequests = (): number => stack.simulator.requests()["GET /v2/calendar"] ?? 0;

/** The check of a keeper whose broker answers as `answer` says, and how often it was asked. */
async function keeperWith(now: string, answer: (from: string, to: string) => readonly SessionHours[]) {
  stack = await runInMemory({ now });
  const asked: string[] = [];
  const keeper = createCalendarKeeper({
    ...stack.ports,
    outbox: createOutbox(stack.ports),
    broker: {
      ...stack.ports.broker,
      sessions: async (from, to) => {
        asked.push(`${from} to ${to}`);
        return answer(from, to);
      },
    },
  });
  const check = async (): Promise<void> => keeper.check((await stack.ports.settings.read())?.calendar);
  return { check, asked };
}

async function told(): Promise<readonly { readonly id: string; readonly text: string }[]> {
  await stack.deliverAll();
  return stack.notifications.map(({ id, text }) => ({ id, text }));
}

test("the broker's calendar read over HTTP is the built-in one, in summer and winter and on half days", async () => {
  stack = await runInMemory();
  const sessions = await stack.ports.broker.sessions("2026-06-15" as TradingDay, "2027-12-31" as TradingDay);
  expect(sessions).toEqual(hours("2026-06-15", "2027-12-31"));
  expect(sessions).toContainEqual({
    day: "2026-11-27",
    openAt: "2026-11-27T14:30:00.000Z",
    closeAt: "2026-11-27T18:00:00.000Z",
  });
});

test("the monitor compares once a trading day, and says nothing where the calendars agree", async () => {
  stack = await runInMemory();
  for (const time of ["13:31", "13:32", "15:00"]) {
    stack.setNow(`2026-06-15T${time}:00Z`);
    await stack.app.realtimeMonitor.check();
  }
  expect(calendarRequests()).toBe(1);
  stack.setNow("2026-06-16T13:31:00Z");
  await stack.app.realtimeMonitor.check();
  expect(calendarRequests()).toBe(2);
  expect(stack.events.filter(({ name }) => name === "calendar.compared").map(({ fields }) => fields)).toEqual([
    { from: "2026-06-15", to: "2026-06-29", differences: 0 },
    { from: "2026-06-16", to: "2026-06-30", differences: 0 },
  ]);
  expect(await told()).toEqual([]);
});

describe("a difference", () => {
  /** The exchange closes for a day of mourning, and shortens another day. */
  const changed = (from: string, to: string): readonly SessionHours[] =>
    hours(from, to)
      .filter(({ day }) => day !== "2026-06-18")
      .map((each) => (each.day === "2026-06-22" ? { ...each, closeAt: "2026-06-22T17:00:00.000Z" as Instant } : each));

  test("is told once a day, all of them in one message", async () => {
    const { check, asked } = await keeperWith("2026-06-15T13:31:00Z", changed);
    await check();
    await check();
    expect(asked).toEqual(["2026-06-15 to 2026-06-29"]);
    const messages = await told();
    expect(messages.map(({ id }) => id)).toEqual(["calendar.differs.2026-06-15"]);
    expect(messages[0]?.text.split("\n").slice(0, -1)).toEqual([
      "2026-06-18: 13:30 to 20:00 UTC by the built-in calendar, closed by the broker's",
      "2026-06-22: 13:30 to 20:00 UTC by the built-in calendar, 13:30 to 17:00 UTC by the broker's",
    ]);
  });

  test("is told again on the next day under another id", async () => {
    const { check } = await keeperWith("2026-06-15T13:31:00Z", changed);
    await check();
    await told();
    stack.setNow("2026-06-16T13:31:00Z");
    await check();
    expect((await told()).map(({ id }) => id)).toEqual(["calendar.differs.2026-06-15", "calendar.differs.2026-06-16"]);
  });
});

describe("the stricter calendar holds", () => {
  /** The app with a broker that closes on the 16th and at 13:00 New York on the 15th, after its first check. */
  async function appOfStricterBroker(config = exampleConfig(["AAA", "BBB"])) {
    stack = await runInMemory({ now: "2026-06-15T13:31:00Z", config });
    const sessions = async (from: string, to: string): Promise<readonly SessionHours[]> =>
      hours(from, to)
        .filter(({ day }) => day !== "2026-06-16")
        .map((each) =>
          each.day === "2026-06-15" ? { ...each, closeAt: "2026-06-15T17:00:00.000Z" as Instant } : each,
        );
    const app = createApp({ ...stack.ports, broker: { ...stack.ports.broker, sessions } });
    await app.realtimeMonitor.check();
    return app;
  }
  const windowAt = async (app: App, instant: string) => {
    stack.setNow(instant);
    return (await app.scheduler.tick("timer")).window;
  };

  test("and the window closes when the broker does", async () => {
    const app = await appOfStricterBroker();
    expect(await windowAt(app, "2026-06-15T16:59:00Z")).toMatchObject({
      open: true,
      until: "2026-06-15T17:00:00.000Z",
    });
    expect(await windowAt(app, "2026-06-15T17:00:00Z")).toMatchObject({
      open: false,
      code: "BLACKOUT",
      reason: "blackout: the broker's calendar closes at 17:00 UTC",
      nextOpenAt: "2026-06-17T13:30:00.000Z",
    });
  });

  test("and a day that the broker is closed has no runs, from its first minute", async () => {
    const app = await appOfStricterBroker();
    expect(await windowAt(app, "2026-06-16T14:00:00Z")).toMatchObject({ open: false, code: "HOLIDAY" });
    expect(await windowAt(app, "2026-06-17T14:00:00Z")).toMatchObject({
      open: true,
      until: "2026-06-17T20:00:00.000Z",
    });
  });

  test("also for a task that has a window with closures of its own", async () => {
    const window = { holidays: [], blackouts: [], extendedHours: true, ranges: [{ start: "04:00", end: "20:00" }] };
    const app = await appOfStricterBroker(exampleConfig(["AAA"], { schedule: { cron: "0 10,15 * * 1-5" }, window }));
    const outcomesAt = async (instant: string) => {
      stack.setNow(instant);
      return (await app.scheduler.tick("timer")).slots.map(
        ({ outcome, reason }) => `${outcome} ${reason.split(";")[0]}`,
      );
    };
    expect(await outcomesAt("2026-06-15T14:00:00Z")).toEqual(["enqueued "]);
    expect(await outcomesAt("2026-06-15T19:00:00Z")).toEqual([
      "skipped blackout: the broker's calendar closes at 17:00 UTC",
    ]);
    expect(await outcomesAt("2026-06-16T14:00:00Z")).toEqual([
      "skipped holiday: 2026-06-16 is a holiday of the trading window",
    ]);
  });

  test("while before the comparison the built-in one does", async () => {
    stack = await runInMemory({ now: "2026-06-16T14:00:00Z" });
    expect(await windowAt(stack.app, "2026-06-16T14:00:00Z")).toMatchObject({ open: true });
  });
});

describe("a comparison that fails is logged and never throws", () => {
  test.each([
    [
      "tried again at the next check when the broker was out of reach",
      new TransientError("BROKER_UNAVAILABLE", "x"),
      2,
    ],
    ["left until the next day when its answer cannot be read", new InvariantError("INTERNAL", "x"), 1],
  ])("and %s", async (_, failure, times) => {
    const { check, asked } = await keeperWith("2026-06-15T13:31:00Z", () => {
      throw failure;
    });
    await check();
    await check();
    expect(asked).toHaveLength(times);
    expect(stack.events.filter(({ name }) => name === "calendar.notCompared")).toHaveLength(times);
    expect(await told()).toEqual([]);
  });
});

test("days after the last one that the broker lists are no difference", async () => {
  const { check } = await keeperWith("2029-12-21T15:00:00Z", (from) => hours(from, "2029-12-31"));
  await check();
  expect(stack.events.map(({ name, fields }) => [name, fields])).toContainEqual([
    "calendar.compared",
    { from: "2029-12-21", to: "2029-12-31", differences: 0 },
  ]);
  expect(await told()).toEqual([]);
});

test("a broker that lists no session at all is not believed", async () => {
  const { check } = await keeperWith("2030-01-02T15:00:00Z", () => []);
  await check();
  expect(stack.events.map(({ name, fields }) => [name, fields])).toContainEqual([
    "calendar.notCompared",
    { message: "InvariantError: the broker's calendar lists no session from 2030-01-02 to 2030-01-16" },
  ]);
  expect(await told()).toEqual([]);
});

test("near its end the calendar is compared no further than it goes, and its end is told once a day", async () => {
  const { check, asked } = await keeperWith("2030-12-23T15:00:00Z", hours);
  await check();
  await check();
  expect(asked).toEqual(["2030-12-23 to 2030-12-31"]);
  expect(await told()).toEqual([
    {
      id: "calendar.ends.2030-12-23",
      text: "the trading calendar ends on 2030-12-31, in 8 days: nothing is traded after it until it is extended",
    },
  ]);
});
