// The one place that reads time: the machine's clock, and a demo clock that several processes share through a small file.
import { closeSync, openSync, readSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { instantFromMs, msFromInstant } from "../../core/model/time.ts";
import type { Clock } from "../../ports/clock.ts";

const realMs = (): number => performance.timeOrigin + performance.now();
const sleep = async (ms: number): Promise<void> => {
  await delay(ms);
};

export const systemClock: Clock = {
  now: () => instantFromMs(Date.now()),
  realMs,
  realMsUntil: (instant) => Math.max(0, msFromInstant(instant) - Date.now()),
  sleep,
};

/**
 * What a demo clock shows: `fromMs` at the real time `realFromMs`, from there `speed` times as fast as real time, never past `untilMs`.
 * The stop at `untilMs` is what makes a demo a function of its seed: time waits there until the work of that instant is done.
 */
export type DemoTime = {
  readonly fromMs: number;
  readonly realFromMs: number;
  readonly speed: number;
  readonly untilMs: number;
};

const bytes = 4 * Float64Array.BYTES_PER_ELEMENT;

/** Sets the demo clock kept in `file`, for every process that reads it. Replaces the file whole, so that a reader never sees half of it. */
export function writeDemoTime(file: string, time: DemoTime): void {
  const next = `${file}.next`;
  writeFileSync(next, new Uint8Array(Float64Array.of(time.fromMs, time.realFromMs, time.speed, time.untilMs).buffer));
  renameSync(next, file);
}

export function readDemoTime(file: string): DemoTime {
  const values = new Float64Array(bytes / Float64Array.BYTES_PER_ELEMENT);
  const handle = openSync(file, "r");
  try {
    if (readSync(handle, values, 0, bytes, 0) !== bytes) throw new Error(`${file} is not a demo clock`);
  } finally {
    closeSync(handle);
  }
  const [fromMs = 0, realFromMs = 0, speed = 0, untilMs = 0] = values;
  return { fromMs, realFromMs, speed, untilMs };
}

/** A clock that follows the demo time kept in `file` (see `writeDemoTime`). Throws when the file is absent or is not a demo clock. */
export function createDemoClock(file: string): Clock {
  const nowMs = (): number => {
    const { fromMs, realFromMs, speed, untilMs } = readDemoTime(file);
    return Math.floor(Math.min(fromMs + Math.max(0, Date.now() - realFromMs) * speed, untilMs));
  };
  nowMs();
  return {
    now: () => instantFromMs(nowMs()),
    realMs,
    realMsUntil: (instant) => {
      const away = msFromInstant(instant) - nowMs();
      if (away <= 0) return 0;
      // Held time can be released at any moment, so a waiter looks again soon.
      return Math.min(10, Math.max(1, away / readDemoTime(file).speed));
    },
    sleep,
  };
}
