// Judges orders: what a request means at this moment, and the first of all rules that objects to it.
import { heldForOrders } from "./account.ts";
import { accountRules, assetRules, type Judged } from "./accountRules.ts";
import { complexPriceRules, complexRequestRules } from "./complexOrderRules.ts";
import { type Decimal, dec, larger, text } from "./decimal.ts";
import type { ExchangeState, OrderRequest, PositionIntent, Refusal } from "./exchangeState.ts";
import type { MarketTape, TapeAsset, TapeQuote } from "./marketTape.ts";
import { firstRefusal, type Rule, unprocessable } from "./refusals.ts";
import { requestRules } from "./requestRules.ts";
import { timeRule } from "./timeRules.ts";
import { trailedStop } from "./triggers.ts";

/** What an order that passes every rule is worth and does to the position. */
export type Acceptance = { readonly positionIntent: PositionIntent; readonly expectedPrice: string };

/** Judges a new order against the rules in order; the first that objects gives the refusal. */
export function judgeOrder(state: ExchangeState, tape: MarketTape, request: OrderRequest): Acceptance | Refusal {
  return (
    firstRefusal(requestRules, request) ??
    firstRefusal(complexRequestRules, request) ??
    timeRule(request, state.nowMs) ??
    judgeAgainstAccount(state, tape, request, [...complexPriceRules, ...accountRules])
  );
}

/** Judges what an order is to be replaced by, in a state without it. */
export function judgeReplacement(state: ExchangeState, tape: MarketTape, request: OrderRequest): Acceptance | Refusal {
  return firstRefusal(requestRules, request) ?? judgeAgainstAccount(state, tape, request, accountRules);
}

export const isRefusal = (verdict: Acceptance | Refusal): verdict is Refusal => "code" in verdict;

function judgeAgainstAccount(
  state: ExchangeState,
  tape: MarketTape,
  request: OrderRequest,
  rules: readonly Rule<Judged>[],
): Acceptance | Refusal {
  const asset = tape.asset(request.symbol);
  if (asset === undefined) return unprocessable(`asset "${request.symbol}" not found`);
  const badAsset = firstRefusal(assetRules, { request, asset });
  if (badAsset !== undefined) return badAsset;
  const quote = tape.quote(request.symbol, state.nowMs);
  if (quote === undefined) return unprocessable(`asset "${request.symbol}" is not tradable`);
  const judged = measure(state, tape, request, asset, quote);
  const refusal = firstRefusal(rules, judged);
  return refusal ?? { positionIntent: judged.positionIntent, expectedPrice: text(judged.expectedPrice) };
}

function measure(
  state: ExchangeState,
  tape: MarketTape,
  request: OrderRequest,
  asset: TapeAsset,
  quote: TapeQuote,
): Judged {
  const position = dec(state.positions.find(({ symbol }) => symbol === request.symbol)?.qty ?? "0");
  const closes = request.side === "buy" ? position.lt(0) : position.gt(0);
  const positionIntent: PositionIntent = `${request.side}_to_${closes ? "close" : "open"}`;
  const currentPrice = dec(String(tape.lastTrade(request.symbol, state.nowMs)?.price ?? quote.bid));
  const expectedPrice = expectedPriceOf(request, positionIntent, quote, currentPrice);
  const shares = request.qty === null ? dec(request.notional ?? "0").div(expectedPrice) : dec(request.qty);
  return {
    request,
    state,
    asset,
    positionIntent,
    currentPrice,
    basePrice:
      request.orderClass === "oco"
        ? text(currentPrice)
        : (request.limitPrice ?? request.stopPrice ?? text(currentPrice)),
    existing: position.abs(),
    available: position.abs().minus(heldForOrders(state, request.symbol)),
    expectedPrice,
    shares,
    cost: request.notional === null ? shares.times(expectedPrice) : dec(request.notional),
    tape,
  };
}

/** A limit is the worst price, a buy that waits for a stop price pays about that, and anything else pays what is quoted. */
function expectedPriceOf(
  request: OrderRequest,
  positionIntent: PositionIntent,
  quote: TapeQuote,
  currentPrice: Decimal,
): Decimal {
  // A short sale is valued as if it had to be bought back three percent above the ask.
  if (positionIntent === "sell_to_open") return larger(dec(request.limitPrice ?? "0"), dec(quote.ask).times("1.03"));
  if (request.limitPrice !== null) return dec(request.limitPrice);
  if (request.side === "sell") return dec(quote.bid);
  const stop = request.type === "trailing_stop" ? trailedStop(request, text(currentPrice)) : request.stopPrice;
  return larger(dec(quote.ask), dec(stop ?? "0"));
}
