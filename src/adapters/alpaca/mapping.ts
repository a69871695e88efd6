// Accounts, positions, orders and fills between Alpaca's shapes and ours.
import { z } from "zod";
import { qty, usd } from "../../core/model/money.ts";
import type { BrokerFill, BrokerOrder, OrderTicket, RejectionCode } from "../../core/model/order.ts";
import type { AccountNames, AccountSnapshot, Position } from "../../core/model/portfolio.ts";
import type { Instant } from "../../core/model/time.ts";
import { instant, optionalFlag, parse, priceText, qtyText, usdText } from "./wire.ts";

export const accountWire = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  equity: usdText,
  cash: usdText,
  buying_power: usdText,
  account_blocked: optionalFlag,
  trading_blocked: optionalFlag,
  trade_suspended_by_user: optionalFlag,
});

const accountNamesWire = z
  .object({
    id: z.string().optional().catch(undefined),
    account_number: z.string().optional().catch(undefined),
  })
  .catch({});

export const positionWire = z.object({
  symbol: z.string().min(1),
  qty: qtyText,
  qty_available: qtyText.nullish(),
  avg_entry_price: priceText,
  market_value: usdText.nullish(),
});

const plainOrderWire = z.object({
  id: z.string().min(1),
  client_order_id: z.string().min(1),
  symbol: z.string().min(1),
  side: z.enum(["buy", "sell"]),
  qty: qtyText.nullish(),
  filled_qty: qtyText.nullish(),
  filled_avg_price: priceText.nullish(),
  limit_price: priceText.nullish(),
  stop_price: priceText.nullish(),
  order_class: z.string().nullish(),
  status: z.string().min(1),
  submitted_at: instant.nullish(),
  created_at: instant.nullish(),
});

export const orderWire = plainOrderWire.extend({ legs: z.array(plainOrderWire).nullish() });

export function mapAccount(wire: unknown): AccountSnapshot {
  const account = parse("account", accountWire, wire);
  const blocked = blockOf(account);
  return {
    accountId: account.id,
    equity: account.equity,
    cash: account.cash,
    buyingPower: account.buying_power,
    ...(blocked === undefined ? {} : { blocked }),
  };
}

/** By what the broker names the account, as far as an answer says. */
export function namesOfAccount(wire: unknown): AccountNames {
  const { id, account_number: number } = accountNamesWire.parse(wire);
  return { ...(id === undefined ? {} : { id }), ...(number === undefined ? {} : { number }) };
}

function blockOf(account: z.infer<typeof accountWire>): string | undefined {
  if (account.account_blocked) return "account_blocked";
  if (account.trading_blocked) return "trading_blocked";
  if (account.trade_suspended_by_user) return "trade_suspended_by_user";
  return account.status == null || account.status === "ACTIVE" ? undefined : `status ${account.status}`;
}

export const mapPositions = (wire: unknown): readonly Position[] =>
  parse("positions", z.array(positionWire), wire)
    .map((position) => ({
      symbol: position.symbol,
      qty: position.qty,
      available: position.qty_available ?? position.qty,
      averagePrice: position.avg_entry_price,
      marketValue: position.market_value ?? usd("0"),
    }))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));

const toPlainOrder = (order: z.infer<typeof plainOrderWire>): BrokerOrder => ({
  brokerOrderId: order.id,
  clientOrderId: order.client_order_id,
  symbol: order.symbol,
  side: order.side,
  qty: order.qty ?? null,
  filledQty: order.filled_qty ?? qty("0"),
  filledAvgPrice: order.filled_avg_price ?? null,
  limitPrice: order.limit_price ?? null,
  stopPrice: order.stop_price ?? null,
  status: order.status,
  submittedAt: order.submitted_at ?? order.created_at ?? ("1970-01-01T00:00:00.000Z" as Instant),
});

function toOrder(wire: z.infer<typeof orderWire>): BrokerOrder {
  const order = toPlainOrder(wire);
  const legs = (wire.legs ?? []).map((leg) => ({ ...toPlainOrder(leg), exitOf: order.clientOrderId }));
  return legs.length === 0 ? order : { ...order, legs };
}

/** Whether it has legs, which not every answer names. */
export const isComplex = (wire: unknown): boolean =>
  ["bracket", "oco", "oto"].includes(parse("order", orderWire, wire).order_class ?? "");

export const mapOrder = (wire: unknown): BrokerOrder => toOrder(parse("order", orderWire, wire));

/** In the order they came in. */
export const mapOrders = (wire: unknown): readonly BrokerOrder[] =>
  parse("orders", z.array(orderWire), wire).map(toOrder);

export const fillWire = z.object({
  id: z.string().min(1),
  order_id: z.string().min(1),
  symbol: z.string().min(1),
  // Short sales are told apart here, and nowhere else.
  side: z.enum(["buy", "sell", "sell_short"]),
  qty: qtyText,
  price: priceText,
  transaction_time: instant,
});

/** In the order they came in. */
export const mapFills = (wire: unknown): readonly BrokerFill[] =>
  parse("fills", z.array(fillWire), wire).map((fill) => ({
    id: fill.id,
    brokerOrderId: fill.order_id,
    symbol: fill.symbol,
    side: fill.side === "buy" ? "buy" : "sell",
    qty: fill.qty,
    price: fill.price,
    at: fill.transaction_time,
  }));

/** The body of a new order: every number as the decimal text it is. */
export function orderBody(ticket: OrderTicket) {
  const { symbol, qty, side, timeInForce, clientOrderId, type, limitPrice, exits } = ticket;
  const { takeProfit, stopLoss } = exits ?? {};
  const order = { symbol, qty, side, timeInForce, clientOrderId };
  const legs = {
    ...(takeProfit === undefined ? {} : { takeProfit: { limitPrice: takeProfit } }),
    ...(stopLoss === undefined ? {} : { stopLoss: { stopPrice: stopLoss } }),
  };
  const both = takeProfit !== undefined && stopLoss !== undefined;
  if (type !== "exit") {
    const entry = { ...order, type, ...(limitPrice === undefined ? {} : { limitPrice }) };
    return exits === undefined
      ? entry
      : { ...entry, orderClass: both ? ("bracket" as const) : ("oto" as const), ...legs };
  }
  // Shares that are held: both exits together cancel each other, one alone is a plain order.
  if (both) return { ...order, type: "limit" as const, orderClass: "oco" as const, ...legs };
  return stopLoss === undefined
    ? { ...order, type: "limit" as const, limitPrice: takeProfit ?? ticket.referencePrice }
    : { ...order, type: "stop" as const, stopPrice: stopLoss };
}

const rejections: readonly (readonly [RegExp, RejectionCode])[] = [
  [/insufficient buying power/, "INSUFFICIENT_BUYING_POWER"],
  [/cost basis must be/, "BAD_ORDER"],
  [/insufficient qty available/, "INSUFFICIENT_QTY"],
  [/not fractionable/, "NOT_FRACTIONABLE"],
  [/cannot be sold short|not allowed to short/, "NOT_SHORTABLE"],
  [/is not tradable|not found|is not active/, "NOT_TRADABLE"],
  [/wash trade|cannot open a long buy while a short/, "WASH_TRADE"],
  [/not authorized to trade|rejected by user request|account is/, "ACCOUNT_BLOCKED"],
  [/sub-penny|limit_price|stop price|pricing criteria/, "BAD_PRICE"],
];

/** Our code for a refusal; the broker's code does not identify the cause, so its words are matched. */
export function rejectionCode(status: number, message: string): RejectionCode {
  if (status === 401) return "UNAUTHORIZED";
  return (
    rejections.find(([pattern]) => pattern.test(message))?.[1] ??
    (status === 400 || status === 422 ? "BAD_ORDER" : "OTHER")
  );
}

/** The refusal that means: this order is there already. */
export const isDuplicate = (message: string): boolean => /client_order_id must be unique/.test(message);
