// Positions: what the fills of our own orders explain, held against what the broker shows.

import { addQty, compare, isZero, negateQty, type Qty, zeroQty } from "../model/money.ts";
import type { Drift } from "../model/monitor.ts";
import { type BrokerFill, driftIdPrefix } from "../model/order.ts";
import type { Position } from "../model/portfolio.ts";
import type { MonitorSettings } from "../model/settings.ts";
import { type Instant, msBetween } from "../model/time.ts";

/** How long a difference must stand before it is one: longer than the broker takes to list a fill. */
const confirmAfterMs = 45_000;

export type Believed = Readonly<Record<string, Qty>>;

/** The positions with these executions on top; a symbol without shares is left out. */
export function withFills(believed: Believed, fills: readonly BrokerFill[]): Believed {
  const shares = new Map(Object.entries(believed));
  for (const { symbol, side, qty } of fills) {
    shares.set(symbol, addQty(shares.get(symbol) ?? zeroQty, side === "buy" ? qty : negateQty(qty)));
  }
  return Object.fromEntries([...shares].filter(([, qty]) => !isZero(qty)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const believedOf = (positions: readonly Position[]): Believed =>
  Object.fromEntries(positions.map(({ symbol, qty }) => [symbol, qty]));

export type Reconciliation = {
  readonly believed: Believed;
  /** What differs now, each with what is done about it. */
  readonly drifts: readonly Drift[];
  /** Those that this check confirmed: to be told, once. */
  readonly confirmed: readonly Drift[];
};

/**
 * Compares symbol by symbol. A difference is suspected when it is first seen, because a fill may have come between two reads, and confirmed
 * when a later check still finds the same one. The policy then decides: `adopt` believes the broker from now on, `ignore` leaves it standing
 * without telling it again, `flatten` names it for an order that trades it back (shares that are missing cannot be traded back: adopted).
 */
export function reconcile(
  believed: Believed,
  positions: readonly Position[],
  earlier: readonly Drift[],
  { now, policy }: { readonly now: Instant; readonly policy: MonitorSettings["driftPolicy"] },
): Reconciliation {
  const atBroker = believedOf(positions);
  const drifts: Drift[] = [];
  const confirmed: Drift[] = [];
  const adopted: Record<string, Qty> = {};
  for (const symbol of [...new Set([...Object.keys(believed), ...Object.keys(atBroker)])].sort()) {
    const seen = { symbol, believed: believed[symbol] ?? zeroQty, atBroker: atBroker[symbol] ?? zeroQty };
    if (compare(seen.believed, seen.atBroker) === 0) continue;
    const before = earlier.find((drift) => isSame(drift, seen));
    if (before === undefined) drifts.push({ ...seen, since: now, state: "suspected" });
    else if (before.state !== "suspected" || msBetween(before.since, now) < confirmAfterMs) drifts.push(before);
    else {
      const drift: Drift = { ...before, state: responseTo(seen, policy) };
      confirmed.push(drift);
      if (drift.state === "adopted") adopted[symbol] = seen.atBroker;
      else drifts.push(drift);
    }
  }
  const merged = Object.entries({ ...believed, ...adopted }).filter(([, qty]) => !isZero(qty));
  return { believed: Object.fromEntries(merged.sort(([a], [b]) => (a < b ? -1 : 1))), drifts, confirmed };
}

type Difference = Pick<Drift, "symbol" | "believed" | "atBroker">;

const isSame = (a: Difference, b: Difference): boolean =>
  a.symbol === b.symbol && compare(a.believed, b.believed) === 0 && compare(a.atBroker, b.atBroker) === 0;

function responseTo({ believed, atBroker }: Difference, policy: MonitorSettings["driftPolicy"]): Drift["state"] {
  if (policy === "ignore") return "ignored";
  const tooMany = compare(atBroker, zeroQty) > 0 && compare(atBroker, believed) > 0;
  const tooShort = compare(atBroker, zeroQty) < 0 && compare(atBroker, believed) < 0;
  return policy === "flatten" && (tooMany || tooShort) ? "flattening" : "adopted";
}

/** A drift that is to be traded back, with the id of the order that does so. */
export const withOrderId = (drift: Drift, now: Instant): Drift =>
  drift.state === "flattening" && drift.clientOrderId === undefined
    ? { ...drift, clientOrderId: `${driftIdPrefix}${drift.symbol}.${now.replace(/\D/g, "")}` }
    : drift;
