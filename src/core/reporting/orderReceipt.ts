// The receipt of one order: everything that it was decided by, from the data to the broker's answer, out of what its run has stored.
import { createHash } from "node:crypto";
import { clientOrderIdOf } from "../model/ids.ts";
import type { AssetFlags, BarSeries, Exclusion, LatestPrice, Timeframe } from "../model/market.ts";
import type { Attributed } from "../model/monitor.ts";
import type { BrokerFill, OrderEvent, OrderOutcome, OrderTicket } from "../model/order.ts";
import { withLegs } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { ExecutionRecord, RunInputs, RunPlan, Skip, StrategyFailure } from "../model/run.ts";
import type { Signal } from "../model/signal.ts";
import type { SizingSteps } from "../model/sizing.ts";
import type { RunTask } from "../model/task.ts";
import { type Instant, instantFromMs } from "../model/time.ts";
import { canonicalJson } from "../planning/canonicalJson.ts";
import type { Conflict } from "../strategies/combine.ts";
import { findStrategy } from "../strategies/registry.ts";

/** The closed bars of one timeframe that a decision looked at; `firstAt` and `lastAt` are when the oldest and the newest of them began. */
export type BarsUsed = {
  readonly timeframe: Timeframe;
  readonly count: number;
  readonly firstAt: Instant | null;
  readonly lastAt: Instant | null;
  /** SHA-256 of the canonical series. */
  readonly digest: string;
};

/** Null stands for what there is not: no order is wanted of a symbol that is right as it is, no ticket follows a denied order. */
export type OrderReceipt = {
  readonly schemaVersion: 1;
  readonly executionId: string;
  readonly taskId: string;
  readonly taskName: string;
  readonly slot: Instant;
  readonly asOf: Instant;
  readonly account: string;
  readonly mode: "paper" | "live";
  readonly symbol: string;
  readonly clientOrderId: string | null;
  /** Why the whole run sent nothing. */
  readonly skip: Skip | null;
  readonly data: {
    /** SHA-256 of everything that the run read. */
    readonly inputsDigest: string;
    readonly feed: string;
    readonly adjustment: string;
    readonly bars: readonly BarsUsed[];
    /** The bars of the other symbols that its strategies decided by as well, as `pairs` does; by symbol. */
    readonly otherBars: readonly (BarsUsed & { readonly symbol: string })[];
    readonly latest: LatestPrice | null;
    readonly asset: AssetFlags | null;
    /** Why the symbol took no part. */
    readonly excluded: Omit<Exclusion, "symbol"> | null;
  };
  /** What the strategies said of the symbol; their reasons are the values of their indicators. */
  readonly signals: readonly Signal[];
  readonly strategyFailures: readonly StrategyFailure[];
  readonly conflict: Conflict | null;
  /** Whose the shares held were at the decision; null where the run did not know. */
  readonly attributed: Attributed[string] | null;
  /** Null too in runs of versions that did not keep it: `verdict.intent.sizing` then has it in words. */
  readonly sizing: SizingSteps | null;
  /** Why the symbol got no order. */
  readonly untraded: string | null;
  /** With every rule's figure, limit and headroom. */
  readonly verdict: RiskVerdict | null;
  readonly ticket: OrderTicket | null;
  /** The newest trade and quote that the last gate saw. */
  readonly gateQuote: LatestPrice | null;
  readonly outcome: OrderOutcome | null;
  readonly events: readonly OrderEvent[];
  readonly fills: readonly BrokerFill[];
};

/** What a run stored: its record, and its plan with the inputs. */
export type StoredRun = { readonly record: ExecutionRecord; readonly plan: RunPlan; readonly inputs: RunInputs };

/**
 * The receipt of the order with this client order id, sent or denied; or of a symbol of the run, whether it got an order or not. Undefined
 * where the run knows neither.
 */
export function receiptOf({ record, plan, inputs }: StoredRun, order: string): OrderReceipt | undefined {
  const found = findOrder(plan, inputs, order);
  if (found === undefined) return undefined;
  const { symbol, clientOrderId, ticket, verdict } = found;
  const outcome = record.outcomes.find((each) => each.ticket.clientOrderId === clientOrderId) ?? null;
  const { taskId, taskName, slot, account, mode } = record;
  const { signals, strategyFailures, conflicts, sizings, untraded } = plan;
  // Exits of their own protect what is held: nothing was sized or wished for them.
  const isExit = ticket?.type === "exit";
  return {
    schemaVersion: 1,
    executionId: record.executionId,
    taskId,
    taskName,
    slot,
    asOf: plan.asOf,
    account,
    mode,
    symbol,
    clientOrderId,
    skip: plan.skip ?? null,
    data: dataOf(symbol, plan, inputs),
    signals: signals.filter((signal) => signal.symbol === symbol),
    strategyFailures,
    conflict: conflicts.find((conflict) => conflict.symbol === symbol) ?? null,
    attributed: (inputs.attributed && (inputs.attributed[symbol] ?? {})) || null,
    sizing: isExit ? null : (sizings.find((steps) => steps.symbol === symbol) ?? null),
    untraded: untraded.find((each) => each.symbol === symbol)?.reason ?? null,
    verdict,
    ticket,
    gateQuote: outcome?.gateQuote ?? null,
    outcome,
    events: record.events.filter((event) => event.clientOrderId === clientOrderId),
    fills: fillsOf(record, outcome),
  };
}

type FoundOrder = Pick<OrderReceipt, "symbol" | "clientOrderId" | "ticket" | "verdict">;

function findOrder(plan: RunPlan, { task }: RunInputs, order: string): FoundOrder | undefined {
  const judged = plan.verdicts.map((verdict) => ({ verdict, clientOrderId: idOf(plan, verdict) }));
  const named =
    judged.find(({ clientOrderId }) => clientOrderId === order) ??
    judged.find(({ verdict }) => verdict.intent.symbol === order);
  if (named !== undefined) {
    const ticket = plan.tickets.find(({ clientOrderId }) => clientOrderId === named.clientOrderId) ?? null;
    return { symbol: named.verdict.intent.symbol, ...named, ticket };
  }
  const exit = plan.tickets.find(({ clientOrderId }) => clientOrderId === order);
  if (exit !== undefined) return { symbol: exit.symbol, clientOrderId: order, ticket: exit, verdict: null };
  return task.symbols.includes(order) ? { symbol: order, clientOrderId: null, ticket: null, verdict: null } : undefined;
}

/** A denied order has the id that it would have been sent with. */
const idOf = ({ runId }: RunPlan, { intent: { strategy, symbol, side } }: RiskVerdict): string =>
  clientOrderIdOf(runId, strategy, symbol, side, 1);

function dataOf(symbol: string, { inputsDigest }: RunPlan, { market, task }: RunInputs): OrderReceipt["data"] {
  const others = seenWith(symbol, task);
  const excluded = market.excluded.find((each) => each.symbol === symbol);
  return {
    inputsDigest,
    feed: market.feed,
    adjustment: market.adjustment,
    bars: market.bars.filter((series) => series.symbol === symbol).map(barsUsed),
    otherBars: market.bars
      .filter(({ symbol: other, timeframe }) => others.has(`${timeframe} ${other}`))
      .map((series) => ({ symbol: series.symbol, ...barsUsed(series) })),
    latest: market.latest.find((each) => each.symbol === symbol) ?? null,
    asset: market.assets.find((each) => each.symbol === symbol) ?? null,
    excluded: excluded === undefined ? null : { code: excluded.code, detail: excluded.detail },
  };
}

/** The other symbols, each with the timeframe, whose bars a strategy of the task looked at to decide on this one. */
function seenWith(symbol: string, { strategies, symbols }: RunTask): ReadonlySet<string> {
  const seen = strategies.flatMap(({ name, params }) => {
    const strategy = findStrategy(name);
    if (strategy === undefined || strategy.paramsFault(params).length > 0) return [];
    const together = strategy.together(params, symbols);
    if (!together.includes(symbol)) return [];
    const { timeframe } = strategy.needs(params);
    return together.map((each) => `${timeframe} ${each}`);
  });
  return new Set(seen.filter((each) => !each.endsWith(` ${symbol}`)));
}

function barsUsed(series: BarSeries): BarsUsed {
  const { timeframe, timeMs } = series;
  const [first, last] = [timeMs.at(0), timeMs.at(-1)];
  return {
    timeframe,
    count: timeMs.length,
    firstAt: first === undefined ? null : instantFromMs(first),
    lastAt: last === undefined ? null : instantFromMs(last),
    digest: createHash("sha256").update(canonicalJson(series)).digest("hex"),
  };
}

/** Of the order and of the exits attached to it. */
function fillsOf({ fills }: ExecutionRecord, outcome: OrderOutcome | null): readonly BrokerFill[] {
  if (outcome?.kind !== "accepted") return [];
  const ids = new Set(withLegs(outcome.order).map(({ brokerOrderId }) => brokerOrderId));
  return fills.filter(({ brokerOrderId }) => ids.has(brokerOrderId));
}
