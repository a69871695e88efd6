// Drives the demo clock minute by minute: time runs at its speed between minutes and waits at each one until the work of that minute is done.
import { existsSync } from "node:fs";
import { readDemoTime, writeDemoTime } from "../adapters/system/clock.ts";
import { type Instant, instantFromMs, minuteMs, msFromInstant } from "../core/model/time.ts";

export type DemoTimeDriver = {
  /** Lets time run to the next full minute, waits there for `settled`, and goes on so until stopped. */
  run(settled: (minute: Instant) => Promise<void>): Promise<void>;
  /** Lets time run to `instant` and stand there. */
  runTo(instant: Instant): void;
  stop(): void;
};

/** Where the clock in `file` was to stand; undefined when there is none. */
export const keptInstant = (file: string): Instant | undefined =>
  existsSync(file) ? instantFromMs(readDemoTime(file).untilMs) : undefined;

/** Sets the clock in `file` to stand at `at`; a clock that the file holds already goes on from where it stood, unless `at` is given. */
export function createDemoTimeDriver(options: {
  readonly file: string;
  readonly speed: number;
  readonly at: Instant | undefined;
  readonly otherwise: Instant;
}): DemoTimeDriver {
  const { file, speed } = options;
  let standsAtMs = msFromInstant(options.at ?? keptInstant(file) ?? options.otherwise);
  let release: (() => void) | undefined;
  let stopped = false;
  setTo(standsAtMs);

  function setTo(untilMs: number): void {
    writeDemoTime(file, { fromMs: standsAtMs, realFromMs: Date.now(), speed, untilMs });
    standsAtMs = untilMs;
  }

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      release = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    run: async (settled) => {
      while (!stopped) {
        const minuteAtMs = Math.floor(standsAtMs / minuteMs) * minuteMs + minuteMs;
        const away = minuteAtMs - standsAtMs;
        setTo(minuteAtMs);
        // A timer may fire a little early, and at a high speed a little is minutes: waits until the clock shows the minute.
        const realAtMs = Date.now() + away / speed;
        while (!stopped && Date.now() < realAtMs) await wait(Math.ceil(realAtMs - Date.now()));
        if (!stopped) await settled(instantFromMs(minuteAtMs));
      }
    },
    runTo: (instant) => setTo(msFromInstant(instant)),
    stop: () => {
      stopped = true;
      release?.();
    },
  };
}
