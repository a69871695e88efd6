// Whose the shares of each position are: what the fills of an order leave to each strategy that had asked for it.
import { clientOrderIdOf } from "../model/ids.ts";
import {
  absQty,
  addQty,
  compare,
  isNegative,
  isPositive,
  isZero,
  maximum,
  negateQty,
  proportionOf,
  type Qty,
  subtractQty,
  zeroQty,
} from "../model/money.ts";
import type { Attributed } from "../model/monitor.ts";
import { type BrokerFill, type BrokerOrder, type OrderIntent, withLegs } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import { twelveDecimals } from "../model/twelveDecimals.ts";
import type { Believed } from "./reconcile.ts";

/** An execution with the order behind it: how much of that was missing before, and who had asked for it; undefined for an exit. */
export type AskedFill = Pick<BrokerFill, "symbol" | "side" | "qty"> & {
  readonly remaining: Qty;
  readonly asked: Pick<OrderIntent, "attribution" | "keeps"> | undefined;
};

/** What runs have decided of their orders. */
export type Decided = { readonly runId: string; readonly verdicts: readonly RiskVerdict[] };

/** Shares by strategy; those of nobody stand under the empty name. */
type Shares = ReadonlyMap<string, Qty>;
const nobody = "";

/**
 * The shares of each strategy after these executions. An order, once filled, leaves each strategy that asked for it the part of the position
 * that its weight is of all of them, and each other one nothing; a fill of half of it goes half of the way there. So a rejected order moves
 * nothing, and the shares of all add up to the position. Shares of strategies that had failed stay. What nobody asked for, such as an exit,
 * takes from all in proportion, or belongs to nobody where it adds.
 *
 * @param believed the positions before these executions
 */
export function withAskedFills(earlier: Attributed, believed: Believed, fills: readonly AskedFill[]): Attributed {
  const all = new Map<string, Shares>();
  for (const fill of fills) {
    const { symbol } = fill;
    const before = all.get(symbol) ?? sharesOf(earlier[symbol], believed[symbol]);
    all.set(symbol, afterFill(before, fill));
  }
  return { ...earlier, ...attributedOf(all) };
}

/** The same for positions that something else has changed, as an adopted drift: less takes from all in proportion, more is nobody's. */
export function fittedTo(attributed: Attributed, from: Believed, to: Believed): Attributed {
  const all = Object.entries(attributed).map(([symbol, own]): [string, Shares] => {
    const shares = sharesOf(own, from[symbol]);
    return [symbol, scaledTo(shares, to[symbol] ?? zeroQty)];
  });
  const kept = Object.entries(attributedOf(new Map(all))).filter(([, own]) => Object.keys(own).length > 0);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The executions in `fresh`, each with what is known of its order; `earlier` are those that were counted before, in any order. */
export function askedFills(
  fresh: readonly BrokerFill[],
  earlier: readonly BrokerFill[],
  orders: readonly BrokerOrder[],
  decided: readonly Decided[],
): readonly AskedFill[] {
  const asked = new Map(
    decided.flatMap(({ runId, verdicts }) =>
      verdicts.map(({ intent }) => {
        const { strategy, symbol, side } = intent;
        return [clientOrderIdOf(runId, strategy, symbol, side, 1), intent] as const;
      }),
    ),
  );
  const byId = new Map(orders.flatMap(withLegs).map((order) => [order.brokerOrderId, order]));
  const filled = new Map<string, Qty>();
  const add = ({ brokerOrderId, qty }: BrokerFill): void => {
    filled.set(brokerOrderId, addQty(filled.get(brokerOrderId) ?? zeroQty, qty));
  };
  const counted = new Map(earlier.map((fill) => [fill.id, fill]));
  for (const { id } of fresh) counted.delete(id);
  for (const fill of counted.values()) add(fill);
  return fresh.map((fill) => {
    const order = byId.get(fill.brokerOrderId);
    const { symbol, side, qty } = fill;
    const missing = subtractQty(order?.qty ?? qty, filled.get(fill.brokerOrderId) ?? zeroQty);
    add(fill);
    return { symbol, side, qty, remaining: maximum(missing, qty), asked: asked.get(order?.clientOrderId ?? "") };
  });
}

function afterFill(shares: Shares, { side, qty, remaining, asked }: AskedFill): Shares {
  const signed = (count: Qty): Qty => (side === "buy" ? count : negateQty(count));
  const total = totalOf(shares);
  const after = addQty(total, signed(qty));
  if (asked === undefined) return scaledTo(shares, after);
  const end = onceFilled(shares, addQty(total, signed(remaining)), asked);
  const owners = [...new Set([...shares.keys(), ...end.keys()])];
  const moved = owners.map((owner): [string, Qty] => {
    const [from, to] = [shares.get(owner) ?? zeroQty, end.get(owner) ?? zeroQty];
    return [owner, addQty(from, proportionOf(subtractQty(to, from), qty, remaining))];
  });
  return exactly(after, moved);
}

function onceFilled(shares: Shares, total: Qty, { attribution, keeps }: NonNullable<AskedFill["asked"]>): Shares {
  const stays = (owner: string): boolean => keeps !== undefined && (owner === nobody || keeps.includes(owner));
  const kept = new Map([...shares].filter(([owner]) => stays(owner)));
  const others = new Map([...shares].filter(([owner]) => !stays(owner)));
  const rest = subtractQty(total, totalOf(kept));
  const asking = attribution.filter(({ strategy }) => !stays(strategy));
  const weight = twelveDecimals(asking.reduce((sum, each) => sum + each.weight, 0));
  if (weight > 0 ? isPositive(rest) : weight < 0 && isNegative(rest)) {
    const parts = asking.map(
      (each) => [each.strategy, proportionOf(rest, String(each.weight), String(weight))] as const,
    );
    return new Map([...kept, ...exactly(rest, parts)]);
  }
  // More was sold than the others had: then what a failed strategy has is not what it was believed to have.
  return isPartOf(rest, totalOf(others)) ? new Map([...kept, ...scaledTo(others, rest)]) : scaledTo(shares, total);
}

/** Whether a position is what is left of another one, or all of it. */
const isPartOf = (left: Qty, whole: Qty): boolean =>
  isNegative(whole) ? !isPositive(left) && compare(left, whole) >= 0 : !isNegative(left) && compare(left, whole) <= 0;

/** Less of a position takes from all in proportion; what is more, or on the other side, is nobody's. */
function scaledTo(shares: Shares, total: Qty): Shares {
  const before = totalOf(shares);
  if (isPartOf(total, before) && !isZero(before))
    return exactly(
      total,
      [...shares].map(([owner, own]) => [owner, proportionOf(own, total, before)]),
    );
  const crosses = isPositive(before) ? isNegative(total) : isNegative(before) && isPositive(total);
  return exactly(total, crosses ? [] : [...shares], nobody);
}

/** Shares that add up to the total: what rounding has left over is the largest one's, or `rest`'s. */
function exactly(total: Qty, parts: readonly (readonly [string, Qty])[], rest?: string): Shares {
  const shares = new Map(parts);
  const largest = [...parts].sort(([, a], [, b]) => compare(absQty(b), absQty(a)))[0]?.[0] ?? nobody;
  const owner = rest ?? largest;
  shares.set(owner, addQty(shares.get(owner) ?? zeroQty, subtractQty(total, totalOf(shares))));
  return new Map([...shares].filter(([, own]) => !isZero(own)));
}

const totalOf = (shares: Shares): Qty => addQty(zeroQty, ...shares.values());

function sharesOf(own: Attributed[string] = {}, position: Qty = zeroQty): Shares {
  const shares = new Map(Object.entries(own));
  const left = subtractQty(position, totalOf(shares));
  return isZero(left) ? shares : shares.set(nobody, left);
}

const attributedOf = (all: ReadonlyMap<string, Shares>): Attributed =>
  Object.fromEntries(
    [...all].map(([symbol, shares]) => {
      const own = [...shares].filter(([owner]) => owner !== nobody);
      return [symbol, Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)))];
    }),
  );
