// The broker's memory on disk: an append-only file of what the queues wrote down, flushed before anything is confirmed.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { QueueRecord } from "./queue.ts";

export type JournalEntry = { readonly queue: string; readonly record: QueueRecord };

export type Journal = {
  append(entry: JournalEntry): void;
  /** Runs `then` once everything appended so far is on disk; many in one turn of the loop share one flush. */
  flushed(then: () => void): void;
  close(): void;
};

/** Nothing is kept; everything counts as flushed at once. */
export const noJournal: Journal = { append: () => undefined, flushed: (then) => then(), close: () => undefined };

/** The entries of an earlier life. A last line that a crash tore is left out: it was never confirmed. */
export function readJournal(file: string): readonly JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line, revive) as JournalEntry];
    } catch (cause) {
      if (index >= lines.length - 1) return [];
      throw new Error(`${file}: line ${index + 1} cannot be read`, { cause });
    }
  });
}

/** Starts a journal that holds just these entries, in place of the one that was there. */
export function openJournal(file: string, entries: readonly JournalEntry[]): Journal {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.next`, entries.map(toLine).join(""));
  renameSync(`${file}.next`, file);
  const handle = openSync(file, "a");
  let waiting: (() => void)[] = [];
  let pending = "";

  function flush(): void {
    const ready = waiting;
    waiting = [];
    if (pending !== "") {
      writeSync(handle, pending);
      fsyncSync(handle);
      pending = "";
    }
    for (const then of ready) then();
  }

  return {
    append: (entry) => {
      pending += toLine(entry);
    },
    flushed: (then) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(then);
    },
    close: () => {
      flush();
      closeSync(handle);
    },
  };
}

const toLine = (entry: JournalEntry): string => `${JSON.stringify(entry)}\n`;

/** Buffers come back as what `JSON.stringify` makes of them. */
const revive = (_: string, value: unknown): unknown =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  value.type === "Buffer" &&
  "data" in value &&
  Array.isArray(value.data)
    ? Buffer.from(value.data)
    : value;
