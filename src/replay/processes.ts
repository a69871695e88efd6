// The proof of survival under real processes: in each round a slot becomes due and one process is killed at a moment of its run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../adapters/system/clock.ts";
import type { ExecutionRecord, RunSummary } from "../core/model/run.ts";
import { type BookedOrder, type Books, type Difference, judgeBooks } from "./processBooks.ts";
import { type Processes, startProcesses, type Victim } from "./processParts.ts";
import { beginning, drawRounds, type Slot, slots, twoTasks } from "./processPlan.ts";

export type ProcessSurvival = {
  readonly rounds: number;
  readonly kills: Readonly<Record<Victim, number>>;
  readonly runs: number;
  readonly orders: number;
  /** Each names its round and the seed that repeats it. */
  readonly violations: readonly string[];
};

/** How long a round waits for its run; a run that takes longer is judged when the others are over. */
const runPatienceMs = 2000;
/** How long the end waits for what is still on its way: the app's longest pause between two tries is a minute. */
const endPatienceMs = 100_000;
const latestKillMs = 1500;
const latestQuickKillMs = 500;
const roundsBetweenLooks = 10;

/** Kills processes for so many rounds. `quick` kills each sooner after its slot, which makes the rounds shorter. */
export async function surviveProcesses(options: {
  readonly rounds: number;
  readonly seed: number;
  readonly onProgress?: (line: string) => void;
  readonly quick?: boolean;
}): Promise<ProcessSurvival> {
  const { rounds, seed, onProgress, quick = false } = options;
  const dir = mkdtempSync(join(tmpdir(), "tradewind-processes-"));
  try {
    const plan = { dir, seed, config: twoTasks, at: beginning, onLine: () => undefined };
    const processes = await startProcesses(plan);
    try {
      const latestMs = quick ? latestQuickKillMs : latestKillMs;
      return await runRounds(processes, { rounds, seed, latestMs, ...(onProgress && { onProgress }) });
    } finally {
      await processes.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runRounds(
  processes: Processes,
  {
    rounds,
    seed,
    latestMs,
    onProgress,
  }: { rounds: number; seed: number; latestMs: number; onProgress?: (line: string) => void },
): Promise<ProcessSurvival> {
  const due: Slot[] = [];
  const upcoming = slots();
  const kills: Record<Victim, number> = { host: 0, broker: 0, simulator: 0 };
  const nextSlot = (): Slot => {
    const { value: slot } = upcoming.next();
    if (slot === undefined) throw new RangeError("there are no slots left");
    due.push(slot);
    processes.runTo(slot.at);
    return slot;
  };
  const look = createLook(processes, due);

  for (const [index, { victim, killAfterMs }] of drawRounds(seed, rounds, latestMs).entries()) {
    const slot = nextSlot();
    await delay(killAfterMs);
    await processes.killAndRestart(victim);
    kills[victim]++;
    await runEnded(processes, slot, runPatienceMs);
    if ((index + 1) % roundsBetweenLooks > 0 && index + 1 < rounds) continue;
    const { books, differences } = await look();
    onProgress?.(
      `round ${index + 1} of ${rounds}: ${books.orders.length} orders, ${differences.length} matters not settled yet`,
    );
    if (differences.some(({ lasting }) => lasting)) break;
  }

  const { books, differences } = await settled(processes, nextSlot, look);
  const violations = differences.map(({ runId, what }) => {
    const round = due.findIndex((slot) => slot.runId === runId) + 1;
    return `seed ${seed}, round ${round === 0 ? "unknown" : round}: ${runId}: ${what}`;
  });
  const done = kills.host + kills.broker + kills.simulator;
  return { rounds: done, kills, runs: due.length, orders: books.orders.length, violations };
}

type Look = () => Promise<{ readonly books: Books; readonly differences: readonly Difference[] }>;

/** Nobody is killed any more: minutes go by until every difference has mended itself, or nothing is left to wait for. */
async function settled(processes: Processes, nextSlot: () => Slot, look: Look): ReturnType<Look> {
  const untilMs = systemClock.realMs() + endPatienceMs;
  for (;;) {
    await runEnded(processes, nextSlot(), runPatienceMs);
    const seen = await look();
    const isOver = seen.differences.every(({ lasting }) => lasting) || systemClock.realMs() > untilMs;
    if (isOver) return seen;
    await delay(500);
  }
}

async function runEnded(processes: Processes, { runId }: Slot, patienceMs: number): Promise<void> {
  const untilMs = systemClock.realMs() + patienceMs;
  while (systemClock.realMs() < untilMs) {
    const record = await execution(processes, runId);
    if (record !== undefined && record.status !== "running") return;
    await delay(25);
  }
}

/** Undefined too while the app cannot answer: it is asked again. */
const execution = (processes: Processes, runId: string): Promise<ExecutionRecord | undefined> =>
  processes.get<ExecutionRecord>(`scheduler/executions/${runId}`).catch(() => undefined);

/** Reads both sides and judges them. What the exchange holds is read first: the record can only be newer. */
function createLook(processes: Processes, due: readonly Slot[]): Look {
  return async () => {
    const orders = (await (await fetch(`${processes.simulatorUrl}/_control/orders`)).json()) as BookedOrder[];
    const listedIds = await listExecutions(processes);
    const records = new Map<string, ExecutionRecord>();
    for (const { runId } of due) {
      const record = await execution(processes, runId);
      if (record !== undefined) records.set(runId, record);
    }
    const books = { orders, dueRunIds: due.map(({ runId }) => runId), listedIds, records };
    return { books, differences: judgeBooks(books) };
  };
}

async function listExecutions(processes: Processes): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const after = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await processes.get<{ items: readonly RunSummary[]; cursor?: string | null }>(
      `scheduler/executions?limit=200${after}`,
    );
    ids.push(...(page?.items.map(({ executionId }) => executionId) ?? []));
    cursor = page?.cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}
