// The demo clock: runs between minutes, waits at each one for its work, and goes on after a restart.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDemoClock } from "../../src/adapters/system/clock.ts";
import { addMs, type Instant, minuteMs, parseInstant } from "../../src/core/model/time.ts";
import { createDemoTimeDriver } from "../../src/local/demoTime.ts";

const at = parseInstant("2026-06-15T13:24:30Z") as Instant;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tradewind-clock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const driver = (more: { at?: Instant | undefined } = {}) =>
  createDemoTimeDriver({ file: join(dir, "clock"), speed: 3600, at: undefined, otherwise: at, ...more });

test("stands where it was set until it is driven", async () => {
  driver();
  const clock = createDemoClock(join(dir, "clock"));
  expect(clock.now()).toBe(at);
  await clock.sleep(20);
  expect(clock.now()).toBe(at);
});

test("reaches each full minute once, and waits there until its work is done", async () => {
  const time = driver();
  const clock = createDemoClock(join(dir, "clock"));
  const minutes: string[] = [];
  await time.run(async (minute) => {
    expect(clock.now()).toBe(minute);
    await clock.sleep(30);
    expect(clock.now()).toBe(minute);
    minutes.push(minute.slice(11, 16));
    if (minutes.length === 3) time.stop();
  });
  expect(minutes).toEqual(["13:25", "13:26", "13:27"]);
});

test("goes on where it stood after a restart, unless told where to start", () => {
  driver().runTo(addMs(at, minuteMs));
  const clock = createDemoClock(join(dir, "clock"));
  driver();
  expect(clock.now()).toBe(addMs(at, minuteMs));
  driver({ at });
  expect(clock.now()).toBe(at);
});

test("tells a waiter how long to wait before looking again", async () => {
  const time = driver();
  const clock = createDemoClock(join(dir, "clock"));
  expect(clock.realMsUntil(at)).toBe(0);
  expect(clock.realMsUntil(addMs(at, minuteMs))).toBeGreaterThan(0);
  expect(clock.realMsUntil(addMs(at, minuteMs))).toBeLessThanOrEqual(10);
  time.stop();
});

test("a file that is no demo clock is refused", () => {
  expect(() => createDemoClock(join(dir, "absent"))).toThrow();
});
