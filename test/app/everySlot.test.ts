// Every slot that was expected ends exactly once and with a reason, whatever the ticks, the operator, the tasks' editor and the queue do.
import fc from "fast-check";
import { expect, test } from "vitest";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import type { ControlAction, Scope } from "../../src/core/model/control.ts";
import { InvariantError } from "../../src/core/model/errors.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import { type Task, taskSchema } from "../../src/core/model/task.ts";
import { addMs, dayMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { dueSlots } from "../../src/core/schedule/dueSlots.ts";
import type { StoredTask } from "../../src/ports/stores.ts";
import { createWorld, type Steering, type World } from "../../src/replay/world.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { asked, at, exampleConfig } from "../support/memoryStack.ts";

const tape = createSeededTape({ seed: 3, fromDay: "2026-05-01", symbols: [{ symbol: "AAA", startPrice: 40 }] });

type Step = { readonly afterMinutes: number } & (
  | {
      readonly kind: "tick";
      readonly behindMinutes: number;
      readonly twice: boolean;
      readonly diesAt: number | undefined;
    }
  | { readonly kind: "deliver"; readonly brokerRefuses: boolean }
  | { readonly kind: "switch"; readonly action: ControlAction; readonly taskId: string | undefined }
  | { readonly kind: "edit"; readonly taskId: string; readonly changes: Partial<Task> | "delete" }
);

const ids = ["first", "second"];
const anyTask: fc.Arbitrary<Partial<Task>> = fc.record(
  {
    schedule: fc.constantFrom<Task["schedule"][]>(
      { cron: "*/20 9-16 * * 1-5", zone: "America/New_York" },
      { everyMinutes: 30, zone: "America/New_York" },
      [{ at: "open+5m" }, { at: "close-10m" }, { cron: "0 */2 * * *", zone: "UTC" }],
    ),
    enabled: fc.constantFrom(true, true, false),
    catchUp: fc.constantFrom("latest", "none", "all"),
    overlap: fc.constantFrom("skip", "queue"),
    graceMinutes: fc.constantFrom(3, 25, 90),
    window: fc.constantFrom({ ranges: [{ start: "11:00", end: "15:00" }] }, { extendedHours: true }),
    expiresAt: fc.constant(at("2026-06-15T19:10:00Z")),
  },
  { requiredKeys: ["schedule", "enabled"] },
);
const minutes = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 1, 2, 7) },
  { weight: 3, arbitrary: fc.integer({ min: 10, max: 45 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 1200 }) },
);
const step = (afterMinutes: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("tick" as const),
        afterMinutes: fc.constant(afterMinutes),
        behindMinutes: fc.constantFrom(0, 0, 0, 3),
        twice: fc.constantFrom(false, false, false, true),
        diesAt: fc.option(fc.integer({ min: 0, max: 25 }), { freq: 4, nil: undefined }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("deliver" as const),
        afterMinutes: fc.constant(afterMinutes),
        brokerRefuses: fc.constantFrom(false, false, false, true),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("switch" as const),
        afterMinutes: fc.constant(afterMinutes),
        action: fc.constantFrom<ControlAction[]>("stop", "start", "start", "halt", "resume", "resume", "reduce"),
        taskId: fc.option(fc.constantFrom(...ids), { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("edit" as const),
        afterMinutes: fc.constant(afterMinutes),
        taskId: fc.constantFrom(...ids),
        changes: fc.oneof({ weight: 6, arbitrary: anyTask }, { weight: 1, arbitrary: fc.constant("delete" as const) }),
      }),
    },
  );
const story = fc.record({
  tasks: fc.tuple(anyTask, anyTask),
  steps: fc.array(minutes.chain(step), { minLength: 15, maxLength: 45, size: "max" }),
});

const example = exampleConfig(["AAA"]);
const taskOf = (id: string, changes: Partial<Task>): Task => taskSchema.parse({ ...example.tasks[0], id, ...changes });

/** A process that dies at its call of this number. */
const dying = (place: number): Steering => {
  let calls = 0;
  return (_, perform, process) => (calls++ === place ? process.crash() : perform());
};
const refusing: Steering = async (call, perform) => {
  if (call.port === "broker") throw new InvariantError("BROKER_UNAUTHORIZED", "the key is refused");
  return perform();
};

/** Plays the story and then brings everything to its end; answers the world as it is a minute after its last tick. */
async function play({ tasks, steps }: typeof story extends fc.Arbitrary<infer Story> ? Story : never) {
  let behindMinutes = 0;
  const config = automationConfigSchema.parse({
    ...example,
    tasks: tasks.map((task, index) => taskOf(ids[index] ?? "", task)),
  });
  const ends = new Map<string, number>();
  const world = await createWorld({
    seed: 1,
    tape,
    config,
    at: at("2026-06-15T12:50:00Z"),
    cash: "100000",
    skewMs: () => -behindMinutes * minuteMs,
    onSlotWrite: ({ method, given }, taken) => {
      const [row] = given as readonly { readonly partitionKey: string; readonly columns: { readonly slot: string } }[];
      if (method !== "insert" || taken !== true || row === undefined) return;
      const slot = `${row.partitionKey} ${row.columns.slot}`;
      ends.set(slot, (ends.get(slot) ?? 0) + 1);
    },
  });
  for (const each of steps) {
    await world.advanceTo(world.nowMs() + each.afterMinutes * minuteMs);
    if (each.kind === "tick") behindMinutes = each.behindMinutes;
    await take(world, each);
    behindMinutes = 0;
  }
  for (const taskId of [undefined, ...ids])
    for (const action of ["start", "resume"] as const)
      await take(world, { kind: "switch", afterMinutes: 0, action, taskId });
  const last = addMs(world.now(), minuteMs);
  await world.advanceTo(world.nowMs() + minuteMs);
  // A tick decides so many slots of a task; the clock stands still until none is left.
  for (
    let ticks = 0;
    ticks < 20 && (ticks === 0 || (await world.start("observer").ports.slots.due(last)).length > 0);
    ticks++
  )
    await take(world, { kind: "tick", afterMinutes: 0, behindMinutes: 0, twice: false, diesAt: undefined });
  for (let round = 0; round < 4; round++) {
    await take(world, { kind: "deliver", afterMinutes: 0, brokerRefuses: false });
    await world.start("timer").run((app) => app.realtimeMonitor.check());
    await world.advanceTo(world.nowMs() + 60 * minuteMs);
  }
  return { world, last, ends };
}

async function take(world: World, each: Step): Promise<void> {
  switch (each.kind) {
    case "tick": {
      const tick = (): Promise<unknown> =>
        world
          .start("timer", each.diesAt === undefined ? undefined : dying(each.diesAt))
          .run((app) => app.scheduler.tick("timer"));
      await Promise.all(each.twice ? [tick(), tick()] : [tick()]);
      return;
    }
    case "deliver":
      while (await world.deliverRun(each.brokerRefuses ? refusing : undefined));
      return;
    case "switch": {
      const scope: Scope = each.taskId === undefined ? { kind: "account" } : { kind: "task", id: each.taskId };
      await world.start("http").run((app) => app.controlService.change({ ...asked(each.action), scope }));
      return;
    }
    case "edit": {
      const { tasks } = world.start("http").ports;
      const stored = await tasks.get(each.taskId);
      if (stored === undefined || stored.deleted) return;
      const next = { ...stored, version: stored.version + 1, changedAt: world.now() };
      const { changes } = each;
      const edited = changes === "delete" ? { deleted: true } : { task: taskOf(each.taskId, changes) };
      expect(await tasks.save([{ ...next, ...edited }])).toBe(true);
    }
  }
}

/** The slots of each version of a task from the moment of its change up to the next one, or to the last tick. */
async function expectedSlots({ start, config }: World, taskId: string, last: Instant): Promise<readonly Instant[]> {
  const { tasks } = start("observer").ports;
  const versions: StoredTask[] = [];
  for (let version = 1; ; version++) {
    const stored = await tasks.version(taskId, version);
    if (stored === undefined) break;
    versions.push(stored);
  }
  const { trading_window: window } = config.automation;
  return versions.flatMap(({ task, changedAt, deleted }, index) => {
    const successor = versions[index + 1]?.changedAt;
    const until = successor === undefined ? last : addMs(successor, -1);
    return deleted ? [] : dueSlots(task, window, addMs(changedAt, -1), until < last ? until : last, 10_000);
  });
}

test("each ends once, as ran, skipped, missed, blocked or failed, and no slot ends that was not expected", {
  timeout: 120_000,
}, async () => {
  const seen = { states: new Set<string>(), codes: new Set<string>() };
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const { world, last, ends } = await play(told);
      const { slots, executions } = world.start("observer").ports;
      expect(await slots.listOpen()).toEqual([]);
      for (const taskId of ids) {
        const expected = await expectedSlots(world, taskId, last);
        const ended = await slots.ended(taskId, addMs(last, -30 * dayMs), addMs(last, dayMs), 100_000);
        expect(ended.map(({ slot }) => slot).toReversed()).toEqual(expected);
        for (const { slot, state, code, reason } of ended) {
          const record = await executions.get(runIdOf(taskId, slot));
          expect([taskId, slot, state, record?.code, record?.reason]).toEqual([taskId, slot, state, code, reason]);
          expect([slot, { ran: ["succeeded", "partial"] }[state as "ran"] ?? [state]]).toEqual([
            slot,
            expect.arrayContaining([record?.status]),
          ]);
          if (record?.status !== "succeeded") expect([slot, state, code, reason]).not.toContain("");
          expect([slot, ends.get(`${taskId} ${slot}`)]).toEqual([slot, 1]);
          seen.states.add(state);
          seen.codes.add(code);
        }
      }
    }),
    { numRuns: 40 },
  );
  expect([...seen.states].sort()).toEqual(["blocked", "failed", "missed", "ran", "skipped"]);
  const reasons = ["STOPPED", "HALTED", "OVERLAP", "TASK_DISABLED", "MISSED", "WINDOW_CLOSED", "BROKER_UNAUTHORIZED"];
  expect([...seen.codes]).toEqual(expect.arrayContaining(reasons));
});
