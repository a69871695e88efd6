// Whether the account is still the one that a plan was made on, but for what the plan's own orders did.
import { addQty, compare, negateQty, type Qty, zeroQty } from "../model/money.ts";
import { type BrokerOrder, isTerminal } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";

/** What changed, in words, where anything did: the sizes and limits of the plan then mean nothing any more. */
export function changeSince(
  planned: PortfolioSnapshot,
  own: readonly BrokerOrder[],
  now: Pick<PortfolioSnapshot, "positions" | "openOrders">,
): string | undefined {
  const ownIds = new Set(own.map(({ clientOrderId }) => clientOrderId));
  const before = new Set(planned.openOrders.map(({ clientOrderId }) => clientOrderId));
  const another = now.openOrders.find(
    (order) => !ownIds.has(order.clientOrderId) && !before.has(order.clientOrderId) && !isTerminal(order),
  );
  if (another !== undefined) return `the order ${another.clientOrderId} has come in since`;
  const expected = new Map(planned.positions.map(({ symbol, qty }) => [symbol, qty]));
  for (const { symbol, side, filledQty } of own) {
    expected.set(symbol, addQty(expected.get(symbol) ?? zeroQty, side === "buy" ? filledQty : negateQty(filledQty)));
  }
  const held = new Map<string, Qty>(now.positions.map(({ symbol, qty }) => [symbol, qty]));
  for (const symbol of new Set([...expected.keys(), ...held.keys()])) {
    const [is, was] = [held.get(symbol) ?? zeroQty, expected.get(symbol) ?? zeroQty];
    if (compare(is, was) !== 0) return `${symbol} is at ${is} shares and not at ${was}`;
  }
  return undefined;
}
