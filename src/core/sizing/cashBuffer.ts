// The cash buffer: buys of a batch together never spend the share of equity that the task keeps.
import {
  addUsd,
  fractionOf,
  isNegative,
  isPositive,
  minimum,
  notional,
  type Qty,
  sharesFor,
  subtractQty,
  subtractUsd,
  type Usd,
  zeroUsd,
} from "../model/money.ts";
import { type BrokerOrder, bySendingOrder, type OrderIntent } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { Sizing, SizingSteps } from "../model/sizing.ts";

export type SizedOrder = { readonly intent: OrderIntent; readonly steps: SizingSteps };

/**
 * The orders in the order in which they are sent, each buy cut to what the cash beyond the buffer pays for after those before it: with what
 * sells of long positions bring, without what was got for shares sold short, and without what open buys may still spend. Buys that cover a
 * short position are not cut. A quantity of 0 is left of a buy for which nothing remains. Without a buffer nothing is cut.
 */
export function withinBuffer(
  orders: readonly SizedOrder[],
  { cashBufferFraction }: Pick<Sizing, "cashBufferFraction">,
  portfolio: PortfolioSnapshot,
): readonly SizedOrder[] {
  const sorted = orders.toSorted((a, b) => bySendingOrder(a.intent, b.intent));
  if (cashBufferFraction === 0) return sorted;
  let room = cashBeyond(cashBufferFraction, portfolio);
  return sorted.map(({ intent, steps }) => {
    if (intent.side === "sell") {
      if (isPositive(steps.held)) room = addUsd(room, intent.notional);
      return { intent, steps };
    }
    const { costPrice, decimals, held } = steps;
    const cashRoom = isPositive(room) ? room : zeroUsd;
    const qty = isNegative(held) ? intent.qty : minimum(intent.qty, sharesFor(room, costPrice, decimals));
    room = subtractUsd(room, notional(costPrice, qty));
    return {
      steps: { ...steps, cashRoom, qty },
      intent: qty === intent.qty ? intent : { ...intent, ...cut(intent, qty, cashRoom) },
    };
  });
}

const cut = ({ referencePrice, sizing }: OrderIntent, qty: Qty, room: Usd) => ({
  qty,
  notional: notional(referencePrice, qty),
  sizing: `${sizing}; the cash buffer leaves ${room} USD: buy ${qty}`,
});

function cashBeyond(fraction: number, { account, positions, openOrders, uncertainOrders }: PortfolioSnapshot): Usd {
  const kept = subtractUsd(account.equity, fractionOf(account.equity, 1 - fraction));
  const shorts = positions.flatMap(({ qty, marketValue }) => (isNegative(qty) ? marketValue : []));
  const open = openOrders.filter(({ side }) => side === "buy").map(mayStillCost);
  const doubtful = uncertainOrders.flatMap(({ side, price, qty }) => (side === "buy" ? notional(price, qty) : []));
  return subtractUsd(addUsd(account.cash, ...shorts), addUsd(kept, ...open, ...doubtful));
}

/** At its limit; a market order is of a moment ago, and its cost is in the cash as soon as it fills. */
const mayStillCost = ({ qty, filledQty, limitPrice }: BrokerOrder): Usd =>
  qty === null || limitPrice === null ? zeroUsd : notional(limitPrice, subtractQty(qty, filledQty));
