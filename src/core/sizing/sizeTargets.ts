// From target weights to the smallest set of orders that leads there from what is held and what is already on its way.
import { bySymbol } from "../model/bySymbol.ts";
import type { BarSeries, MarketSnapshot } from "../model/market.ts";
import {
  absQty,
  addQty,
  compare,
  costPrice,
  fractionOf,
  isNegative,
  isPositive,
  isZero,
  minimum,
  negateQty,
  notional,
  type Price,
  type Qty,
  roundQtyDown,
  sharesFor,
  subtractQty,
  type Usd,
  zeroQty,
  zeroUsd,
} from "../model/money.ts";
import type { Attributed } from "../model/monitor.ts";
import type { OrderIntent, Side } from "../model/order.ts";
import type { PortfolioSnapshot, Position } from "../model/portfolio.ts";
import type { Untraded } from "../model/run.ts";
import type { SizingSteps } from "../model/sizing.ts";
import type { RunTask, Task } from "../model/task.ts";
import type { Target } from "../strategies/combine.ts";
import { type SizedOrder, withinBuffer } from "./cashBuffer.ts";
import { type FollowedTarget, followed, heldByOthers } from "./failedPart.ts";
import { targetValue } from "./targetValue.ts";

export type SizingInputs = {
  readonly targets: ReadonlyMap<string, Target>;
  readonly task: Pick<RunTask, "symbols" | "sizing" | "orders" | "protection">;
  readonly market: MarketSnapshot;
  readonly portfolio: PortfolioSnapshot;
  readonly attributed?: Attributed;
};

/** Every symbol with a target ends in an intent, or among the untraded ones with the reason; with the arithmetic where there is any, by symbol. */
export type Sized = {
  readonly intents: readonly OrderIntent[];
  readonly untraded: readonly Untraded[];
  readonly sizings: readonly SizingSteps[];
};

/**
 * One order a symbol at the most, rounded down, sells before buys and then by symbol. Costs are assumed as the task says: a target buys no
 * more than it would at the worse price. A difference below the rebalance band makes no order. A target of 0 leaves the position whole. What
 * a failed strategy holds stays: an order is made only where it is right both with that strategy out and with its part as it is. No order
 * flips a position: one of the other side is closed first, and the next run goes on from there. Buys together leave the cash buffer whole.
 */
export function sizeTargets({ targets, task, market, portfolio, attributed = {} }: SizingInputs): Sized {
  const daily = bySymbol(market.bars.filter(({ timeframe }) => timeframe === "1Day"));
  const held = bySymbol(portfolio.positions);
  const positions = task.symbols.filter((symbol) => {
    const target = targets.get(symbol);
    return target === undefined ? !isZero(held.get(symbol)?.qty ?? zeroQty) : target.weight !== 0;
  }).length;
  const fractionable = fractionableSymbols(task, market);
  const wanted: SizedOrder[] = [];
  const untraded: Untraded[] = [];
  const sizings: SizingSteps[] = [];
  for (const { symbol, price } of market.latest) {
    const given = targets.get(symbol);
    if (given === undefined) continue;
    const position = held.get(symbol);
    const target = followed(given, task.sizing, position?.qty ?? zeroQty);
    if ("reason" in target) {
      untraded.push({ symbol, reason: target.reason });
      continue;
    }
    const decimals = fractionable.has(symbol) ? fractionalDecimals : 0;
    const owners = attributed[symbol] ?? {};
    const all = { symbol, price, target, positions, decimals, daily: daily.get(symbol), position, owners };
    const { intent, untraded: left, steps } = sizeSymbol(all, task, portfolio);
    if (left !== undefined) untraded.push(left);
    if (steps !== undefined) sizings.push(steps);
    if (intent !== undefined && steps !== undefined) wanted.push({ intent, steps });
  }
  const orders = withinBuffer(wanted, task.sizing, portfolio);
  const intents: OrderIntent[] = [];
  for (const { intent } of orders) {
    if (!isZero(intent.qty)) intents.push(intent);
    else untraded.push({ symbol: intent.symbol, reason: `no cash is left for it: ${intent.sizing}` });
  }
  const cut = bySymbol(orders.map(({ steps }) => steps));
  return {
    intents,
    untraded: untraded.sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    sizings: sizings.map((steps) => cut.get(steps.symbol) ?? steps),
  };
}

/** Alpaca's finest quantity. */
const fractionalDecimals = 9;

/** Those of which parts may be ordered. Parts of shares cannot carry exits or wait for an auction. */
function fractionableSymbols(
  { sizing, orders, protection }: SizingInputs["task"],
  { assets }: MarketSnapshot,
): ReadonlySet<string> {
  const inAuction = orders.type === "marketOnOpen" || orders.type === "marketOnClose";
  if (!sizing.fractionalShares || protection !== undefined || inAuction) return new Set();
  return new Set(assets.filter((asset) => asset.fractionable).map(({ symbol }) => symbol));
}

type TargetSymbol = {
  readonly symbol: string;
  readonly price: Price;
  readonly target: FollowedTarget;
  readonly positions: number;
  readonly daily: BarSeries | undefined;
  readonly position: Position | undefined;
  /** The shares of each strategy. */
  readonly owners: Attributed[string];
  readonly decimals: number;
};

type SizedSymbol = { readonly intent?: OrderIntent; readonly untraded?: Untraded; readonly steps?: SizingSteps };

function sizeSymbol(given: TargetSymbol, { sizing }: SizingInputs["task"], portfolio: PortfolioSnapshot): SizedSymbol {
  const { symbol, price, target } = given;
  const wanted = wantedQty({ ...given, equity: portfolio.account.equity }, sizing);
  if ("reason" in wanted) return { untraded: { symbol, reason: wanted.reason } };
  const steps = stepsTo(wanted, given, sizing, portfolio);
  const { missing, band, side, qty } = steps;
  const sizingText = `${wanted.how}; at ${price} that is ${wanted.qty}; ${heldText(target, steps)}: ${side} ${qty}`;
  const untraded = (why: string): SizedSymbol => ({ steps, untraded: { symbol, reason: `${why}: ${sizingText}` } });
  if (!isPositive(qty)) return untraded("nothing is missing");
  if (!leavesWhole(target, steps.onItsWay) && compare(notional(price, absQty(missing)), band) < 0)
    return untraded(`what is missing is within the rebalance band of ${band} USD`);
  const { strategy, attribution, keeps, stopFraction, targetFraction } = target;
  return {
    steps,
    intent: {
      strategy,
      symbol,
      side,
      qty,
      referencePrice: price,
      notional: notional(price, qty),
      sizing: sizingText,
      attribution,
      ...(keeps === undefined ? {} : { keeps }),
      ...(stopFraction === undefined ? {} : { stopFraction }),
      ...(targetFraction === undefined ? {} : { targetFraction }),
    },
  };
}

const heldText = ({ keeps = [] }: FollowedTarget, { held, onItsWay, ofOthers }: SizingSteps): string =>
  `${held} held and ${onItsWay} on its way${ofOthers === undefined ? "" : `, ${ofOthers} of it not of ${keeps.join(", ")}, which failed`}`;

/** From the position that is wanted to the order that leads there. */
function stepsTo(
  wanted: { readonly qty: Qty; readonly usd: Usd; readonly each: Price },
  { symbol, price, target, position, owners, decimals }: TargetSymbol,
  sizing: Task["sizing"],
  portfolio: PortfolioSnapshot,
): SizingSteps {
  const { equity } = portfolio.account;
  const held = position?.qty ?? zeroQty;
  const available = position?.available ?? zeroQty;
  const onItsWay = subtractQty(underWay(portfolio, symbol, "buy"), underWay(portfolio, symbol, "sell"));
  const ofOthers = heldByOthers(target, owners);
  const withoutFailed = subtractQty(wanted.qty, addQty(held, onItsWay));
  const missing = ofOthers === undefined ? withoutFailed : bothWant(withoutFailed, subtractQty(wanted.qty, ofOthers));
  const side: Side = isNegative(missing) ? "sell" : "buy";
  return {
    symbol,
    method: sizing.method,
    equity,
    weight: target.weight,
    value: wanted.usd,
    price,
    costPrice: wanted.each,
    decimals,
    wanted: wanted.qty,
    held,
    onItsWay,
    available,
    ...(ofOthers === undefined ? {} : { ofOthers }),
    missing,
    band: fractionOf(equity, sizing.rebalanceBandFraction),
    side,
    qty: leavesWhole(target, onItsWay)
      ? absQty(available)
      : withoutFlip({ side, missing: absQty(missing), held, available, decimals }),
  };
}

const leavesWhole = ({ weight, keeps }: FollowedTarget, onItsWay: Qty): boolean =>
  weight === 0 && keeps === undefined && isZero(onItsWay);

/** Of two signed quantities the smaller one; none where they are of different sides. */
function bothWant(a: Qty, b: Qty): Qty {
  if (isPositive(a) !== isPositive(b) || isZero(a) || isZero(b)) return zeroQty;
  return compare(absQty(a), absQty(b)) <= 0 ? a : b;
}

/** The signed quantity behind a target, and what each share of it costs. Short positions are of whole shares. */
function wantedQty(
  given: Parameters<typeof targetValue>[1] & { readonly decimals: number },
  sizing: Task["sizing"],
): { readonly qty: Qty; readonly usd: Usd; readonly each: Price; readonly how: string } | { readonly reason: string } {
  const { target, price, decimals } = given;
  const each = costPrice(price, sizing);
  if (target.weight === 0) return { qty: zeroQty, usd: zeroUsd, each, how: "weight 0" };
  const value = targetValue(sizing, given);
  if (value.kind === "none") return { reason: value.reason };
  const short = target.weight < 0;
  const shares = roundQtyDown(value.shares ?? sharesFor(value.usd, each, decimals), short ? 0 : decimals);
  const how = `${value.how} = ${value.usd} USD${each === price ? "" : `, at ${each} with costs`}`;
  return { qty: short ? negateQty(shares) : shares, usd: value.usd, each, how };
}

/** Never more than can be sold, nor than closes a position of the other side. */
function withoutFlip(order: {
  readonly side: Side;
  readonly missing: Qty;
  readonly held: Qty;
  readonly available: Qty;
  readonly decimals: number;
}): Qty {
  const { side, missing, held, available, decimals } = order;
  const rounded = roundQtyDown(missing, decimals);
  if (side === "sell" && isPositive(held)) return minimum(rounded, roundQtyDown(available, decimals));
  if (side === "sell") return roundQtyDown(missing);
  return isNegative(held) ? minimum(rounded, negateQty(held)) : rounded;
}

/** What open orders of one side may still fill, and what orders in doubt may be. One without a quantity counts as none: the risk rules refuse to add beside it. */
function underWay({ openOrders, uncertainOrders }: PortfolioSnapshot, symbol: string, side: Side): Qty {
  let sum = zeroQty;
  for (const order of openOrders) {
    if (order.symbol !== symbol || order.side !== side || order.qty === null) continue;
    sum = addQty(sum, subtractQty(order.qty, order.filledQty));
  }
  for (const order of uncertainOrders) {
    if (order.symbol === symbol && order.side === side) sum = addQty(sum, order.qty);
  }
  return sum;
}
