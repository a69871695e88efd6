// The record of an execution from its start to its end, and what lists and people are told of it.
import { shortDigest } from "../model/ids.ts";
import { addUsd, negateQty, notional, subtractUsd, type Usd, zeroUsd } from "../model/money.ts";
import type { Notification } from "../model/notification.ts";
import { isTerminal, type OrderEvent, type OrderOutcome } from "../model/order.ts";
import type {
  ExecutionRecord,
  ExecutionStatus,
  ExecutionTimings,
  RunInputs,
  RunPlan,
  RunRequest,
  RunSummary,
} from "../model/run.ts";
import type { Task } from "../model/task.ts";
import type { Instant } from "../model/time.ts";

/** The entry of a run that has begun: nothing is known yet but what was asked for. */
export const startedRecord = (request: RunRequest, task: Task | undefined, at: Instant): ExecutionRecord => ({
  schemaVersion: 1,
  executionId: request.runId,
  taskId: request.taskId,
  taskName: task?.name ?? request.taskId,
  slot: request.slot,
  status: "running",
  code: "",
  reason: "",
  startedAt: at,
  endedAt: null,
  ordersPlanned: 0,
  ordersAccepted: 0,
  ordersFilled: 0,
  denials: 0,
  account: request.account,
  mode: request.mode,
  attempt: request.attempt,
  asOf: null,
  inputsDigest: "",
  excluded: [],
  signals: [],
  strategyFailures: [],
  conflicts: [],
  untraded: [],
  verdicts: [],
  outcomes: [],
  events: [],
  fills: [],
  riskBefore: null,
  riskAfter: null,
  equityBefore: null,
  equityAfter: null,
  timingsMs: null,
});

/** The record of a slot that got no run, and of a run that could not do its work. */
export function endedRecord(ended: {
  readonly executionId: string;
  readonly taskId: string;
  readonly slot: Instant;
  readonly mode: "paper" | "live";
  readonly status: "skipped" | "missed" | "blocked" | "failed";
  readonly code: RunSummary["code"];
  readonly reason: string;
  readonly at: Instant;
  readonly task?: Task;
  /** The task's own, and `unknown` without a task, when not given. */
  readonly account?: string;
  readonly attempt?: number;
}): ExecutionRecord {
  const { executionId, taskId, slot, mode, status, code, reason, at, task } = ended;
  const account = ended.account ?? task?.account ?? "unknown";
  const request = { runId: executionId, taskId, slot, mode, account, attempt: ended.attempt ?? 1 };
  const unmeasured = { schemaVersion: 1, tickStartedMs: 0, enqueuedMs: 0 } as const;
  return { ...startedRecord({ ...request, ...unmeasured }, task, at), status, code, reason, endedAt: at };
}

/**
 * The final record of a run that was planned. `equityAfter` is the equity before plus, for each fill, signed quantity × (price planned at −
 * price filled at): what the execution gained or cost, not what the market did meanwhile.
 */
export function completedRecord(run: {
  readonly started: ExecutionRecord;
  readonly plan: RunPlan;
  readonly inputs: RunInputs;
  readonly outcomes: readonly OrderOutcome[];
  readonly events: readonly OrderEvent[];
  readonly endedAt: Instant;
  readonly timings: ExecutionTimings | null;
}): ExecutionRecord {
  const { started, plan, inputs, outcomes, events, endedAt, timings } = run;
  const { equity } = inputs.portfolio.account;
  return {
    ...started,
    ...conclusionOf(plan, outcomes),
    ...resultsOf(equity, outcomes),
    endedAt,
    ordersPlanned: plan.tickets.length,
    denials: plan.verdicts.filter(({ decision }) => decision === "denied").length,
    asOf: plan.asOf,
    inputsDigest: plan.inputsDigest,
    excluded: inputs.market.excluded,
    signals: plan.signals,
    strategyFailures: plan.strategyFailures,
    conflicts: plan.conflicts,
    untraded: plan.untraded,
    verdicts: plan.verdicts,
    events,
    riskBefore: plan.riskBefore,
    riskAfter: plan.riskAfter,
    equityBefore: equity,
    timingsMs: timings,
  };
}

/** What follows from the orders alone. */
export function resultsOf(equityBefore: Usd, outcomes: readonly OrderOutcome[]) {
  const accepted = outcomes.filter((outcome) => outcome.kind === "accepted");
  return {
    outcomes,
    ordersAccepted: accepted.length,
    ordersFilled: accepted.filter(({ order }) => order.status === "filled").length,
    equityAfter: addUsd(equityBefore, ...outcomes.map(executionGain)),
  };
}

/** How the run ended, and why, where that is not "as planned". Denials are part of a plan; what went wrong comes before them. */
export function conclusionOf(
  { skip, strategyFailures, verdicts }: Pick<RunPlan, "strategyFailures" | "verdicts"> & Partial<Pick<RunPlan, "skip">>,
  outcomes: readonly OrderOutcome[],
): Pick<RunSummary, "status" | "code" | "reason"> {
  if (skip !== undefined) return { status: "skipped", ...skip };
  const problems = [
    ...strategyFailures.map(({ strategy, message }) => `strategy ${strategy} failed: ${message}`),
    ...outcomes.flatMap((outcome) => problemOf(outcome) ?? []),
  ];
  if (problems.length > 0) return { status: "partial", code: "", reason: listed(problems) };
  const denied = verdicts.filter(({ decision }) => decision === "denied");
  const reason = listed(denied.map(({ intent, message }) => `${intent.side} ${intent.symbol} denied: ${message}`));
  return { status: "succeeded", code: denied[0]?.code ?? "", reason };
}

/** The first few: a reason is a line to read, and the record holds them all. */
const listed = (items: readonly string[]): string =>
  items.length <= 5 ? items.join("; ") : `${items.slice(0, 5).join("; ")}; and ${items.length - 5} more`;

/** What went otherwise than planned with an order; undefined for one that was filled or is still working. */
function problemOf(outcome: OrderOutcome): string | undefined {
  const name = `${outcome.ticket.side} ${outcome.ticket.symbol}`;
  if (outcome.kind === "accepted") {
    const { status } = outcome.order;
    return status !== "filled" && isTerminal(outcome.order) ? `${name} ended as ${status}` : undefined;
  }
  return outcome.kind === "unknown" || outcome.kind === "notPlaced"
    ? `${name} ${outcome.kind === "unknown" ? "unknown" : "never reached the broker"}: ${outcome.message}`
    : `${name} ${outcome.kind} (${outcome.code}): ${outcome.message}`;
}

function executionGain(outcome: OrderOutcome): Usd {
  if (outcome.kind !== "accepted" || outcome.order.filledAvgPrice === null) return zeroUsd;
  const { ticket, order } = outcome;
  const signed = ticket.side === "buy" ? order.filledQty : negateQty(order.filledQty);
  return subtractUsd(notional(ticket.referencePrice, signed), notional(outcome.order.filledAvgPrice, signed));
}

/** The part of a record that lists show. */
export const summaryOf = (record: ExecutionRecord): RunSummary => ({
  executionId: record.executionId,
  taskId: record.taskId,
  taskName: record.taskName,
  slot: record.slot,
  status: record.status,
  code: record.code,
  reason: record.reason,
  startedAt: record.startedAt,
  endedAt: record.endedAt,
  ordersPlanned: record.ordersPlanned,
  ordersAccepted: record.ordersAccepted,
  ordersFilled: record.ordersFilled,
  denials: record.denials,
  symbols: symbolsOf(record),
});

/** Denied orders too: "what about this symbol" is a question for them most of all. */
const symbolsOf = ({ verdicts, outcomes }: ExecutionRecord): readonly string[] =>
  [...new Set([...verdicts.map(({ intent }) => intent.symbol), ...outcomes.map(({ ticket }) => ticket.symbol)])].sort();

/** One line for people: what happened and why. */
export function describeSummary(summary: RunSummary): string {
  const { taskName, slot, status, code, reason, ordersPlanned, ordersAccepted, ordersFilled, denials } = summary;
  const head = `${taskName}, ${slot.slice(0, 16).replace("T", " ")} UTC: ${status}`;
  if (status === "running") return head;
  const why = reason === "" ? "" : ` (${reason})`;
  if (status !== "succeeded" && status !== "partial") return `${head}${code === "" ? "" : ` ${code}`}${why}`;
  const orders =
    ordersPlanned === 0
      ? "nothing to send"
      : `${ordersAccepted} of ${ordersPlanned} orders accepted, ${ordersFilled} filled`;
  return `${head}, ${orders}${denials === 0 ? "" : `, ${denials} denied`}${why}`;
}

const severities: Readonly<Record<ExecutionStatus, Notification["severity"]>> = {
  running: "info",
  succeeded: "info",
  skipped: "info",
  blocked: "info",
  partial: "warning",
  missed: "warning",
  failed: "error",
};

/** What people are told of an ended run; the id is derived, so that telling it twice is one message. */
export const notificationOf = (summary: RunSummary): Notification => ({
  schemaVersion: 1,
  id: `run.${summary.executionId}.${summary.status}`,
  severity: severities[summary.status],
  title: `${summary.taskName}: ${summary.status}`,
  text: describeSummary(summary).slice(0, 4000),
  at: summary.endedAt ?? summary.startedAt,
  taskId: summary.taskId,
  executionId: summary.executionId,
  kind: "run",
  fingerprint: fingerprintOf(summary),
  resolves: summary.status === "succeeded",
  ordersPlanned: summary.ordersPlanned,
  facts: factsOf(summary),
  attempt: 1,
});

/** A run that ends well is the end of all that went wrong with the task's runs before. Figures make no other trouble of it. */
const fingerprintOf = ({ taskId, status, code, reason }: RunSummary): string => {
  const cause = code === "" ? shortDigest(reason.replace(/[\d.,]+/g, "#")) : code;
  return (severities[status] === "info" ? `run.${taskId}` : `run.${taskId}/${status}.${cause}`).slice(0, 120);
};

const factsOf = (summary: RunSummary): NonNullable<Notification["facts"]> => {
  const { taskId, slot, status, code, ordersPlanned, ordersAccepted, ordersFilled, denials, symbols } = summary;
  const orders = `${ordersPlanned} planned, ${ordersAccepted} accepted, ${ordersFilled} filled`;
  return [
    { name: "Task", value: taskId.slice(0, 200) },
    { name: "Slot", value: slot },
    { name: "Status", value: code === "" ? status : `${status} (${code})`.slice(0, 200) },
    ...(ordersPlanned === 0 ? [] : [{ name: "Orders", value: orders }]),
    ...(denials === 0 ? [] : [{ name: "Denied", value: String(denials) }]),
    ...(symbols.length === 0 ? [] : [{ name: "Symbols", value: shortList(symbols) }]),
  ];
};

const shortList = (symbols: readonly string[]): string =>
  symbols.length <= 12 ? symbols.join(", ") : `${symbols.slice(0, 12).join(", ")} and ${symbols.length - 12} more`;
