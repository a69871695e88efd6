// A run from request to record: what the queue carries, what a run reads, what it plans, what is kept of it.
import { z } from "zod";
import type { Conflict } from "../strategies/combine.ts";
import type { ControlState } from "./control.ts";
import { runIdOf } from "./ids.ts";
import type { RiskLimits } from "./limits.ts";
import type { MarketSnapshot } from "./market.ts";
import type { Usd } from "./money.ts";
import type { Attributed } from "./monitor.ts";
import type { BrokerFill, BrokerOrder, OrderEvent, OrderIntent, OrderOutcome, OrderTicket } from "./order.ts";
import { instant } from "./parse.ts";
import type { PortfolioSnapshot } from "./portfolio.ts";
import type { DenialCode, RiskVerdict, RuleFigure } from "./risk.ts";
import type { TradingWindow } from "./settings.ts";
import type { Signal } from "./signal.ts";
import type { SizingSteps } from "./sizing.ts";
import type { RunTask } from "./task.ts";
import type { Instant } from "./time.ts";

/** The body of a message on the runs queue, under the one key `run` (other top-level keys would overwrite delivery metadata). */
export const runRequestSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    runId: z.string().min(1).max(80),
    taskId: z.string().min(1).max(40),
    slot: instant,
    account: z.string().min(1).max(40),
    mode: z.enum(["paper", "live"]),
    /** 1 for the first try; a later one is a delayed copy after a transient failure. */
    attempt: z.int().min(1).max(100),
    /** Real milliseconds since the epoch, for measuring: when the tick began and when it handed the message to the queue. */
    tickStartedMs: z.number(),
    enqueuedMs: z.number(),
  })
  .refine(({ runId, taskId, slot }) => runId === runIdOf(taskId, slot), {
    path: ["runId"],
    message: "is not the id of this task and slot",
  });
/**
 * The session of every run's message. An app trades on one account at the broker, so its runs go one after another, whatever account their tasks
 * name for the audit: two at once would each plan on the whole of what the limits leave.
 */
export const runSession = "main";
export const runMessageSchema = z.strictObject({ run: runRequestSchema });
export type RunRequest = Readonly<z.infer<typeof runRequestSchema>>;

/** Everything a plan depends on. The same inputs give the same plan, byte for byte. */
export type RunInputs = {
  readonly runId: string;
  readonly task: RunTask;
  readonly slot: Instant;
  readonly asOf: Instant;
  readonly market: MarketSnapshot;
  readonly portfolio: PortfolioSnapshot;
  /** Every order of the account, ours or not, that was submitted in the 24 hours before `asOf`; by client order id. */
  readonly recentOrders: readonly BrokerOrder[];
  /** Whose the shares of the task's symbols are, as the monitor last knew; absent before its first check. */
  readonly attributed?: Attributed;
  /** Undefined before the monitor's first check. */
  readonly lossMarks: LossMarks | undefined;
  /** When each symbol last lost, as far as the monitor knows. */
  readonly losses: Readonly<Record<string, Instant>>;
  /** Our clock less the broker's, in milliseconds. */
  readonly clockSkewMs: number;
  /** What this app is set to trade on. */
  readonly trades: { readonly mode: "paper" | "live"; readonly expectedAccountId: string | undefined };
  readonly control: ControlState;
  /** As they hold for the task, its own ones taken in. */
  readonly window: TradingWindow;
  readonly limits: RiskLimits;
};

/** Losses count from these: the day's first equity and the highest, or where a person resumed trading after a breaker had switched it off. */
export type LossMarks = {
  readonly dayStartEquity: Usd;
  readonly dailyLossFrom: Usd;
  readonly drawdownFrom: Usd;
  /** Executions before it are not counted as repeated any more. */
  readonly executionsAfter?: Instant;
};

/** Why a run sends nothing at all. */
export type SkipCode = DenialCode | "HOLIDAY" | "BLACKOUT" | "SLOT_EXPIRED" | "NO_MARKET_DATA" | "TASK_DISABLED";
export type Skip = { readonly code: SkipCode; readonly reason: string; readonly figure?: RuleFigure };

/** A strategy that threw: its signals are absent and the rest goes on. */
export type StrategyFailure = { readonly strategy: string; readonly message: string };

/** Why a symbol that the strategies speak on gets no order. */
export type Untraded = { readonly symbol: string; readonly reason: string };

/** The book's sums, in US dollars; `gross` is the worst case over what open orders may do. */
export type RiskSnapshot = {
  readonly equity: Usd;
  readonly gross: Usd;
  readonly reservedBuyingPower: Usd;
  readonly positions: number;
  readonly openOrders: number;
};

export type Cancel = { readonly brokerOrderId: string; readonly symbol: string };

export type RunPlan = {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly asOf: Instant;
  /** SHA-256 of the canonical inputs: of their text and, as bytes, of their columns of numbers. */
  readonly inputsDigest: string;
  readonly skip?: Skip;
  readonly signals: readonly Signal[];
  readonly strategyFailures: readonly StrategyFailure[];
  readonly conflicts: readonly Conflict[];
  /** Symbols that have a target and got no order, sorted. */
  readonly untraded: readonly Untraded[];
  /** The arithmetic of every size, by symbol; none in plans of versions that did not keep it. */
  readonly sizings: readonly SizingSteps[];
  readonly intents: readonly OrderIntent[];
  readonly verdicts: readonly RiskVerdict[];
  /** Exits that are cancelled before anything is sent; what remains is protected again by tickets of stage 3. */
  readonly cancels: readonly Cancel[];
  readonly tickets: readonly OrderTicket[];
  readonly riskBefore: RiskSnapshot;
  readonly riskAfter: RiskSnapshot;
};

/** `partial`: some orders did not end as planned (rejected, withheld, unknown). */
export type ExecutionStatus = "running" | "succeeded" | "partial" | "skipped" | "missed" | "blocked" | "failed";

export type ExecutionTimings = {
  readonly tickToEnqueued: number;
  readonly enqueuedToStarted: number;
  readonly startedToLastOrder: number;
  readonly total: number;
};

/** What a list shows of an execution, and what a notification is made of. */
export type RunSummary = {
  readonly executionId: string;
  readonly taskId: string;
  readonly taskName: string;
  readonly slot: Instant;
  readonly status: ExecutionStatus;
  /** Why it skipped, was blocked, missed or failed; empty when it ran as planned. */
  readonly code: SkipCode | DenialCode | FailureCode | "";
  readonly reason: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly ordersPlanned: number;
  readonly ordersAccepted: number;
  readonly ordersFilled: number;
  readonly denials: number;
  /** What the run judged or sent orders for, sorted; none before it has ended. They never become fewer. */
  readonly symbols: readonly string[];
};

/** The named ends of a run that could not do its work, and of a slot that got none. */
export type FailureCode =
  | "STOPPED"
  | "WRONG_MODE"
  | "OVERLAP"
  | "MISSED"
  | "UNREADABLE_MESSAGE"
  | "UNKNOWN_TASK"
  | "UNREADABLE_ROW"
  | "BROKER_UNAUTHORIZED"
  | "BROKER_UNAVAILABLE"
  | "WRONG_ACCOUNT"
  | "STORE_UNAVAILABLE"
  | "DEAD_LETTERED"
  | "RUN_LOST"
  | "INTERNAL";

export type ExecutionRecord = Omit<RunSummary, "symbols"> & {
  readonly schemaVersion: 1;
  readonly account: string;
  readonly mode: "paper" | "live";
  readonly attempt: number;
  /** Whether a second delivery took the run up: what one delivery held back, the other may have sent. */
  readonly resumed?: true;
  readonly asOf: Instant | null;
  readonly inputsDigest: string;
  readonly excluded: MarketSnapshot["excluded"];
  readonly signals: readonly Signal[];
  readonly strategyFailures: readonly StrategyFailure[];
  readonly conflicts: readonly Conflict[];
  readonly untraded: readonly Untraded[];
  readonly verdicts: readonly RiskVerdict[];
  readonly outcomes: readonly OrderOutcome[];
  /** Every state that the orders went through, in the order in which it became known. */
  readonly events: readonly OrderEvent[];
  /** Executions of the orders, as far as the monitor has read them. */
  readonly fills: readonly BrokerFill[];
  /** Positions, open and unknown orders as the plan found them, and with everything that it approved. */
  readonly riskBefore: RiskSnapshot | null;
  readonly riskAfter: RiskSnapshot | null;
  readonly equityBefore: Usd | null;
  /** Equity before, plus what the fills changed at the prices the plan was made at. */
  readonly equityAfter: Usd | null;
  readonly timingsMs: ExecutionTimings | null;
};
