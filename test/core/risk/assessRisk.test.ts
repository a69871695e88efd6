// The risk fold as laws: whatever the batch, the portfolio and the limits are.
import fc from "fast-check";
import { expect, test } from "vitest";
import { qty } from "../../../src/core/model/money.ts";
import type { OrderIntent } from "../../../src/core/model/order.ts";
import type { RiskLimits } from "../../../src/core/model/settings.ts";
import { assessRisk, type RiskContext } from "../../../src/core/risk/assessRisk.ts";
import {
  exampleControl,
  exampleIntent,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
} from "../examples.ts";

const prices = { AAA: 100, BBB: 30, CCC: 7.25, DDD: 512.5 };
const symbols = Object.keys(prices) as (keyof typeof prices)[];
const equity = 10_000;

const side = fc.constantFrom("buy" as const, "sell" as const);
const shares = fc.integer({ min: 1, max: 200 });
const held = fc.record(Object.fromEntries(symbols.map((symbol) => [symbol, fc.integer({ min: -40, max: 120 })])));
const anIntent = fc
  .tuple(side, fc.constantFrom(...symbols), shares)
  .map(([of, symbol, count]) => exampleIntent(of, symbol, count, prices[symbol]));
const intents = fc.uniqueArray(anIntent, { selector: ({ symbol }) => symbol, maxLength: symbols.length });
const openOrder = fc
  .tuple(side, fc.constantFrom(...symbols), shares)
  .map(([of, symbol, count]) => exampleOrder({ symbol, side: of, qty: qty(count), clientOrderId: `${symbol} ${of}` }));
const limits = fc.record({
  maxOrderNotionalUsd: fc.integer({ min: 1, max: 12_000 }),
  minOrderNotionalUsd: fc.integer({ min: 1, max: 300 }),
  maxPositionFraction: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
  maxGrossFraction: fc.integer({ min: 1, max: 200 }).map((percent) => percent / 100),
});
const state = fc.constantFrom("running" as const, "running" as const, "reducing" as const, "halted" as const);

const situation = fc
  .record({
    held,
    openOrders: fc.array(openOrder, { maxLength: 2 }),
    buyingPower: fc.integer({ min: 0, max: 20_000 }),
    state,
    limits,
  })
  .map((of): RiskContext & { readonly limits: RiskLimits } => ({
    portfolio: examplePortfolio({
      equity,
      buyingPower: of.buyingPower,
      openOrders: of.openOrders,
      positions: Object.fromEntries(symbols.map((symbol) => [symbol, [of.held[symbol] ?? 0, worth(symbol, of.held)]])),
    }),
    market: exampleMarket(prices),
    limits: of.limits,
    control: exampleControl({ tradingState: of.state }),
    task: exampleTask(),
  }));
const worth = (symbol: keyof typeof prices, of: Readonly<Record<string, number>>): number =>
  (of[symbol] ?? 0) * prices[symbol];

type Order = {
  readonly symbol: string;
  readonly side: "buy" | "sell";
  readonly qty: number;
  readonly stage?: 1 | 2;
};

/** Plain arithmetic, apart from the code under test: dollar values by symbol after these orders fill. */
function valuesAfter({ portfolio }: RiskContext, filled: readonly Order[]): ReadonlyMap<string, number> {
  return new Map(
    symbols.map((symbol) => {
      const before = Number(portfolio.positions.find((position) => position.symbol === symbol)?.qty ?? 0);
      const change = filled
        .filter((order) => order.symbol === symbol)
        .reduce((sum, order) => sum + order.qty * (order.side === "buy" ? 1 : -1), 0);
      return [symbol, Math.abs(before + change) * prices[symbol]];
    }),
  );
}
const grossOf = (values: ReadonlyMap<string, number>): number =>
  [...values.values()].reduce((sum, value) => sum + value, 0);

const approvedOf = (batch: readonly OrderIntent[], context: RiskContext): readonly Order[] =>
  assessRisk(batch, context)
    .verdicts.filter(({ decision }) => decision !== "denied")
    .map(({ intent, qty: count, stage }) => ({ symbol: intent.symbol, side: intent.side, qty: Number(count), stage }));
const openOf = ({ portfolio }: RiskContext): readonly Order[] =>
  portfolio.openOrders.map((order) => ({ symbol: order.symbol, side: order.side, qty: Number(order.qty) }));
const subset = <T>(of: readonly T[], mask: number): readonly T[] => of.filter((_, index) => (mask >> index) % 2 === 1);

/** Every combination of orders that may fill, the open ones and the approved ones: stage 2 only where every approved sell has. */
const outcomes = (open: readonly Order[], approved: readonly Order[]) =>
  Array.from({ length: 2 ** (open.length + approved.length) }, (_, mask) => ({
    open: subset(open, mask),
    approved: subset(approved, mask >> open.length),
  })).filter(
    (outcome) =>
      outcome.approved.every(({ stage }) => stage !== 2) ||
      approved.every((order) => order.side === "buy" || outcome.approved.includes(order)),
  );
const epsilon = 1e-6;

test("whichever open and approved orders fill, no limit is broken that was not broken before", () => {
  fc.assert(
    fc.property(intents, situation, (batch, context) => {
      const approved = approvedOf(batch, context);
      const { maxPositionFraction, maxGrossFraction, maxOrderNotionalUsd } = context.limits;
      const open = openOf(context);
      const before = outcomes(open, []).map((outcome) => valuesAfter(context, outcome.open));
      const grossBefore = Math.max(...before.map(grossOf));
      const after = outcomes(open, approved).map((outcome) =>
        valuesAfter(context, [...outcome.open, ...outcome.approved]),
      );
      expect(Math.max(...after.map(grossOf))).toBeLessThanOrEqual(
        Math.max(maxGrossFraction * equity, grossBefore) + epsilon,
      );
      for (const symbol of symbols) {
        const largest = (outcome: readonly ReadonlyMap<string, number>[]): number =>
          Math.max(...outcome.map((values) => values.get(symbol) ?? 0));
        expect(largest(after)).toBeLessThanOrEqual(Math.max(maxPositionFraction * equity, largest(before)) + epsilon);
      }
      for (const order of approved) {
        expect(order.qty * prices[order.symbol as keyof typeof prices]).toBeLessThanOrEqual(
          maxOrderNotionalUsd + epsilon,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test("approved buys from cash never take more than the buying power that open buys leave", () => {
  const longOnly = situation.map((context) => ({
    ...context,
    portfolio: {
      ...context.portfolio,
      positions: [],
      openOrders: context.portfolio.openOrders.filter((order) => order.side === "buy"),
    },
  }));
  const costOf = (orders: readonly Order[]): number =>
    orders.reduce((sum, order) => sum + order.qty * prices[order.symbol as keyof typeof prices], 0);
  fc.assert(
    fc.property(intents, longOnly, (batch, context) => {
      const bought = approvedOf(batch, context);
      const free = Number(context.portfolio.account.buyingPower) - costOf(openOf(context));
      expect(costOf(bought)).toBeLessThanOrEqual(Math.max(0, free) + epsilon);
    }),
    { numRuns: 300 },
  );
});

test("what tighter limits approve, looser ones approve whole", () => {
  fc.assert(
    fc.property(intents, situation, limits, (batch, context, other) => {
      const tighter: RiskLimits = {
        maxOrderNotionalUsd: Math.min(context.limits.maxOrderNotionalUsd, other.maxOrderNotionalUsd),
        minOrderNotionalUsd: Math.max(context.limits.minOrderNotionalUsd, other.minOrderNotionalUsd),
        maxPositionFraction: Math.min(context.limits.maxPositionFraction, other.maxPositionFraction),
        maxGrossFraction: Math.min(context.limits.maxGrossFraction, other.maxGrossFraction),
      };
      const approved = approvedOf(batch, { ...context, limits: tighter });
      const again = approved.map((order) =>
        exampleIntent(order.side, order.symbol, order.qty, prices[order.symbol as keyof typeof prices]),
      );
      const loosely = approvedOf(again, context);
      expect(loosely.map(({ stage: _, ...order }) => order)).toEqual(approved.map(({ stage: _, ...order }) => order));
      // Nothing waits for sells that did not have to before.
      for (const [index, { stage }] of approved.entries()) {
        expect(loosely[index]?.stage ?? 1).toBeLessThanOrEqual(stage ?? 1);
      }
    }),
    { numRuns: 300 },
  );
});

test("tightening a limit never approves more of an order", () => {
  fc.assert(
    fc.property(anIntent, situation, limits, (order, context, other) => {
      const approvedQty = (under: RiskLimits): number =>
        approvedOf([order], { ...context, limits: under })[0]?.qty ?? 0;
      const loose = approvedQty(context.limits);
      const { limits: before } = context;
      for (const tighter of [
        { ...before, maxOrderNotionalUsd: Math.min(before.maxOrderNotionalUsd, other.maxOrderNotionalUsd) },
        { ...before, minOrderNotionalUsd: Math.max(before.minOrderNotionalUsd, other.minOrderNotionalUsd) },
        { ...before, maxPositionFraction: Math.min(before.maxPositionFraction, other.maxPositionFraction) },
        { ...before, maxGrossFraction: Math.min(before.maxGrossFraction, other.maxGrossFraction) },
      ]) {
        expect(approvedQty(tighter)).toBeLessThanOrEqual(loose);
      }
    }),
    { numRuns: 300 },
  );
});

test("the order in which intents come in does not change a verdict", () => {
  fc.assert(
    fc.property(
      intents.chain((batch) => fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length }))),
      situation,
      ([batch, shuffled], context) => {
        expect(assessRisk(shuffled, context)).toEqual(assessRisk(batch, context));
      },
    ),
  );
});

test("selling what is held is never denied by a limit on exposure", () => {
  fc.assert(
    fc.property(situation, fc.constantFrom(...symbols), fc.integer({ min: 1, max: 120 }), (context, symbol, count) => {
      const position = Number(context.portfolio.positions.find((each) => each.symbol === symbol)?.qty ?? 0);
      if (position < 1 || context.portfolio.openOrders.length > 0) return;
      const exit = exampleIntent("sell", symbol, Math.min(count, position), prices[symbol]);
      const loose = { ...exampleLimits(), maxPositionFraction: 0.001, maxGrossFraction: 0.001 };
      const running = { ...context, limits: loose, control: exampleControl() };
      expect(assessRisk([exit], running).verdicts).toMatchObject([{ decision: "approved" }]);
    }),
  );
});
