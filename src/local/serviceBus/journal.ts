// The broker's memory on disk: an append-only file of what the queues wrote down, flushed before anything is confirmed.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { QueueRecord } from "./storedMessage.ts";

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
      return [entryOf(line)];
    } catch (cause) {
      if (index === lines.length - 1) return [];
      throw new Error(`${file}: line ${index + 1} cannot be read`, { cause });
    }
  });
}

/** Starts a journal that holds just these entries, in place of the one that was there. */
export function openJournal(file: string, entries: readonly JournalEntry[]): Journal {
  mkdirSync(dirname(file), { recursive: true });
  const next = openSync(`${file}.next`, "w");
  write(next, entries.map(lineOf).join(""));
  fsyncSync(next);
  closeSync(next);
  renameSync(`${file}.next`, file);
  const handle = openSync(file, "a");
  let waiting: (() => void)[] = [];
  let pending: string[] = [];
  let open = true;

  function flush(): void {
    if (!open) return;
    const ready = waiting;
    waiting = [];
    if (pending.length > 0) {
      write(handle, pending.join(""));
      pending = [];
      fdatasyncSync(handle);
    }
    for (const then of ready) then();
  }

  return {
    append: (entry) => {
      pending.push(lineOf(entry));
    },
    flushed: (then) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(then);
    },
    close: () => {
      flush();
      open = false;
      closeSync(handle);
    },
  };
}

/** Writes the whole text, which the system may take in parts. */
function write(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

type Line = { readonly queue: string; readonly record: Record<string, unknown> };

/** Bytes are kept as base64 text. */
function lineOf({ queue, record }: JournalEntry): string {
  const kept =
    record.kind === "put"
      ? { ...record, message: { ...record.message, payload: record.message.payload.toString("base64") } }
      : record.kind === "session"
        ? { ...record, state: record.state?.toString("base64") }
        : record;
  return `${JSON.stringify({ queue, record: kept } satisfies Line)}\n`;
}

function entryOf(line: string): JournalEntry {
  const { queue, record } = JSON.parse(line);
  if (record.kind === "put") record.message.payload = Buffer.from(record.message.payload, "base64");
  if (record.kind === "session" && record.state !== undefined) record.state = Buffer.from(record.state, "base64");
  return { queue, record };
}
