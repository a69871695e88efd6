// Percent-of-equity sizing: from target weights to the orders that lead there from what is held and what is already on its way.
import type { MarketSnapshot } from "../model/market.ts";
import {
  absQty,
  addQty,
  compare,
  fractionOf,
  isNegative,
  isPositive,
  minimum,
  negateQty,
  notional,
  type Price,
  type Qty,
  roundQtyDown,
  sharesFor,
  subtractQty,
  zeroQty,
} from "../model/money.ts";
import { type BrokerOrder, bySendingOrder, type OrderIntent, type Side } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { Task } from "../model/task.ts";
import type { Target } from "../strategies/combine.ts";

export type SizingInputs = {
  readonly targets: ReadonlyMap<string, Target>;
  readonly task: Task;
  readonly market: MarketSnapshot;
  readonly portfolio: PortfolioSnapshot;
};

/**
 * Orders of whole shares, rounded down, sells before buys and then by symbol. A difference below the rebalance band makes no order. A target
 * of 0 sells all that is available, fractions too. A symbol without a price in the snapshot gets none. No order flips a position: a
 * short one is covered first.
 */
export function sizeTargets({ targets, task, market, portfolio }: SizingInputs): readonly OrderIntent[] {
  const intents = market.latest.flatMap(({ symbol, price }) => {
    const target = targets.get(symbol);
    return target === undefined ? [] : (sizeSymbol(symbol, price, target, task, portfolio) ?? []);
  });
  return intents.sort(bySendingOrder);
}

function sizeSymbol(
  symbol: string,
  price: Price,
  target: Target,
  { sizing }: Task,
  { account, positions, openOrders }: PortfolioSnapshot,
): OrderIntent | undefined {
  const position = positions.find((each) => each.symbol === symbol);
  const held = position?.qty ?? zeroQty;
  const available = position?.available ?? zeroQty;
  const onItsWay = subtractQty(openQty(openOrders, symbol, "buy"), openQty(openOrders, symbol, "sell"));

  const equityFraction = "equityFraction" in sizing ? sizing.equityFraction : 1;
  const targetUsd = fractionOf(fractionOf(account.equity, equityFraction), target.weight);
  const targetQty = sharesFor(targetUsd, price);
  const missing = subtractQty(targetQty, addQty(held, onItsWay));
  const side: Side = isNegative(missing) ? "sell" : "buy";
  const exits = side === "sell" && target.weight === 0;
  const qty = exits ? available : orderQty({ side, missing: roundQtyDown(absQty(missing)), held, available });

  const band = fractionOf(account.equity, sizing.rebalanceBandFraction);
  if (!isPositive(qty) || (!exits && compare(notional(price, absQty(missing)), band) < 0)) return undefined;
  return {
    strategy: target.strategy,
    symbol,
    side,
    qty,
    referencePrice: price,
    notional: notional(price, qty),
    attribution: target.attribution,
    sizing:
      `weight ${target.weight} of ${equityFraction} of equity ${account.equity} = ${targetUsd} USD; ` +
      `at ${price} that is ${targetQty}; ${held} held and ${onItsWay} on its way: ${side} ${qty}`,
  };
}

/** Never more than can be sold, nor than covers a short position. */
function orderQty(order: {
  readonly side: Side;
  readonly missing: Qty;
  readonly held: Qty;
  readonly available: Qty;
}): Qty {
  const { side, missing, held, available } = order;
  if (side === "sell") return minimum(missing, roundQtyDown(available));
  return isNegative(held) ? minimum(missing, negateQty(held)) : missing;
}

/** What open orders of one side may still fill. An order without a quantity counts as none: the risk rules refuse to add beside it. */
const openQty = (orders: readonly BrokerOrder[], symbol: string, side: Side): Qty =>
  addQty(
    ...orders
      .filter((order) => order.symbol === symbol && order.side === side)
      .map(({ qty, filledQty }) => (qty === null ? zeroQty : subtractQty(qty, filledQty))),
  );
