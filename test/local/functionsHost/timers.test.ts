// Timers on a demo clock, as the real host fires them: each occurrence once, whatever the clock does.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeDemoTime } from "../../../src/adapters/system/clock.ts";
import { poll } from "../../support/poll.ts";
import { type HostUnderTest, readState, stageApp, startHost } from "./hostUnderTest.ts";

let app: ReturnType<typeof stageApp>;
let clockFile: string;
let releaseFile: string;
let hosts: HostUnderTest[];
beforeEach(() => {
  app = stageApp("timers");
  clockFile = join(app.scriptRoot, "clock");
  releaseFile = join(app.scriptRoot, "release");
  writeFileSync(releaseFile, "");
  hosts = [];
});
afterEach(async () => {
  writeFileSync(releaseFile, "");
  await Promise.all(hosts.map((host) => host.stop()));
  app.remove();
});

/** The clock stands still at this instant. */
function standAt(instant: string): void {
  const ms = Date.parse(instant);
  writeDemoTime(clockFile, { fromMs: ms, realFromMs: Date.now(), speed: 60, untilMs: ms });
}

async function start(instant: string): Promise<HostUnderTest> {
  standAt(instant);
  const env = { RELEASE_FILE: releaseFile, UNWATCHED_SCHEDULE: "30 * * * * *" };
  const host = await startHost(app.scriptRoot, ["--clock-file", clockFile, "--state", app.state], env);
  hosts.push(host);
  return host;
}

/** What `name` answered so far, in order. */
const occurrences = (host: HostUnderTest, name: string): string[] =>
  host.events.flatMap((event) =>
    event.type === "invocationEnded" && event.functionName === name ? [event.scheduledFor ?? "none"] : [],
  );

const ran = (host: HostUnderTest, name: string, times: number): Promise<true> =>
  poll(`${name} to run ${times} times`, () => occurrences(host, name).length >= times || undefined, 10_000);

/** Long enough for a timer that would fire once more to do so. */
const quiet = (): Promise<void> => delay(60);

it("fires an occurrence at which the clock stands exactly once, from the first one on", async () => {
  const host = await start("2026-06-15T13:29:00.000Z");
  await ran(host, "tick", 1);
  await quiet();
  standAt("2026-06-15T13:30:00.000Z");
  await ran(host, "tick", 2);
  await quiet();
  expect(occurrences(host, "tick")).toEqual(["2026-06-15T13:29:00.000Z", "2026-06-15T13:30:00.000Z"]);
});

it("does not fire an occurrence again when the host is started again at the same instant", async () => {
  const first = await start("2026-06-15T13:29:00.000Z");
  await ran(first, "tick", 1);
  await first.stop();
  const second = await start("2026-06-15T13:29:00.000Z");
  await quiet();
  expect(occurrences(second, "tick")).toEqual([]);
});

it("fires nothing before its time", async () => {
  const host = await start("2026-06-15T13:29:59.999Z");
  await quiet();
  expect(occurrences(host, "tick")).toEqual([]);
});

it("fires once after a jump of the clock, for the latest occurrence", async () => {
  const host = await start("2026-06-15T13:29:30.000Z");
  standAt("2026-06-15T16:45:10.000Z");
  await ran(host, "tick", 1);
  await ran(host, "hourly", 1);
  await quiet();
  expect(occurrences(host, "tick")).toEqual(["2026-06-15T16:45:00.000Z"]);
  expect(occurrences(host, "hourly")).toEqual(["2026-06-15T16:00:00.000Z"]);
});

it("wants both day fields to fit", async () => {
  const host = await start("2026-03-12T23:59:30.000Z");
  standAt("2026-03-13T00:00:00.000Z");
  await ran(host, "both", 1);
  await ran(host, "tick", 1);
  standAt("2026-03-20T00:00:00.000Z");
  await ran(host, "tick", 2);
  await quiet();
  expect(occurrences(host, "both")).toEqual(["2026-03-13T00:00:00.000Z"]);
});

it("gives the timer object of the real host, and keeps the status of each run", async () => {
  const host = await start("2026-06-15T13:29:30.000Z");
  standAt("2026-06-15T13:30:00.003Z");
  await ran(host, "tick", 1);
  standAt("2026-06-15T13:31:00.000Z");
  await ran(host, "tick", 2);
  await ran(host, "unwatched", 1);
  const never = "0001-01-01T00:00:00+00:00";
  const timer = (last: string, next: string) => ({
    timer: { schedule: { adjustForDST: true }, scheduleStatus: { last, next, lastUpdated: last }, isPastDue: false },
    retryContext: null,
  });
  expect(host.logged("tick")).toEqual([
    timer(never, "2026-06-15T13:30:00+00:00"),
    timer("2026-06-15T13:30:00.003+00:00", "2026-06-15T13:31:00+00:00"),
  ]);
  expect(host.logged("unwatched")[0]).toMatchObject({ timer: { scheduleStatus: null, isPastDue: false } });
  await host.stop();
  expect(readState(app.state, "timers.json")).toMatchObject({
    tick: { last: "2026-06-15T13:31:00.000Z", next: "2026-06-15T13:32:00.000Z" },
  });
});

it("runs a missed schedule once, past due, after a restart", async () => {
  const first = await start("2026-06-15T13:29:30.000Z");
  standAt("2026-06-15T13:30:00.000Z");
  await ran(first, "tick", 1);
  await first.stop();
  const second = await start("2026-06-15T13:40:10.000Z");
  await ran(second, "tick", 1);
  await quiet();
  expect(occurrences(second, "tick")).toEqual(["2026-06-15T13:40:00.000Z"]);
  expect(second.logged("tick")).toMatchObject([
    {
      timer: {
        isPastDue: true,
        scheduleStatus: { last: "2026-06-15T13:30:00+00:00", next: "2026-06-15T13:31:00+00:00" },
      },
    },
  ]);
  expect(second.events).toContainEqual(
    expect.objectContaining({
      type: "log",
      message:
        "Trigger Details: UnscheduledInvocationReason: IsPastDue, OriginalSchedule: 2026-06-15T13:31:00.0000000+00:00",
    }),
  );
});

it("runs at the start when runOnStartup says so, not past due", async () => {
  const host = await start("2026-06-15T13:29:30.000Z");
  await ran(host, "eager", 1);
  expect(host.logged("eager")).toMatchObject([{ timer: { isPastDue: false } }]);
  expect(host.events).toContainEqual(
    expect.objectContaining({ message: "Trigger Details: UnscheduledInvocationReason: RunOnStartup" }),
  );
});

it("does not overlap a timer with itself: what it missed meanwhile is one run afterwards", async () => {
  rmSync(releaseFile);
  const host = await start("2026-06-15T13:30:00.000Z");
  await poll("slow to start", () => host.logged("slow").length === 1 || undefined);
  standAt("2026-06-15T13:45:00.000Z");
  await ran(host, "tick", 2);
  expect(host.logged("slow")).toHaveLength(1);
  writeFileSync(releaseFile, "");
  await ran(host, "slow", 2);
  await quiet();
  expect(occurrences(host, "slow")).toEqual(["2026-06-15T13:30:00.000Z", "2026-06-15T13:45:00.000Z"]);
});

it("retries as the function's retry says, under one invocation id, and goes on with the schedule", async () => {
  const host = await start("2026-06-15T12:00:00.000Z");
  await ran(host, "failing", 1);
  const attempts = host.logged("failing") as { retryContext: { exception?: { message: string } } }[];
  expect(attempts).toMatchObject([0, 1, 2].map((retryCount) => ({ retryContext: { retryCount, maxRetryCount: 2 } })));
  expect(attempts[0]?.retryContext.exception).toBeUndefined();
  expect(attempts[1]?.retryContext.exception?.message).toContain(
    "FunctionInvocationException : Exception while executing function: Functions.failing",
  );
  expect(attempts[1]?.retryContext.exception?.message).toContain("Result: Failure\nException: timer fails");
  const ids = host.events.flatMap((event) =>
    event.type === "log" ? (/^Executing 'Functions.failing' .*Id=(.*)\)$/.exec(event.message)?.slice(1) ?? []) : [],
  );
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(host.events).toContainEqual(
    expect.objectContaining({ message: "Function execution failed after '2' retries." }),
  );
  standAt("2026-06-16T12:00:00.000Z");
  await ran(host, "failing", 2);
});

it("runs the others when a schedule cannot be read, and says which", async () => {
  const host = await start("2026-06-15T13:30:00.000Z");
  await ran(host, "tick", 1);
  const errors = host.events.flatMap((event) =>
    event.type === "log" && event.level === "error" ? [event.message] : [],
  );
  expect(errors).toEqual([expect.stringMatching(/'Functions.broken' was unable to start.*'no schedule'/)]);
});

it("runs a timer by hand with the ordinary object, and leaves its stored status alone", async () => {
  const host = await start("2026-06-15T13:29:30.000Z");
  const reply = await host.send("/admin/functions/TICK", {
    method: "POST",
    headers: { "content-type": "application/json", "x-functions-key": host.keys.master },
    body: "{}",
  });
  expect(reply.status).toBe(202);
  await ran(host, "tick", 1);
  expect(occurrences(host, "tick")).toEqual(["none"]);
  expect(host.logged("tick")).toMatchObject([{ timer: { isPastDue: false } }]);
  expect(readState(app.state, "timers.json")).toMatchObject({ tick: { next: "2026-06-15T13:30:00.000Z" } });
  expect(readState(app.state, "timers.json")).not.toHaveProperty("tick.last");
});

it("logs the next five occurrences at the start", async () => {
  const host = await start("2026-06-15T23:57:30.000Z");
  expect(host.events).toContainEqual(
    expect.objectContaining({
      message: [
        "The next 5 occurrences of the 'tick' schedule (Cron: '0 * * * * *') will be:",
        "06/15/2026 23:58:00Z",
        "06/15/2026 23:59:00Z",
        "06/16/2026 00:00:00Z",
        "06/16/2026 00:01:00Z",
        "06/16/2026 00:02:00Z",
      ].join("\n"),
    }),
  );
});

it("fires on the real clock within a second of the full one", async () => {
  mkdirSync(app.state, { recursive: true });
  const host = await startHost(app.scriptRoot, ["--state", app.state], {
    RELEASE_FILE: releaseFile,
    UNWATCHED_SCHEDULE: "* * * * * *",
  });
  hosts.push(host);
  await ran(host, "unwatched", 2);
  const [first = "", second = ""] = occurrences(host, "unwatched");
  expect(Date.parse(second) - Date.parse(first)).toBe(1000);
});
