// How the tests of pre-trade rules put their questions: a batch in a small account, answered in words.
import { qty } from "../../../src/core/model/money.ts";
import type { BrokerOrder, OrderIntent } from "../../../src/core/model/order.ts";
import { assessRisk, type RiskContext } from "../../../src/core/risk/assessRisk.ts";
import {
  at,
  exampleControl,
  exampleIntent,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
} from "../examples.ts";

/** Equity 10,000, all of it cash; AAA at 100 dollars, BBB at 30; at 10:00 New York on 2026-06-15. */
export const context = (changes: Partial<RiskContext> = {}): RiskContext => ({
  portfolio: examplePortfolio({ equity: 10_000 }),
  market: exampleMarket({ AAA: 100, BBB: 30 }),
  limits: exampleLimits(),
  control: exampleControl(),
  task: exampleTask(),
  asOf: at("2026-06-15T14:00Z"),
  recentOrders: [],
  lossMarks: undefined,
  losses: {},
  ...changes,
});

/** Verdicts as `approved 10`, `reduced 5 MAX_GROSS`, `denied HALTED`. */
export const judged = (intents: readonly OrderIntent[], changes: Partial<RiskContext> = {}): readonly string[] =>
  assessRisk(intents, context(changes)).verdicts.map(({ decision, qty: count, code }) =>
    [decision, decision === "denied" ? [] : count, code ?? []].flat().join(" "),
  );

/** What one rule told of the first order, as `limit figure headroom`; undefined when it did not speak. */
export function told(rule: string, intents: readonly OrderIntent[], changes: Partial<RiskContext> = {}) {
  const { verdicts } = assessRisk(intents, context(changes));
  const figure = verdicts[0]?.figures.find((each) => each.rule === rule);
  return figure && `${figure.limit} | ${figure.figure} | ${figure.headroom}`;
}

const priceOf = (symbol: string): number => (symbol === "AAA" ? 100 : 30);
export const buy = (shares: number | string, symbol = "AAA"): OrderIntent =>
  exampleIntent("buy", symbol, shares, priceOf(symbol));
export const sell = (shares: number | string, symbol = "AAA"): OrderIntent =>
  exampleIntent("sell", symbol, shares, priceOf(symbol));
export const holding = (shares: number) =>
  examplePortfolio({ equity: 10_000, positions: { AAA: [shares, shares * 100] } });

/** An order of ours to buy ten AAA, filled within the last minute. */
export const pastOrder = (changes: Partial<BrokerOrder> = {}): BrokerOrder =>
  exampleOrder({
    symbol: "AAA",
    side: "buy",
    clientOrderId: "tw.trend@20260615T135500Z.targetWeights.AAA.buy.1",
    filledQty: qty(10),
    status: "filled",
    submittedAt: at("2026-06-15T13:59:30Z"),
    ...changes,
  });
