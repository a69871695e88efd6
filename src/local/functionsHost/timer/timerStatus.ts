// When each timer ran last and is due next, kept across restarts so that a missed occurrence is noticed.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Instant, parseInstant } from "../../../core/model/time.ts";

/** `last` is undefined until the timer ran for the first time. */
export type TimerStatus = { readonly last: Instant | undefined; readonly next: Instant };

export type TimerStatusStore = {
  get(functionName: string): TimerStatus | undefined;
  set(functionName: string, status: TimerStatus): void;
};

/** Keeps them in `timers.json` of `stateDir`, or in memory without a folder. An unreadable file counts as none. */
export function openTimerStatus(stateDir: string | undefined): TimerStatusStore {
  const file = stateDir === undefined ? undefined : join(stateDir, "timers.json");
  const statuses = file === undefined ? new Map<string, TimerStatus>() : read(file);
  if (stateDir !== undefined) mkdirSync(stateDir, { recursive: true });
  return {
    get: (name) => statuses.get(name),
    set: (name, status) => {
      statuses.set(name, status);
      if (file === undefined) return;
      writeFileSync(`${file}.next`, JSON.stringify(Object.fromEntries(statuses), null, 2));
      renameSync(`${file}.next`, file);
    },
  };
}

function read(file: string): Map<string, TimerStatus> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return new Map(Object.entries(content ?? {}).flatMap(([name, value]) => readStatus(name, value)));
  } catch {
    return new Map();
  }
}

function readStatus(name: string, value: unknown): [string, TimerStatus][] {
  const { last, next } = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const due = parseInstant(String(next));
  return due === undefined ? [] : [[name, { last: parseInstant(String(last)), next: due }]];
}
