// Exits: stop losses and take profits that protect a position, where they come from and how a run works around them.

import { clientOrderIdOf } from "../model/ids.ts";
import {
  addQty,
  compare,
  isPositive,
  maximum,
  minimum,
  type Price,
  type Qty,
  scalePrice,
  subtractQty,
  zeroQty,
} from "../model/money.ts";
import {
  type BrokerOrder,
  type ExitPrices,
  exitStrategy,
  isOwnExit,
  isTerminal,
  type OrderIntent,
  type OrderTicket,
} from "../model/order.ts";
import type { PortfolioSnapshot, Position } from "../model/portfolio.ts";
import type { Cancel } from "../model/run.ts";
import type { Task } from "../model/task.ts";

/** The exits among open orders that this system attached, and the positions as they are without them. */
export function separateExits(
  positions: readonly Position[],
  openOrders: readonly BrokerOrder[],
): Pick<PortfolioSnapshot, "positions" | "openOrders" | "exits"> {
  const exits = openOrders.filter(isOwnExit);
  const others = openOrders.filter((order) => !exits.includes(order));
  return {
    exits,
    openOrders: others,
    positions: positions.map((position) => {
      const isProtected = exits.some(({ symbol }) => symbol === position.symbol);
      return isProtected ? { ...position, available: withoutExits(position, others) } : position;
    }),
  };
}

function withoutExits({ symbol, qty }: Position, others: readonly BrokerOrder[]): Qty {
  const sells = others.filter((order) => order.symbol === symbol && order.side === "sell" && !isTerminal(order));
  const promised = addQty(...sells.map((order) => subtractQty(order.qty ?? zeroQty, order.filledQty)));
  return maximum(zeroQty, subtractQty(qty, promised));
}

/**
 * Where a buy is left again: at the task's fractions of its price, or at those of its signals where the task says so and they give any;
 * undefined where nobody says. Prices in whole cents, never on the wrong side.
 */
export function exitPricesOf(
  { protection }: Pick<Task, "protection">,
  intent: Pick<OrderIntent, "referencePrice" | "stopFraction" | "targetFraction">,
): ExitPrices | undefined {
  if (protection === undefined) return undefined;
  const { referencePrice: price } = intent;
  const { stopFraction, targetFraction } = protection.fromSignals ? intent : noExits;
  const stopLossFraction = stopFraction ?? protection.stopLossFraction;
  const takeProfitFraction = targetFraction ?? protection.takeProfitFraction;
  if (stopLossFraction === undefined && takeProfitFraction === undefined) return undefined;
  return {
    ...(stopLossFraction === undefined ? {} : { stopLoss: scalePrice(price, 1 - stopLossFraction, "down") }),
    ...(takeProfitFraction === undefined ? {} : { takeProfit: scalePrice(price, 1 + takeProfitFraction, "up") }),
  };
}

const noExits = { stopFraction: undefined, targetFraction: undefined };

/** What has to be cancelled before these tickets go out, and the tickets that protect the remaining shares again afterwards. */
export function workAroundExits(
  runId: string,
  tickets: readonly OrderTicket[],
  { positions, exits }: PortfolioSnapshot,
): { readonly cancels: readonly Cancel[]; readonly renewals: readonly OrderTicket[] } {
  const traded = new Set(tickets.map(({ symbol }) => symbol));
  const affected = exits.filter(({ symbol }) => traded.has(symbol));
  const renewals = [...new Set(affected.map(({ symbol }) => symbol))].flatMap((symbol) => {
    const own = tickets.filter((ticket) => ticket.symbol === symbol);
    const sold = addQty(...own.map(({ side, qty }) => (side === "sell" ? qty : zeroQty)));
    const held = positions.find((position) => position.symbol === symbol)?.qty ?? zeroQty;
    const qty = subtractQty(held, sold);
    const [first] = own;
    if (first === undefined || !isPositive(qty)) return [];
    const prices = pricesOf(affected.filter((exit) => exit.symbol === symbol));
    return [renewal(runId, symbol, qty, first.referencePrice, prices)];
  });
  return { cancels: affected.map(({ brokerOrderId, symbol }) => ({ brokerOrderId, symbol })), renewals };
}

/** The nearest of each kind: what was protected stays protected at least as well. */
function pricesOf(exits: readonly BrokerOrder[]): ExitPrices {
  const stops = exits.flatMap(({ stopPrice }) => stopPrice ?? []);
  const limits = exits.flatMap(({ stopPrice, limitPrice }) =>
    stopPrice === null && limitPrice !== null ? limitPrice : [],
  );
  const [stop, ...moreStops] = stops;
  const [limit, ...moreLimits] = limits;
  return {
    ...(stop === undefined ? {} : { stopLoss: moreStops.reduce(maximum<Price>, stop) }),
    ...(limit === undefined ? {} : { takeProfit: moreLimits.reduce(minimum<Price>, limit) }),
  };
}

const renewal = (runId: string, symbol: string, qty: Qty, referencePrice: Price, exits: ExitPrices): OrderTicket => ({
  stage: 3,
  clientOrderId: clientOrderIdOf(runId, exitStrategy, symbol, "sell", 1),
  strategy: exitStrategy,
  symbol,
  side: "sell",
  qty,
  type: "exit",
  timeInForce: "gtc",
  referencePrice,
  exits,
});

/** Whether a buy opens or adds to a long position: what covers a short one is not protected. */
export const buysLong = (position: Position | undefined): boolean =>
  position === undefined || compare(position.qty, zeroQty) >= 0;
