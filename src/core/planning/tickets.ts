// From a verdict to the order as it will be sent: its id, its type and price by the task's policy, and the exits that follow it.
import { bySymbol } from "../model/bySymbol.ts";
import { clientOrderIdOf } from "../model/ids.ts";
import type { LatestPrice, MarketSnapshot } from "../model/market.ts";
import { type Price, scalePrice } from "../model/money.ts";
import type { OrderTicket, Side } from "../model/order.ts";
import type { PortfolioSnapshot, Position } from "../model/portfolio.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { OrderPolicy } from "../model/sizing.ts";
import type { Task } from "../model/task.ts";
import { buysLong, exitPricesOf } from "./exits.ts";

export type TicketInputs = {
  readonly runId: string;
  readonly task: Pick<Task, "orders" | "protection">;
  readonly market: Pick<MarketSnapshot, "latest">;
  readonly portfolio: Pick<PortfolioSnapshot, "positions">;
};

/** The tickets of what verdicts leave of their intents, in the same order. */
export function ticketsOf(inputs: TicketInputs, verdicts: readonly RiskVerdict[]): readonly OrderTicket[] {
  const positions = bySymbol(inputs.portfolio.positions);
  const quotes = bySymbol(inputs.market.latest);
  return verdicts.map((verdict) => {
    const { symbol } = verdict.intent;
    return ticketOf(inputs, verdict, { position: positions.get(symbol), quote: quotes.get(symbol) });
  });
}

/** What buys into a long position is followed by its exits, where the task or its signals say any. */
function ticketOf(
  { runId, task }: TicketInputs,
  { intent, qty, stage }: RiskVerdict,
  { position, quote }: { readonly position: Position | undefined; readonly quote: LatestPrice | undefined },
): OrderTicket {
  const { strategy, symbol, side, referencePrice } = intent;
  const exits = side === "buy" && buysLong(position) ? exitPricesOf(task, intent) : undefined;
  const { type, ...terms } = termsOf(task.orders, side, referencePrice, quote);
  return {
    stage,
    clientOrderId: clientOrderIdOf(runId, strategy, symbol, side, 1),
    strategy,
    symbol,
    side,
    qty,
    type,
    referencePrice,
    ...terms,
    ...(exits === undefined ? {} : { exits, timeInForce: "gtc" }),
  };
}

/** A limit is never beyond the collar: rounded towards the price, in whole cents, below a dollar in hundredths of a cent. */
function termsOf(
  { type, collarFraction }: OrderPolicy,
  side: Side,
  referencePrice: Price,
  quote: LatestPrice | undefined,
): Pick<OrderTicket, "type" | "timeInForce" | "limitPrice"> {
  const limitFrom = (price: Price): Price =>
    side === "buy" ? scalePrice(price, 1 + collarFraction, "down") : scalePrice(price, 1 - collarFraction, "up");
  const otherSide = side === "buy" ? quote?.ask : quote?.bid;
  switch (type) {
    case "market":
      return { type: "market", timeInForce: "day" };
    case "limit":
      return { type: "limit", timeInForce: "day", limitPrice: limitFrom(referencePrice) };
    case "marketableLimit":
      return { type: "limit", timeInForce: "day", limitPrice: limitFrom(otherSide ?? referencePrice) };
    case "marketOnOpen":
      return { type: "market", timeInForce: "opg" };
    case "marketOnClose":
      return { type: "market", timeInForce: "cls" };
  }
}
