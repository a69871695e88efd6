// The switches as several people turn them: each keeps who turned it and why, and what waits can be taken back.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ControlRequest } from "../../src/app/controlService.ts";
import { asked, at, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
beforeEach(async () => {
  stack = await runInMemory();
});
afterEach(() => stack.stop());

const change = (...request: Parameters<typeof asked>) => stack.app.controlService.change(asked(...request));
const changeTask = (action: ControlRequest["action"], actor: string) =>
  stack.app.controlService.change({ ...asked(action, { actor }), scope: { kind: "task", id: "example" } });
const slotReasons = async (): Promise<readonly string[]> => {
  await stack.app.scheduler.tick("timer");
  const { items } = await stack.app.executions.list({ limit: 10 });
  return items.map(({ reason }) => reason);
};

describe("a slot that was blocked", () => {
  test("names who stopped the automation, though others halted and resumed since", async () => {
    await change("stop", { actor: "ann", reason: "maintenance" });
    await change("halt", { actor: "bob", reason: "news" });
    await change("resume", { actor: "bob", reason: "the news was none" });
    stack.setNow("2026-06-15T13:35:00Z");
    expect(await slotReasons()).toEqual(["the automation was stopped by ann (claimed): maintenance"]);
  });

  test("names who halted trading, though others stopped and started since", async () => {
    await change("halt", { actor: "bob", reason: "news" });
    await change("stop", { actor: "ann", reason: "maintenance" });
    await change("start", { actor: "ann", reason: "done" });
    stack.setNow("2026-06-15T13:35:00Z");
    expect(await slotReasons()).toEqual(["trading was halted by bob (claimed): news"]);
  });

  test("names who stopped its task, though others halted the account", async () => {
    await changeTask("stop", "ann");
    await changeTask("halt", "bob");
    await change("halt", { actor: "cyd" });
    stack.setNow("2026-06-15T13:35:00Z");
    expect(await slotReasons()).toEqual(["the automation was stopped by ann (claimed): a test"]);
  });
});

test("the state tells of each switch by itself who turned it, and of both who was last", async () => {
  await change("stop", { actor: "ann", reason: "maintenance" });
  const halted = await change("halt", { actor: "bob", reason: "news" });
  expect(halted).toMatchObject({ actor: "bob (claimed)", reason: "news" });
  expect(halted.automationChange).toMatchObject({ actor: "ann (claimed)", reason: "maintenance" });
  expect(halted.tradingStateChange).toMatchObject({ actor: "bob (claimed)", reason: "news" });
});

test("a stop that waits is taken back, as an event, and asking again changes nothing", async () => {
  await stack.app.controlService.change({ ...asked("stop"), at: "close" });
  stack.setNow("2026-06-15T13:34:01Z");
  await stack.app.controlService.change({ ...asked("start"), at: "close" });
  for (const now of ["2026-06-15T13:34:02Z", "2026-06-15T13:34:03Z"]) {
    stack.setNow(now);
    const { scheduled } = await stack.app.controlService.change({ ...asked("stop"), at: "never" });
    expect(scheduled.map(({ action }) => action)).toEqual(["start"]);
  }
  const { items } = await stack.app.control.events({ limit: 10 });
  expect(items.map(({ action, scheduledFor }) => `${action} ${scheduledFor}`)).toEqual([
    "stop never",
    "start 2026-06-15T20:00:00.000Z",
    "stop 2026-06-15T20:00:00.000Z",
  ]);
});

test("a stop and a start that wait are a maintenance window: slots in it are blocked in the name of who asked, and then it runs again", async () => {
  const waits = { ...asked("stop", { actor: "ann", reason: "maintenance" }), at: at("2026-06-15T13:36:00Z") };
  await stack.app.controlService.change(waits);
  await stack.app.controlService.change({ ...waits, action: "start", at: at("2026-06-15T13:46:00Z") });
  const ends: string[] = [];
  for (const minute of ["35", "40", "45", "50"]) {
    stack.setNow(`2026-06-15T13:${minute}:00Z`);
    await stack.app.scheduler.tick("timer");
    await stack.deliverAll();
    const record = await stack.app.executions.get(`example@20260615T13${minute}00Z`);
    ends.push(`${record?.status} ${record?.reason}`.trim());
  }
  const stopped = "blocked the automation was stopped by ann (claimed), scheduled: maintenance";
  expect(ends).toEqual(["succeeded", stopped, stopped, "succeeded"]);
  const { items } = await stack.app.control.events({ limit: 10 });
  expect(items.map(({ source, next }) => `${source} ${next.automation}`)).toEqual([
    "schedule started",
    "schedule stopped",
    "test started",
    "test started",
  ]);
});
