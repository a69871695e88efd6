// How large positions become, and how the orders for them go out: what a task says of both.
import { z } from "zod";
import type { Price, Qty, Usd } from "./money.ts";
import type { Side } from "./order.ts";
import { dollars, fraction } from "./parse.ts";

const everySizing = {
  /** No order is made for a difference smaller than this share of equity. */
  rebalanceBandFraction: z.number().min(0).max(1).default(0.01),
  /** The share of equity that is never invested: what the methods count shares of is less by it, and buys together are cut to leave it whole. */
  cashBufferFraction: z.number().min(0).max(1).default(0),
  /** How much worse than the price at the decision a fill is assumed to be: sizes leave room for it. */
  slippageFraction: z.number().min(0).max(0.1).default(0),
  feePerShareUsd: z.number().min(0).max(10).default(0),
  /** Parts of shares, where the broker takes them; whole ones elsewhere. */
  fractionalShares: z.boolean().default(false),
};
/** The share of equity that a combined target weight of 1 stands for. */
const equityFraction = { equityFraction: fraction };
const lookbackBars = z.int().min(5).max(500);

export const sizingSchema = z.discriminatedUnion("method", [
  /** A target weight is a share of `equityFraction` of equity. */
  z.strictObject({ method: z.literal("percentOfEquity"), ...equityFraction, ...everySizing }),
  /** A target weight is a share of equity itself. */
  z.strictObject({ method: z.literal("targetWeights"), ...everySizing }),
  /** The same for every symbol that is to be held, whatever its weight: those without a target that are held keep their part. */
  z.strictObject({ method: z.literal("equalWeight"), ...equityFraction, ...everySizing }),
  z.strictObject({ method: z.literal("fixedNotional"), notionalUsd: dollars, ...everySizing }),
  z.strictObject({ method: z.literal("fixedQuantity"), qty: z.number().positive().max(1e9), ...everySizing }),
  /** So large that the position's daily returns, made yearly, vary by this share of equity. */
  z.strictObject({
    method: z.literal("volatilityTarget"),
    annualVolatilityFraction: fraction,
    lookbackBars: lookbackBars.default(20),
    maxWeight: fraction.default(1),
    ...everySizing,
  }),
  /** So large that the way from the price to the stop costs this share of equity. */
  z.strictObject({
    method: z.literal("riskPerTrade"),
    riskFraction: z.number().gt(0).max(0.2),
    /** For signals without a stop of their own; where it is absent those get no order. */
    stopFraction: z.number().gt(0).lt(1).optional(),
    maxWeight: fraction.default(1),
    ...everySizing,
  }),
  /** A part of the Kelly fraction, the mean over the variance of the symbol's daily returns, never more than the cap. */
  z.strictObject({
    method: z.literal("kelly"),
    part: fraction.default(0.5),
    capFraction: fraction,
    lookbackBars: lookbackBars.default(60),
    ...everySizing,
  }),
]);

/**
 * `limit`: at the last price and at the most `collarFraction` worse; `marketableLimit`: the same from the other side of the quote;
 * `marketOnOpen` and `marketOnClose`: in the auction.
 */
export const orderPolicySchema = z.strictObject({
  type: z.enum(["market", "limit", "marketableLimit", "marketOnOpen", "marketOnClose"]).default("market"),
  collarFraction: z.number().min(0).max(0.2).default(0.005),
});

/** Exits attached to every order that opens or adds to a long position, as fractions of the price it was planned at. */
export const protectionSchema = z
  .strictObject({
    stopLossFraction: z.number().gt(0).lt(1).optional(),
    takeProfitFraction: z.number().gt(0).max(10).optional(),
    /** A signal's own stop and target take the place of these, where it gives any. */
    fromSignals: z.boolean().default(false),
  })
  .refine(
    (exits) => exits.fromSignals || exits.stopLossFraction !== undefined || exits.takeProfitFraction !== undefined,
    "names no exit",
  );

export type Sizing = Readonly<z.infer<typeof sizingSchema>>;
export type OrderPolicy = Readonly<z.infer<typeof orderPolicySchema>>;

/**
 * The arithmetic behind one size. `wanted` is `value` ÷ `costPrice` (for `fixedQuantity` the task's number), rounded down to `decimals`, whole and negative
 * for a short position; `missing` = `wanted` − `held` − `onItsWay`. `qty` is what of it is ordered: rounded down, at most what is `available`
 * where it is sold from a position, at most the position where it covers a short one, and all that is available where the weight is 0.
 * Where a strategy has failed, its part is taken to be right as it is: `missing` is then the smaller of the above and of `wanted` − `ofOthers`,
 * and 0 where these point to different sides.
 */
export type SizingSteps = {
  readonly symbol: string;
  readonly method: Sizing["method"];
  readonly equity: Usd;
  /** The combined target, 0 for out of it. */
  readonly weight: number;
  /** What the position is to be worth, whichever its side. */
  readonly value: Usd;
  readonly price: Price;
  /** The price with assumed slippage and fees. */
  readonly costPrice: Price;
  readonly decimals: number;
  readonly wanted: Qty;
  readonly held: Qty;
  readonly onItsWay: Qty;
  readonly available: Qty;
  /** What is held by strategies that have not failed; absent where none has. */
  readonly ofOthers?: Qty;
  readonly missing: Qty;
  /** A missing value below it makes no order, unless the weight is 0. */
  readonly band: Usd;
  /** What the cash buffer left for this buy, which pays for `qty` at `costPrice`; absent without a buffer. */
  readonly cashRoom?: Usd;
  readonly side: Side;
  readonly qty: Qty;
};
