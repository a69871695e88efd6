// The risk fold as laws: whatever the batch, the portfolio and the limits are.
import fc from "fast-check";
import { expect, test } from "vitest";
import { looserWhen, type RiskLimits } from "../../../src/core/model/limits.ts";
import { qty } from "../../../src/core/model/money.ts";
import type { BrokerOrder, OrderIntent } from "../../../src/core/model/order.ts";
import { assessRisk, decideRisk, type RiskContext } from "../../../src/core/risk/assessRisk.ts";
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

const prices = { AAA: 100, BBB: 30, CCC: 7.25, DDD: 512.5 };
const symbols = Object.keys(prices) as (keyof typeof prices)[];
const equity = 10_000;

const side = fc.constantFrom("buy" as const, "sell" as const);
const shares = fc.integer({ min: 1, max: 200 });
/** Now and then parts of a share. */
const parts = fc.oneof({ weight: 4, arbitrary: shares }, { weight: 1, arbitrary: shares.map((count) => count / 8) });
const heldOfOne = fc.oneof(fc.constant(0), fc.integer({ min: -40, max: 120 }));
const held = fc.record(Object.fromEntries(symbols.map((symbol) => [symbol, heldOfOne])));
const anIntent = fc
  .tuple(side, fc.constantFrom(...symbols), parts)
  .map(([of, symbol, count]) => exampleIntent(of, symbol, count, prices[symbol]));
const intents = fc.uniqueArray(anIntent, { selector: ({ symbol }) => symbol, maxLength: symbols.length });
const openOrder = fc
  .tuple(side, fc.constantFrom(...symbols), shares)
  .map(([of, symbol, count]) => exampleOrder({ symbol, side: of, qty: qty(count), clientOrderId: `${symbol} ${of}` }));
const fractions = (max: number) => fc.integer({ min: 1, max }).map((percent) => percent / 100);
/** Limits that are always there, and some of those that may be. */
const limits = fc
  .tuple(
    fc.record({
      maxOrderNotionalUsd: fc.integer({ min: 1, max: 12_000 }),
      minOrderNotionalUsd: fc.integer({ min: 1, max: 300 }),
      maxPositionFraction: fractions(100),
      maxGrossFraction: fractions(200),
    }),
    fc.oneof(
      fc.constant({}),
      fc.record(
        {
          maxOrderQty: fc.integer({ min: 1, max: 150 }),
          maxPositionQty: fc.integer({ min: 1, max: 150 }),
          maxPositionUsd: fc.integer({ min: 1, max: 9000 }),
          maxNetFraction: fractions(150),
          maxOpenPositions: fc.integer({ min: 1, max: 4 }),
          maxOpenOrders: fc.integer({ min: 1, max: 6 }),
          maxOrdersPerMinute: fc.integer({ min: 1, max: 4 }),
        },
        { requiredKeys: [] },
      ),
    ),
  )
  .map(([always, some]) => ({ ...always, ...some }));
type SomeLimits = { readonly [name in keyof typeof looserWhen]?: number | undefined };
const limitNames = Object.keys(looserWhen) as (keyof typeof looserWhen)[];

/** The tighter of two values of a limit; one that is absent is the loosest. */
const tighterOf = (name: keyof typeof looserWhen, a: SomeLimits, b: SomeLimits): SomeLimits => {
  const given = [a[name], b[name]].filter((value) => value !== undefined);
  const pick = looserWhen[name] === "larger" ? Math.min : Math.max;
  return given.length === 0 ? {} : { [name]: pick(...given) };
};
const state = fc.constantFrom("running" as const, "running" as const, "reducing" as const, "halted" as const);

type Situation = {
  readonly held: Readonly<Record<string, number>>;
  readonly openOrders?: readonly BrokerOrder[];
  readonly buyingPower: number;
  readonly state?: "running" | "reducing" | "halted";
  readonly limits: Partial<RiskLimits>;
};
const contextOf = (of: Situation): RiskContext & { readonly limits: RiskLimits } => ({
  portfolio: examplePortfolio({
    equity,
    buyingPower: of.buyingPower,
    openOrders: of.openOrders ?? [],
    positions: Object.fromEntries(symbols.map((symbol) => [symbol, [of.held[symbol] ?? 0, worth(symbol, of.held)]])),
  }),
  market: exampleMarket(prices),
  limits: exampleLimits(of.limits),
  control: exampleControl({ tradingState: of.state ?? "running" }),
  task: exampleTask(),
  asOf: at("2026-06-15T14:00Z"),
  recentOrders: [],
  lossMarks: undefined,
  losses: {},
});
const worth = (symbol: keyof typeof prices, of: Readonly<Record<string, number>>): number =>
  (of[symbol] ?? 0) * prices[symbol];

const situation = fc
  .record({
    held,
    openOrders: fc.array(openOrder, { maxLength: 2 }),
    buyingPower: fc.integer({ min: 0, max: 20_000 }),
    state,
    limits,
  })
  .map(contextOf);

/** One position is sold, in part or whole, and others are bought in its place, near the limit on gross exposure. */
const turnover = fc
  .tuple(fc.integer({ min: 20, max: 90 }), shares, fc.tuple(shares, shares, shares), fc.integer({ min: 0, max: 20 }))
  .map(([count, sold, [b, c, d], room]) => {
    const buys = { BBB: b, CCC: c, DDD: d / 10 };
    const batch = [
      exampleIntent("sell", "AAA", Math.min(sold, count), prices.AAA),
      ...(["BBB", "CCC", "DDD"] as const).map((symbol) =>
        exampleIntent("buy", symbol, Math.ceil(buys[symbol]), prices[symbol]),
      ),
    ];
    const maxGrossFraction = (count + room) / 100;
    return [batch, contextOf({ held: { AAA: count }, buyingPower: 20_000, limits: { maxGrossFraction } })] as const;
  });
const batchAndContext = fc.oneof(fc.tuple(intents, situation), turnover);

type Order = {
  readonly symbol: string;
  readonly side: "buy" | "sell";
  readonly qty: number;
  readonly stage?: 1 | 2;
};

/** Plain arithmetic, apart from the code under test: shares by symbol after these orders fill. */
function sharesAfter({ portfolio }: RiskContext, filled: readonly Order[]): ReadonlyMap<string, number> {
  return new Map(
    symbols.map((symbol) => {
      const before = Number(portfolio.positions.find((position) => position.symbol === symbol)?.qty ?? 0);
      const change = filled.filter((order) => order.symbol === symbol).reduce((sum, order) => sum + signed(order), 0);
      return [symbol, before + change];
    }),
  );
}
const signed = (order: Order): number => order.qty * (order.side === "buy" ? 1 : -1);
const sumOver = (of: ReadonlyMap<string, number>, value: (count: number, each: number) => number): number =>
  symbols.reduce((sum, symbol) => sum + value(of.get(symbol) ?? 0, prices[symbol]), 0);
const grossOf = (of: ReadonlyMap<string, number>) => sumOver(of, (count, each) => Math.abs(count) * each);
const netOf = (of: ReadonlyMap<string, number>) => sumOver(of, (count, each) => count * each);
const openOnes = (of: ReadonlyMap<string, number>) => sumOver(of, (count) => (Math.abs(count) > epsilon ? 1 : 0));

/** What these orders only close of what is held, in dollars: covering a short position raises what long exceeds short by. */
const closedBy = ({ portfolio }: RiskContext, filled: readonly Order[], of: "buy" | "sell"): number =>
  filled
    .filter((order) => order.side === of)
    .reduce((sum, order) => {
      const count = Number(portfolio.positions.find(({ symbol }) => symbol === order.symbol)?.qty ?? 0);
      const closable = Math.max(0, of === "buy" ? -count : count);
      return sum + Math.min(order.qty, closable) * prices[order.symbol as keyof typeof prices];
    }, 0);

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
    fc.property(batchAndContext, ([batch, context]) => {
      const approved = approvedOf(batch, context);
      const { maxPositionFraction, maxPositionUsd, maxPositionQty, maxGrossFraction, maxNetFraction } = context.limits;
      const { maxOrderNotionalUsd, maxOrderQty, maxOpenPositions } = context.limits;
      const open = openOf(context);
      const before = outcomes(open, []).map((outcome) => sharesAfter(context, outcome.open));
      const worstBefore = (of: (shares: ReadonlyMap<string, number>) => number) => Math.max(...before.map(of));
      const mostUsd = Math.min(maxPositionFraction * equity, maxPositionUsd ?? Number.POSITIVE_INFINITY);
      const within = (figure: number, limit: number | undefined, already: number): void => {
        const most = Math.max(limit ?? Number.POSITIVE_INFINITY, already);
        if (figure > most + epsilon) throw new Error(`${figure} is above ${most}`);
      };

      for (const { open: filledOpen, approved: filled } of outcomes(open, approved)) {
        const after = sharesAfter(context, [...filledOpen, ...filled]);
        within(grossOf(after), maxGrossFraction * equity, worstBefore(grossOf));
        within(openOnes(after), maxOpenPositions, worstBefore(openOnes));
        const net = maxNetFraction && maxNetFraction * equity;
        within(netOf(after) - closedBy(context, filled, "buy"), net, worstBefore(netOf));
        within(
          -netOf(after) - closedBy(context, filled, "sell"),
          net,
          worstBefore((of) => -netOf(of)),
        );
        for (const symbol of symbols) {
          const count = (of: ReadonlyMap<string, number>) => Math.abs(of.get(symbol) ?? 0);
          within(count(after), maxPositionQty, worstBefore(count));
          within(count(after) * prices[symbol], mostUsd, worstBefore(count) * prices[symbol]);
        }
      }
      for (const { symbol, qty: count } of approved) {
        within(count * prices[symbol as keyof typeof prices], maxOrderNotionalUsd, 0);
        within(count, maxOrderQty, 0);
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
      const tightened = limitNames.map((name) => tighterOf(name, context.limits, other));
      const tighter: RiskLimits = Object.assign({ ...context.limits }, ...tightened);
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
      for (const name of limitNames) {
        const tighter: RiskLimits = Object.assign({ ...context.limits }, tighterOf(name, context.limits, other));
        expect(approvedQty(tighter)).toBeLessThanOrEqual(loose);
      }
    }),
    { numRuns: 300 },
  );
});

test("a buy that gains nothing by waiting for a sell is judged by the book as it is", () => {
  const context = contextOf({
    held: { BBB: 50 },
    buyingPower: 20_000,
    limits: { maxOrderQty: 5, maxGrossFraction: 2 },
  });
  const buy = exampleIntent("buy", "AAA", 20, prices.AAA);
  const verdictOf = (...batch: readonly OrderIntent[]) =>
    assessRisk(batch, context).verdicts.find(({ intent }) => intent === buy);
  const grossOf = (...batch: readonly OrderIntent[]) =>
    verdictOf(...batch)?.figures.find(({ rule }) => rule === "maxGross");
  expect(verdictOf(buy, exampleIntent("sell", "BBB", 50, prices.BBB))).toMatchObject({ qty: "5", stage: 1 });
  expect(grossOf(buy)).toBeDefined();
  expect(grossOf(buy, exampleIntent("sell", "BBB", 50, prices.BBB))).toEqual(grossOf(buy));
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

test("verdicts that nobody records are the same, without their figures", () => {
  fc.assert(
    fc.property(intents, situation, (batch, context) => {
      const told = assessRisk(batch, context).verdicts;
      expect(decideRisk(batch, context)).toEqual(told.map((verdict) => ({ ...verdict, figures: [] })));
    }),
  );
});

test("selling what is held is never denied by a limit on exposure", () => {
  fc.assert(
    fc.property(situation, fc.constantFrom(...symbols), fc.integer({ min: 1, max: 120 }), (context, symbol, count) => {
      const position = Number(context.portfolio.positions.find((each) => each.symbol === symbol)?.qty ?? 0);
      if (position < 1 || context.portfolio.openOrders.length > 0) return;
      const exit = exampleIntent("sell", symbol, Math.min(count, position), prices[symbol]);
      const tightest = { maxPositionFraction: 0.001, maxGrossFraction: 0.001, maxNetFraction: 0.001 };
      const few = { maxPositionQty: 1, maxPositionUsd: 1, maxOpenPositions: 1, maxOpenOrders: 1 };
      const running = { ...context, limits: { ...exampleLimits(), ...tightest, ...few }, control: exampleControl() };
      expect(assessRisk([exit], running).verdicts).toMatchObject([{ decision: "approved" }]);
    }),
  );
});
