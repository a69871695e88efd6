// What the app remembers: tasks, settings, control state, the slot ledger and the history of executions.
import type { ChainLink } from "../core/audit/chain.ts";
import type { AutomationConfig } from "../core/model/automation.ts";
import type { By, ControlEvent, ControlState, Principal } from "../core/model/control.ts";
import type { RiskLimits } from "../core/model/limits.ts";
import type { MonitorState } from "../core/model/monitor.ts";
import type { Morning } from "../core/model/morning.ts";
import type { ExecutionRecord, ExecutionStatus, RunInputs, RunPlan, RunSummary } from "../core/model/run.ts";
import type {
  Automation,
  MonitorSettings,
  NotificationSettings,
  SectionName,
  TradingWindow,
  Universes,
} from "../core/model/settings.ts";
import type { AgendaEntry, AgendaMove, SlotEntry } from "../core/model/slot.ts";
import type { Task } from "../core/model/task.ts";
import type { Instant, TradingDay } from "../core/model/time.ts";
import type { CalendarDifference } from "../core/schedule/calendarCheck.ts";
import type { BarCache } from "./barCache.ts";
import type { NotificationStore } from "./notificationStore.ts";

// All stores throw TransientError (`STORE_UNAVAILABLE`) when out of reach and InvariantError (`UNREADABLE_ROW`, naming table, keys and
// faults) for a row that does not parse or is of a newer schema version.

export type StoredTask = {
  readonly task: Task;
  /** Counts every change from 1; it is the ETag as well. */
  readonly version: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  readonly changedBy: Principal;
  readonly reason: string;
  /** The request that changed it, or the part of the app. */
  readonly source: string;
  /** A tombstone: it is never due again and history still finds it. */
  readonly deleted: boolean;
};
/** `key` is the id of the task. */
export type UnreadableRow = { readonly key: string; readonly detail: string };

export type TaskStore = {
  /**
   * Sorted by id, without tombstones: all of them, or those of the first `limit` rows between two ids, both included. A row that cannot be
   * read is reported beside the tasks, so that one bad row stops one task only.
   */
  list(ids?: {
    readonly from: string;
    readonly to: string;
    readonly limit: number;
  }): Promise<{ readonly tasks: readonly StoredTask[]; readonly unreadable: readonly UnreadableRow[] }>;
  /** A page of the same, after this id. */
  page(limit: number, after?: string): Promise<{ readonly tasks: readonly StoredTask[]; readonly more: boolean }>;
  /** Tombstones too. */
  get(taskId: string): Promise<StoredTask | undefined>;
  version(taskId: string, version: number): Promise<StoredTask | undefined>;
  /**
   * Writes new versions, what they are due next and their links in the chain: all of one call's up to a dozen tasks or none. False when one
   * of them is not the version after the stored one, and while an import is under way that is not `importId`.
   */
  save(next: readonly StoredTask[], importId?: string): Promise<boolean>;
};

export type AutomationSettings = {
  readonly window: TradingWindow;
  readonly limits: RiskLimits;
  readonly monitor: MonitorSettings;
  readonly notifications: NotificationSettings;
  readonly universes: Universes;
  /** Where the broker's calendar was last found to differ from the built-in one, and on which trading day it was compared. */
  readonly calendar: StoredCalendar | undefined;
  readonly versions: Readonly<Record<SectionName, number>>;
  /** Digest of all sections. */
  readonly hash: string;
};
export type StoredCalendar = { readonly comparedOn: TradingDay; readonly differences: readonly CalendarDifference[] };

export type StoredSection = {
  readonly name: SectionName;
  readonly value: Automation[SectionName];
  readonly version: number;
  readonly changedAt: Instant;
  readonly changedBy: Principal;
  readonly reason: string;
  readonly source: string;
  /** The second person, where one was needed. */
  readonly confirmedBy?: Principal;
};

/** A change of settings that waits for a second person. */
export type PendingChange = {
  readonly id: string;
  readonly section: SectionName;
  /** The version it is to replace: when that has changed, the change is void. */
  readonly replaces: number;
  readonly value: Automation[SectionName];
  readonly proposedAt: Instant;
  readonly proposedBy: Principal;
  readonly reason: string;
};

export type SettingsStore = {
  /** Undefined before the first seeding. */
  read(): Promise<AutomationSettings | undefined>;
  /** Writes settings, control state and tasks where there are no settings yet; answers whether it did. Safe to call from two places at once. */
  seed(config: AutomationConfig, now: Instant): Promise<boolean>;
  section(name: SectionName, version?: number): Promise<StoredSection | undefined>;
  /**
   * All or none, with their links in the chain. False when one of them is not the version after the stored one, and while an import is under
   * way that is not `importId`.
   */
  save(next: readonly StoredSection[], importId?: string): Promise<boolean>;
  saveCalendar(calendar: StoredCalendar): Promise<void>;
  pending(id: string): Promise<PendingChange | undefined>;
  listPending(): Promise<readonly PendingChange[]>;
  /** False when there is one with this id. */
  propose(change: PendingChange): Promise<boolean>;
  withdraw(id: string): Promise<void>;
};

/** A whole configuration on its way in: what follows each section and task that it changes. */
export type ConfigImport = {
  readonly id: string;
  readonly by: By;
  readonly sections: readonly Pick<StoredSection, "name" | "value" | "version">[];
  readonly tasks: readonly Pick<StoredTask, "task" | "version" | "createdAt" | "deleted">[];
};

/** What makes an import all or nothing: it is stored whole before any of it is made, and nothing else of the configuration changes until all of it is. */
export type ImportStore = {
  /** Another one after every save of a task or section. */
  mark(): Promise<string>;
  /** False when something was saved since `mark` was read, and while another import is under way. Throws InvariantError `PAYLOAD_TOO_LARGE`. */
  begin(next: ConfigImport, mark: string): Promise<boolean>;
  /** The one that has begun and not ended. */
  pending(): Promise<ConfigImport | undefined>;
  /** Once all of it is made. Another import that is under way is left alone. */
  end(id: string): Promise<void>;
};

export type ControlStore = {
  /** `etag` guards the next write. Never a guess: throws when the state cannot be read. */
  read(): Promise<{ readonly state: ControlState; readonly etag: string }>;
  /** The state, its event and the event's link in the chain, together. False when somebody else changed it since `etag` was read. */
  write(next: ControlState, event: ControlEvent, etag: string): Promise<boolean>;
  /** Newest first. Throws ConfigError for a cursor it did not make. */
  events(page: {
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly items: readonly ControlEvent[]; readonly cursor?: string }>;
  beat(now: Instant): Promise<void>;
  /** When the last tick ran; undefined before the first. */
  lastBeat(): Promise<Instant | undefined>;
};

export type SlotLedger = {
  /** What is due by `now`, longest due first: all of it, or what follows an entry, or `limit` entries at most. */
  due(now: Instant, page?: { readonly limit?: number; readonly after?: AgendaEntry }): Promise<readonly AgendaEntry[]>;
  /** What is due soonest, whether it has come or not. */
  upcoming(limit: number): Promise<readonly AgendaEntry[]>;
  /** Puts what follows in the place of what was due, and names the queued slots as open. Moves that another tick has made are left alone. */
  advance(moves: readonly AgendaMove[]): Promise<void>;
  /** Names a slot as open that no agenda knows: a run by hand. False when it is there. */
  open(entry: SlotEntry): Promise<boolean>;
  /** All slots that are queued and have not ended, oldest first; of those between two instants, both included, where they are given. */
  listOpen(slots?: { readonly from: Instant; readonly to: Instant }): Promise<readonly SlotEntry[]>;
  get(taskId: string, slot: Instant): Promise<SlotEntry | undefined>;
  /** Ends a slot, open before or not; a slot that has ended keeps its first end. */
  end(entry: SlotEntry): Promise<void>;
  /** The ended slots of a task between two instants, both included, newest first, at most `limit`. */
  ended(taskId: string, from: Instant, to: Instant, limit: number): Promise<readonly SlotEntry[]>;
  /** Removes a slot that has ended; one that is open stays, and one that is not there is fine. */
  forget(slot: Pick<SlotEntry, "taskId" | "slot">): Promise<void>;
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

/** What the status is told from, as it lies together: one read. */
export type StatusSnapshot = {
  readonly control: ControlState;
  readonly settings: AutomationSettings;
  /** When the last tick ran; undefined before the first. */
  readonly lastBeat: Instant | undefined;
  /** Undefined before the first check. */
  readonly monitor: MonitorState | undefined;
  /** Of the rows' shapes. */
  readonly schema: number;
  /** Slots that are queued and have not ended; `more` when there are more than were counted. */
  readonly openSlots: { readonly count: number; readonly more: boolean };
};
export type StatusStore = {
  /** Throws InvariantError where the tables have not been seeded. */
  read(): Promise<StatusSnapshot>;
};

export type MorningStore = {
  /** Undefined before the first morning. */
  read(): Promise<{ readonly morning: Morning; readonly etag: string } | undefined>;
  /** False when somebody else wrote since `etag` was read; undefined: since there was none. */
  write(morning: Morning, etag: string | undefined): Promise<boolean>;
};

export type ExecutionFilter = {
  readonly limit: number;
  readonly cursor?: string;
  readonly taskId?: string;
  readonly status?: ExecutionStatus;
  /** A symbol that the run judged or sent an order for. */
  readonly symbol?: string;
  /** A day in New York from midnight to midnight, in which the slot lies. */
  readonly day?: TradingDay;
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
  /**
   * Marks a run under way as taken up once more, before the delivery that does so sends anything. Answers the entry as it stands then: one
   * that has ended is not marked, and nothing of it may be sent any more.
   */
  resume(executionId: string): Promise<ExecutionRecord | undefined>;
  /**
   * Replaces the entry with its final record and lists it, `finished`. Changes nothing where a final record stands, `ended`; nor where the run
   * was taken up once more and the record does not know, `resumed`: what it says was held back may have been sent.
   */
  finish(record: ExecutionRecord): Promise<"finished" | "ended" | "resumed">;
  /** Changes a final record to what became of its orders since; `change` may be asked again when another one was faster. */
  amend(executionId: string, change: (record: ExecutionRecord) => ExecutionRecord): Promise<void>;
  /** Runs of which an order may still change, oldest first: those under way, and ended ones with orders that are not settled. */
  outstanding(): Promise<readonly OutstandingRun[]>;
  /** Takes a run off that list, unless its record has gone on since it was `seen`: an order of it may then be one to follow. */
  settle(seen: Pick<ExecutionRecord, "executionId" | "events" | "fills">): Promise<void>;
  /**
   * Newest slot first; runs that are new since the page before are not in the pages after it. A page of one criterion holds `limit` runs
   * while there are any. Where several are combined, a page reads a bounded number of runs and may hold fewer than `limit`, or none, and
   * still have a cursor: only a page without one is the last. Throws ConfigError for a cursor it did not make.
   */
  list(filter: ExecutionFilter): Promise<{ readonly items: readonly RunSummary[]; readonly cursor?: string }>;
  /** Takes a run out of the history with its record, plan and inputs. False while it is outstanding: nothing changes. Safe to repeat. */
  remove(run: Pick<RunSummary, "executionId" | "slot">): Promise<boolean>;
};

export type AuditStore = {
  /**
   * Links the record of an ended run as it stands now; does nothing where the newest link of it says the same, and for a run that has not
   * ended or is not there.
   */
  linkExecution(executionId: string, at: Instant): Promise<void>;
  /** The accounts that have links, or a head where their links are gone; sorted. */
  accounts(): Promise<readonly string[]>;
  /** The newest link of an account as its head names it, as it lies there; undefined when it is gone. */
  head(account: string): Promise<unknown>;
  /** The first day that has links of the account, from `from` on where it is given. */
  nextDay(account: string, from?: TradingDay): Promise<TradingDay | undefined>;
  /** The links of one account and day in their order, as they lie there; undefined for one that is damaged. */
  links(account: string, day: TradingDay): Promise<readonly unknown[]>;
  /** Names the rows that a link stands for: each must hold what the newest link of it says. */
  rowsOf(link: Pick<ChainLink, "kind" | "key">): readonly string[];
  /** The digest of what a row holds; undefined when it is gone, `damaged` when it cannot be read. */
  digestOf(row: string): Promise<string | undefined>;
};

export type Stores = {
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: ControlStore;
  readonly slots: SlotLedger;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly morning: MorningStore;
  readonly audit: AuditStore;
  readonly status: StatusStore;
  readonly imports: ImportStore;
  readonly barCache: BarCache;
  readonly notificationBook: NotificationStore;
};
