// What must hold whatever goes wrong, judged by the exchange's own books and never by what the app says of itself.

import type { Row } from "../adapters/tables/table.ts";
import { chainLinkSchema } from "../core/audit/chain.ts";
import { runIdOf } from "../core/model/ids.ts";
import { isFinalOutcome, isTerminal, type OrderOutcome } from "../core/model/order.ts";
import type { ExecutionRecord } from "../core/model/run.ts";
import type { Instant } from "../core/model/time.ts";
import { addDays, addMs } from "../core/model/time.ts";
import { replay } from "../core/planning/replay.ts";
import { dueSlots } from "../core/schedule/dueSlots.ts";
import type { AuditStore } from "../ports/stores.ts";
import { accountFigures } from "../simulator/account.ts";
import { dec, larger, sum, zero } from "../simulator/decimal.ts";
import { type Effect, isOpen, type Order } from "../simulator/exchangeState.ts";
import type { MarketTape } from "../simulator/marketTape.ts";
import type { PortCall } from "./portCalls.ts";
import type { World } from "./world.ts";

/** Which invariant was broken, by its number in docs/survival.md, and how. */
export type Violation = { readonly invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8; readonly what: string };

export type Watch = {
  readonly violations: readonly Violation[];
  /** Judges what has just happened at the exchange. */
  effects(effects: readonly Effect[]): void;
  orderSent(clientOrderId: string): void;
  slotWritten(call: PortCall, taken: unknown): void;
  /** From now on no order may leave. */
  halted(): void;
  /** Somebody is about to let orders leave again. */
  released(): void;
  releases(): number;
};

/** Prices move between the plan and the fill, by a few percent within the minutes that a plan lives. */
const priceTolerance = 1.03;

/** The invariants that are judged while things happen: 1 (one order an intent), 2 (in the ledger), 5 (limits) and 6 (halt). */
export function createWatch(tape: MarketTape, world: () => World): Watch {
  const violations: Violation[] = [];
  let halted = false;
  let releases = 0;
  const seen = new Map<string, number>();
  const fail = (invariant: Violation["invariant"], what: string): void => {
    violations.push({ invariant, what });
    world().trace(`  BROKEN ${invariant}: ${what}`);
  };

  function arrived(order: Order): void {
    const intent = order.clientOrderId.split(".").slice(0, 6).join(".");
    if (seen.has(intent)) fail(1, `a second order for ${intent}`);
    seen.set(intent, order.serial);
    if (!order.clientOrderId.startsWith("tw.")) return;
    if (!world().planned.has(order.clientOrderId)) fail(2, `${order.clientOrderId} is in no stored plan`);
    if (!order.clientOrderId.startsWith("tw.drift.")) checkLimits(order);
  }

  function checkLimits(order: Order): void {
    const { alpaca, config } = world();
    const state = alpaca.state();
    const markOf = (symbol: string): number | undefined => tape.lastTrade(symbol, state.nowMs)?.price;
    const { equity } = accountFigures(state, markOf);
    const limits = config.automation.risk_limits;
    const worst = (symbol: string) => {
      const held = dec(state.positions.find((position) => position.symbol === symbol)?.qty ?? "0");
      const open = state.orders.filter((each) => each.symbol === symbol && isOpen(each));
      const left = (side: Order["side"]) =>
        sum(open.filter((each) => each.side === side).map((each) => dec(each.qty ?? "0").minus(each.filledQty)));
      const shares = larger(held.plus(left("buy")).abs(), held.minus(left("sell")).abs());
      return shares.times(markOf(symbol) ?? 0);
    };
    const gross = tape.symbols().reduce((total, symbol) => total.plus(worst(symbol)), zero);
    if (order.side !== "buy") return;
    const most = (fraction: number) => equity.times(fraction).times(priceTolerance);
    if (gross.gt(most(limits.maxGrossFraction)))
      fail(5, `gross ${gross.toFixed(0)} of ${equity.toFixed(0)} by ${order.clientOrderId}`);
    if (worst(order.symbol).gt(most(limits.maxPositionFraction))) {
      fail(5, `${order.symbol} at ${worst(order.symbol).toFixed(0)} of ${equity.toFixed(0)} by ${order.clientOrderId}`);
    }
  }

  const slotStates = new Map<string, string>();
  function slotWritten({ method, given }: PortCall, taken: unknown): void {
    if (taken !== true || (method !== "insert" && method !== "put")) return;
    const { partitionKey, rowKey, columns } = given[0] as Row;
    const slot = `${partitionKey} ${String(columns.slot)}`;
    const before = slotStates.get(slot);
    const state = String(columns.state);
    if (before !== undefined) fail(4, `${slot} (${rowKey}) had ended as ${before} and became ${state}`);
    slotStates.set(slot, state);
  }

  return {
    violations,
    slotWritten,
    effects: (effects) => {
      for (const effect of effects) {
        if (effect.type !== "orderUpdate" || seen.get(intentOf(effect.order)) === effect.order.serial) continue;
        arrived(effect.order);
      }
    },
    orderSent: (clientOrderId) => {
      if (halted) fail(6, `${clientOrderId} left after the halt was acknowledged`);
    },
    halted: () => {
      halted = true;
    },
    released: () => {
      halted = false;
      releases++;
    },
    releases: () => releases,
  };
}

const intentOf = ({ clientOrderId }: Order): string => clientOrderId.split(".").slice(0, 6).join(".");

/**
 * The invariants of a day that is over, its faults ended and its queues empty: 3 (orders end), 4 (slots end), 7 (records are whole) and 8 (the
 * audit finds no fault, and no record without a link).
 */
export async function judgeEnd(world: World, from: Instant, to: Instant): Promise<readonly Violation[]> {
  const { app, ports } = world.start("observer");
  const linked = await linkedRuns(ports.audit);
  const violations: Violation[] = [];
  const fail = (invariant: Violation["invariant"], what: string): number => violations.push({ invariant, what });
  for (const { executionId } of await ports.executions.outstanding()) {
    const record = await ports.executions.get(executionId);
    if (record === undefined || !record.outcomes.some(hasRestingExit)) fail(3, `${executionId} is still outstanding`);
  }
  for (const task of world.config.tasks) {
    for (const slot of dueSlots(task, world.config.automation.trading_window, addMs(from, -1), to, 10_000)) {
      const entry = await ports.slots.get(task.id, slot);
      const record = await ports.executions.get(runIdOf(task.id, slot));
      if (entry === undefined || record === undefined) fail(4, `${task.id} ${slot} has no ${entry ? "record" : "end"}`);
      else if (entry.state === "enqueued" || record.status === "running")
        fail(4, `${entry.runId} is ${entry.state}, its record ${record.status}`);
      else if (!agrees(entry.state, record))
        fail(4, `${entry.runId} ended as ${entry.state}, its record says ${record.status}`);
      else if (record.status !== "succeeded" && record.reason === "")
        fail(4, `${entry.runId} ended as ${record.status} without a reason`);
      if (record !== undefined && !linked.has(record.executionId)) fail(8, `${record.executionId} has no link`);
      if (record !== undefined) await judgeRecord(world, ports, record, fail);
    }
  }
  for (const { account, broken } of (await app.auditService.verify({})).accounts) {
    if (broken === undefined) continue;
    fail(8, `link ${broken.seq} of ${broken.day} of ${account}, ${broken.kind} ${broken.key}: ${broken.why}`);
  }
  return violations;
}

/** Ids of the runs that have a link. */
async function linkedRuns(audit: AuditStore): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const account of await audit.accounts()) {
    for (
      let day = await audit.nextDay(account);
      day !== undefined;
      day = await audit.nextDay(account, addDays(day, 1))
    ) {
      for (const link of await audit.links(account, day)) ids.add(chainLinkSchema.parse(link).key);
    }
  }
  return ids;
}

/** Exits rest at the broker for as long as the position lasts. */
export const hasRestingExit = (outcome: OrderOutcome): boolean =>
  outcome.kind === "accepted" &&
  (outcome.ticket.type === "exit" ? !isTerminal(outcome.order) : isTerminal(outcome.order) && !isFinalOutcome(outcome));

const agrees = (state: string, { status }: ExecutionRecord): boolean =>
  state === status || (state === "ran" && (status === "succeeded" || status === "partial"));

async function judgeRecord(
  world: World,
  { executions }: ReturnType<World["start"]>["ports"],
  record: ExecutionRecord,
  fail: (invariant: Violation["invariant"], what: string) => void,
): Promise<void> {
  const { orders } = world.alpaca.state();
  const id = record.executionId;
  const mine = orders.filter(({ clientOrderId }) => clientOrderId.startsWith(`tw.${id}.`));
  const stored = await executions.loadPlan(id);
  if (stored !== undefined) {
    if (!replay(stored).identical) fail(7, `${id} replays to another plan`);
    const unsettled = record.outcomes.filter((outcome) => !isFinalOutcome(outcome) && !hasRestingExit(outcome));
    if (unsettled.length > 0)
      fail(3, `${id}: ${unsettled.map(({ kind, ticket }) => `${ticket.clientOrderId} ${kind}`).join()}`);
  }
  for (const order of mine) {
    const outcome = record.outcomes.find(({ ticket }) => ticket.clientOrderId === order.clientOrderId);
    if (outcome?.kind !== "accepted")
      fail(7, `${order.clientOrderId} is at the broker, the record says ${outcome?.kind ?? "nothing"}`);
    else if (!dec(outcome.order.filledQty).eq(order.filledQty) || outcome.order.status !== order.status) {
      fail(
        7,
        `${order.clientOrderId} is ${order.status} ${order.filledQty}, the record says ${outcome.order.status} ${outcome.order.filledQty}`,
      );
    } else {
      const fills = record.fills.filter(({ brokerOrderId }) => brokerOrderId === order.id);
      const filled = sum(fills.map(({ qty }) => dec(qty)));
      if (!filled.eq(order.filledQty))
        fail(7, `${order.clientOrderId}: the record's fills add up to ${filled.toFixed()}, not ${order.filledQty}`);
    }
  }
  const ghosts = record.outcomes.filter(
    ({ kind, ticket }) =>
      kind === "accepted" && !mine.some(({ clientOrderId }) => clientOrderId === ticket.clientOrderId),
  );
  for (const { ticket } of ghosts) fail(7, `${ticket.clientOrderId} is recorded as accepted and is not at the broker`);
}
