// What an operator does to the exchange: halts, rejections, silence, a blocked account.
import type { ExchangeState, Intervention, Order, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { openOrders, withOrder } from "./orderBook.ts";
import { tradingDayAt } from "./sessions.ts";
import { trade } from "./trading.ts";

export function intervene(tape: MarketTape, state: ExchangeState, intervention: Intervention): Stepped {
  const [next, effects] = resumed(tape, state, disturbed(state, intervention), intervention);
  return [next, [{ type: "intervened", intervention }, ...effects]];
}

function disturbed(state: ExchangeState, intervention: Intervention): ExchangeState {
  const { disturbances, account } = state;
  const others = (symbol: string): readonly string[] => disturbances.haltedSymbols.filter((each) => each !== symbol);
  switch (intervention.kind) {
    case "haltSymbol": {
      const { symbol } = intervention;
      return { ...state, disturbances: { ...disturbances, haltedSymbols: [...others(symbol), symbol].toSorted() } };
    }
    case "resumeSymbol":
      return { ...state, disturbances: { ...disturbances, haltedSymbols: others(intervention.symbol) } };
    case "rejectNextOrders":
      return { ...state, disturbances: { ...disturbances, ordersToReject: intervention.count } };
    case "partialThenSilence":
      return { ...state, disturbances: { ...disturbances, ordersToSilence: intervention.count } };
    case "blockTrading":
      return { ...state, account: { ...account, tradingBlocked: intervention.blocked } };
  }
}

/** Orders of a symbol that trades again meet the market as it is now; what it did in the meantime was none of theirs. */
function resumed(tape: MarketTape, before: ExchangeState, state: ExchangeState, intervention: Intervention): Stepped {
  const halted = before.disturbances.haltedSymbols;
  if (intervention.kind !== "resumeSymbol" || !halted.includes(intervention.symbol)) return [state, []];
  const { nowMs } = state;
  const concerned = (order: Order): boolean => order.symbol === intervention.symbol;
  const live = openOrders(state).filter((order) => concerned(order) && order.liveSinceMs !== null);
  const ready = live.reduce((current, order) => withOrder(current, { ...order, liveSinceMs: nowMs }), state);
  const session = tradingDayAt(nowMs);
  return session === undefined
    ? [ready, []]
    : trade(tape, ready, { session, afterMs: nowMs - 1, toMs: nowMs }, concerned);
}
