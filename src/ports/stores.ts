// What the app remembers: tasks, settings, control state, the slot ledger and the history of executions.
import type { ControlState } from "../core/model/control.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { ExecutionRecord, ExecutionStatus, RunInputs, RunPlan, RunSummary } from "../core/model/run.ts";
import type { AutomationConfig, OrderHandling, RiskLimits, Task, TradingWindow } from "../core/model/settings.ts";
import type { SlotEntry } from "../core/model/slot.ts";
import type { Instant } from "../core/model/time.ts";

// All stores throw TransientError (`STORE_UNAVAILABLE`) when out of reach and InvariantError (`UNREADABLE_ROW`, naming table, keys and
// faults) for a row that does not parse or is of a newer schema version.

export type TaskStore = {
  /** Sorted by id. A row that cannot be read is reported beside the tasks, so that one bad row stops one task only. */
  list(): Promise<{ readonly tasks: readonly StoredTask[]; readonly unreadable: readonly UnreadableRow[] }>;
  get(taskId: string): Promise<StoredTask | undefined>;
};
export type StoredTask = { readonly task: Task; readonly createdAt: Instant };
export type UnreadableRow = { readonly key: string; readonly detail: string };

export type AutomationSettings = {
  readonly window: TradingWindow;
  readonly limits: RiskLimits;
  readonly orderHandling: OrderHandling;
  readonly hash: string;
};

export type SettingsStore = {
  /** Undefined before the first seeding. */
  read(): Promise<AutomationSettings | undefined>;
  /** Writes settings, control state and tasks where the tables hold no settings yet; answers whether it did. Safe to call from two places at once. */
  seed(config: AutomationConfig, now: Instant): Promise<boolean>;
};

export type ControlStore = {
  /** `etag` guards the next write. Never a guess: throws when the state cannot be read. */
  read(): Promise<{ readonly state: ControlState; readonly etag: string }>;
  /** False when somebody else changed it since `etag` was read. Appends the change to the control events. */
  write(next: ControlState, etag: string): Promise<boolean>;
  beat(now: Instant): Promise<void>;
  /** When the last tick ran; undefined before the first. */
  lastBeat(): Promise<Instant | undefined>;
};

export type SlotLedger = {
  /** The newest slot of a task, by slot time; undefined when it never had one. */
  newest(taskId: string): Promise<SlotEntry | undefined>;
  get(taskId: string, slot: Instant): Promise<SlotEntry | undefined>;
  /** False when the slot is there already: somebody else has it. */
  insert(entry: SlotEntry): Promise<boolean>;
  /** Moves an open slot on; a slot that has ended keeps its first end. */
  update(entry: SlotEntry): Promise<void>;
  /** Ends a slot, claimed before or not; a slot that has ended keeps its first end. */
  end(entry: SlotEntry): Promise<void>;
  /** All slots that are claimed or enqueued, oldest first. */
  open(): Promise<readonly SlotEntry[]>;
};

export type OutstandingRun = {
  readonly executionId: string;
  readonly taskId: string;
  readonly account: string;
  readonly startedAt: Instant;
};

export type MonitorStore = {
  /** Undefined before the first check. */
  read(): Promise<{ readonly state: MonitorState; readonly etag: string } | undefined>;
  /** False when another check wrote since `etag` was read; undefined: since there was none. */
  write(state: MonitorState, etag: string | undefined): Promise<boolean>;
};

export type ExecutionFilter = {
  readonly limit: number;
  readonly cursor?: string;
  readonly taskId?: string;
  readonly status?: ExecutionStatus;
  /** Slot times, both included. */
  readonly from?: Instant;
  readonly to?: Instant;
};

export type ExecutionRepository = {
  /** Insert-if-absent of the first entry of a run. False when there is one: load it and resume. A run is outstanding before it has begun. */
  begin(record: ExecutionRecord): Promise<boolean>;
  get(executionId: string): Promise<ExecutionRecord | undefined>;
  loadPlan(executionId: string): Promise<{ readonly plan: RunPlan; readonly inputs: RunInputs } | undefined>;
  /** Insert-if-absent: false when another delivery stored a plan first, which is then the plan. */
  savePlan(plan: RunPlan, inputs: RunInputs): Promise<boolean>;
  /** Replaces the entry with its final record and lists it. The first final record stands: false when there was one. */
  finish(record: ExecutionRecord): Promise<boolean>;
  /** Changes a final record to what became of its orders since; `change` may be asked again when another one was faster. */
  amend(executionId: string, change: (record: ExecutionRecord) => ExecutionRecord): Promise<void>;
  /** Runs of which an order may still change, oldest first: those under way, and ended ones with orders that are not settled. */
  outstanding(): Promise<readonly OutstandingRun[]>;
  /** Takes a run off that list. */
  settle(executionId: string): Promise<void>;
  /** Newest slot first. Throws ConfigError for a cursor it did not make. */
  list(filter: ExecutionFilter): Promise<{ readonly items: readonly RunSummary[]; readonly cursor?: string }>;
};

export type Stores = {
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
};
