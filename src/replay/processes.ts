// The proof of survival under real processes: in each round a slot becomes due and one process is killed at a moment of its run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../adapters/system/clock.ts";
import type { ExecutionRecord, RunSummary } from "../core/model/run.ts";
import { readTelemetryLine } from "../local/liveView.ts";
import { type BookedOrder, type Books, type Difference, judgeBooks } from "./processBooks.ts";
import { beginning, drawRounds, type Round, type Slot, slots, twoTasks } from "./processPlan.ts";
import { type Processes, startProcesses, type Victim } from "./processSystem.ts";

export type ProcessSurvival = {
  readonly rounds: number;
  readonly kills: Readonly<Record<Victim, number>>;
  /** Kills at a moment at which the run of the round had not ended yet. */
  readonly interrupted: number;
  readonly runs: number;
  /** How the runs ended, `{"succeeded": 190, "failed BROKER_UNAVAILABLE": 1}`. */
  readonly endings: Readonly<Record<string, number>>;
  readonly orders: number;
  /** Each names its round, and the seed that repeats the plan of kills; what a kill meets depends on the machine too. */
  readonly violations: readonly string[];
};

/** How long a round waits for its run. */
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
  const ended = new Set<unknown>();
  const onLine = (line: string): void => {
    const event = readTelemetryLine(line);
    if (event?.event === "run.ended") ended.add(event.runId);
  };
  try {
    const processes = await startProcesses({ dir, seed, config: twoTasks, at: beginning, onLine });
    try {
      const plan = drawRounds(seed, rounds, quick ? latestQuickKillMs : latestKillMs);
      const survival = await runRounds(createCourse(processes, ended), plan, onProgress);
      return { ...survival, violations: survival.violations.map((violation) => `seed ${seed}, ${violation}`) };
    } finally {
      await processes.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

type Course = ReturnType<typeof createCourse>;

/** The processes on their way through the slots. `ended` holds the runs of which the app has said that they ended. */
function createCourse(processes: Processes, ended: ReadonlySet<unknown>) {
  const due: Slot[] = [];
  const upcoming = slots();
  return {
    processes,
    ended,
    /** The slots so far, in order: that of round 1 first. */
    due,
    /** Lets time run to the next slot, and stand there. */
    nextSlot: (): Slot => {
      const { value: slot } = upcoming.next();
      if (slot === undefined) throw new RangeError("there are no slots left");
      due.push(slot);
      processes.runTo(slot.at);
      return slot;
    },
  };
}

async function runRounds(
  course: Course,
  rounds: readonly Round[],
  onProgress: ((line: string) => void) | undefined,
): Promise<ProcessSurvival> {
  const { processes, ended, due } = course;
  const kills: Record<Victim, number> = { host: 0, broker: 0, simulator: 0 };
  let interrupted = 0;
  for (const [index, { victim, killAfterMs }] of rounds.entries()) {
    const slot = course.nextSlot();
    await delay(killAfterMs);
    if (!ended.has(slot.runId)) interrupted++;
    await processes.killAndRestart(victim);
    kills[victim]++;
    await runEnded(processes, slot);
    if ((index + 1) % roundsBetweenLooks > 0 && index + 1 < rounds.length) continue;
    const { books, differences } = await look(course);
    const counts = `${books.orders.length} orders, ${differences.length} differences not settled yet`;
    onProgress?.(`round ${index + 1} of ${rounds.length}: ${counts}`);
    if (differences.some(({ lasting }) => lasting)) break;
  }
  const { books, differences } = await settled(course);
  return {
    rounds: kills.host + kills.broker + kills.simulator,
    kills,
    interrupted,
    runs: due.length,
    endings: endingsOf(books),
    orders: books.orders.length,
    violations: differences.map(({ runId, what }) => `round ${roundOf(due, runId)}: ${runId}: ${what}`),
  };
}

function endingsOf({ records }: Books): Readonly<Record<string, number>> {
  const byEnding = Map.groupBy(records.values(), ({ status, code }) => `${status} ${code}`.trim());
  return Object.fromEntries([...byEnding].map(([ending, { length }]) => [ending, length]));
}

const roundOf = (due: readonly Slot[], runId: string): number | "unknown" => {
  const index = due.findIndex((slot) => slot.runId === runId);
  return index < 0 ? "unknown" : index + 1;
};

type Seen = { readonly books: Books; readonly differences: readonly Difference[] };

/** Nobody is killed any more: minutes go by until every difference has mended itself, or nothing is left to wait for. */
async function settled(course: Course): Promise<Seen> {
  const untilMs = systemClock.realMs() + endPatienceMs;
  for (;;) {
    await runEnded(course.processes, course.nextSlot());
    const seen = await look(course);
    if (seen.differences.every(({ lasting }) => lasting)) return seen;
    if (systemClock.realMs() > untilMs) {
      // The newest slot had no time to mend anything, so what time can mend is no fault of it.
      const newest = course.due.at(-1)?.runId;
      return { ...seen, differences: seen.differences.filter(({ runId, lasting }) => lasting || runId !== newest) };
    }
    await delay(500);
  }
}

/** Waits for the end of a run, but not for ever: one that takes longer is judged when the others are over. */
async function runEnded(processes: Processes, { runId }: Slot): Promise<void> {
  const untilMs = systemClock.realMs() + runPatienceMs;
  while (systemClock.realMs() < untilMs) {
    const record = await execution(processes, runId);
    if (record !== undefined && record.status !== "running") return;
    await delay(25);
  }
}

/** Undefined too while the app cannot answer: it is asked again. */
const execution = (processes: Processes, runId: string): Promise<ExecutionRecord | undefined> =>
  processes.get<ExecutionRecord>(`scheduler/executions/${runId}`).catch(() => undefined);

/** Reads both sides and judges them. What the exchange holds is read first: the records can only be newer. */
async function look({ processes, due }: Course): Promise<Seen> {
  const orders = (await (await fetch(`${processes.simulatorUrl}/_control/orders`)).json()) as BookedOrder[];
  const listedIds = await listExecutions(processes);
  const records = new Map<string, ExecutionRecord>();
  for (const { runId } of due) {
    const record = await execution(processes, runId);
    if (record !== undefined) records.set(runId, record);
  }
  const books = { orders, dueRunIds: due.map(({ runId }) => runId), listedIds, records };
  return { books, differences: judgeBooks(books) };
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
