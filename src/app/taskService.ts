// Tasks as an operator keeps them: read, created, changed, deleted, run by hand, and asked when they are due.
import type { By } from "../core/model/control.ts";
import type { MarketSnapshot } from "../core/model/market.ts";
import type { RunPlan } from "../core/model/run.ts";
import type { Instant } from "../core/model/time.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunQueue } from "../ports/queues.ts";
import type {
  ControlStore,
  ExecutionRepository,
  SettingsStore,
  SlotLedger,
  StoredTask,
  TaskStore,
} from "../ports/stores.ts";
import type { DataFetcher } from "./dataFetcher.ts";

/** A version that was stored, or would be; warnings say what could not be checked. */
export type SavedTask = { readonly stored: StoredTask; readonly warnings: readonly string[] };

/** A moment at which a task is due, and what its window says of it. */
export type Occurrence = {
  readonly slot: Instant;
  /** The same moment on clocks of the schedule's zone, `2026-06-15T10:00:00-04:00`. */
  readonly local: string;
  readonly zone: string;
  readonly verdict:
    | { readonly open: true; readonly until: Instant }
    | { readonly open: false; readonly code: string; readonly reason: string };
};

/** A plan that was made to be looked at: nothing of it is stored or sent. */
export type DryRun = RunPlan & { readonly excluded: MarketSnapshot["excluded"] };

/** `"*"`: whatever version is there. */
export type ExpectedVersion = number | "*";
type Options = { readonly dryRun?: boolean };

/** Everything that cannot be done as asked throws RefusedError, and then nothing has changed. */
export type TaskService = {
  /** Sorted by id, without tombstones; `next` is the `after` of the page that follows. */
  list(page: {
    readonly limit: number;
    readonly after?: string;
  }): Promise<{ readonly items: readonly StoredTask[]; readonly next?: string }>;
  /** A deleted task only with its version. */
  get(id: string, version?: number): Promise<StoredTask>;
  create(input: unknown, by: By, options?: Options): Promise<SavedTask>;
  replace(id: string, input: unknown, expected: ExpectedVersion, by: By, options?: Options): Promise<SavedTask>;
  /** Applies a merge patch (RFC 7396); the result is judged whole. */
  patch(id: string, mergePatch: unknown, expected: ExpectedVersion, by: By, options?: Options): Promise<SavedTask>;
  /** Leaves a tombstone, by which history still finds the task. */
  remove(id: string, expected: ExpectedVersion, by: By): Promise<StoredTask>;
  /** A new version only where it changes. */
  setEnabled(id: string, enabled: boolean, by: By): Promise<StoredTask>;
  next(id: string, count: number): Promise<readonly Occurrence[]>;
  /** Queues a run of the current minute. Asked twice within it: one run, and the second time `queued` is false. */
  runNow(
    id: string,
    by: By,
  ): Promise<{ readonly executionId: string; readonly slot: Instant; readonly queued: boolean }>;
  /** Gathers and plans as a run now would, stopped or halted too: the plan then says why it would be skipped. */
  dryRun(id: string): Promise<DryRun>;
};

export function createTaskService(_ports: {
  readonly mode: "paper" | "live";
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly runs: RunQueue;
  readonly broker: Broker;
  readonly dataFetcher: DataFetcher;
  readonly clock: Clock;
}): TaskService {
  const notYet = async (): Promise<never> => {
    throw new Error("not yet");
  };
  return {
    list: notYet,
    get: notYet,
    create: notYet,
    replace: notYet,
    patch: notYet,
    remove: notYet,
    setEnabled: notYet,
    next: notYet,
    runNow: notYet,
    dryRun: notYet,
  };
}
