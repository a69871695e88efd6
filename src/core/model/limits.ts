// The risk limits: for everything, for single symbols and strategies, and for a task; of each, the tightest holds.
import { z } from "zod";
import { dollars, fraction, symbol, symbols } from "./parse.ts";

/** Limits that can hold for one symbol, one strategy or one task as well as for everything. */
const scopedFields = {
  /** Shares of one order. */
  maxOrderQty: z.number().positive().max(1e9),
  maxOrderNotionalUsd: dollars,
  minOrderNotionalUsd: dollars,
  /** How far an order's price may be from the last trade, as a fraction of it. */
  priceCollarFraction: fraction,
  /** Of one symbol's position, the worst case over its open orders. */
  maxPositionQty: z.number().positive().max(1e9),
  maxPositionUsd: dollars,
  /** Of equity, per symbol. */
  maxPositionFraction: fraction,
  /** After a loss in a symbol, or a stop of ours that was hit, it is not bought again for so long. */
  cooldownMinutes: z.int().min(1).max(10_080),
  /** The same symbol, side and size again within so long is a duplicate. */
  duplicateWindowSeconds: z.int().min(1).max(86_400),
};

/** Limits on the whole account. */
const accountFields = {
  /** Of equity, the sum of all positions' absolute values with open orders; above 1 is borrowing. */
  maxGrossFraction: z.number().gt(0).max(4),
  /** Of equity, long less short, either way. */
  maxNetFraction: z.number().gt(0).max(4),
  maxOpenPositions: z.int().min(1).max(10_000),
  maxOpenOrders: z.int().min(1).max(10_000),
  maxOrdersPerMinute: z.int().min(1).max(10_000),
  maxOrdersPerDay: z.int().min(1).max(100_000),
  /** How old the latest price of a symbol may be when it is decided on and when its order is sent. */
  maxPriceAgeSeconds: z.int().min(1).max(86_400),
  /** The least share of the bars asked for that must be there. */
  minCoverageFraction: fraction,
  /** A move since the last close by more than this is held to be a split or a bad price: the larger price over the smaller, less one. */
  implausibleMoveFraction: z.number().gt(0).max(10),
  maxClockSkewSeconds: z.int().min(1).max(3600),
};

const breakerAction = z.enum(["reduce", "halt"]).default("halt");

/** What switches trading by itself; only a named person switches it on again. A breaker that is absent is not watched for. */
export const breakersSchema = z.strictObject({
  /** Equity below the day's first by this share of it. */
  dailyLoss: z.strictObject({ fraction, action: breakerAction }).optional(),
  /** Equity below its highest by this share of it. */
  drawdown: z.strictObject({ fraction, action: breakerAction }).optional(),
  /** So many executed orders of one task, symbol and side within so many minutes. */
  repeatedExecution: z
    .strictObject({ orders: z.int().min(2).max(1000), minutes: z.int().min(1).max(1440), action: breakerAction })
    .optional(),
  /** So many orders refused by the broker without one taken in between. */
  rejections: z.strictObject({ inARow: z.int().min(1).max(1000), action: breakerAction }).optional(),
  /** A confirmed position that our orders do not explain. */
  drift: z.strictObject({ action: breakerAction }).optional(),
});

export const scopedLimitsSchema = z.strictObject(scopedFields).partial();

const { maxGrossFraction, maxNetFraction, maxOpenPositions, maxOpenOrders } = accountFields;
/** A task may also keep the whole account within less than the common limits, as far as its own orders go. */
export const taskLimitsSchema = z
  .strictObject({ ...scopedFields, maxGrossFraction, maxNetFraction, maxOpenPositions, maxOpenOrders })
  .partial();

export const riskLimitsSchema = z.strictObject({
  ...z.strictObject({ ...scopedFields, ...accountFields }).partial().shape,
  maxOrderNotionalUsd: dollars,
  minOrderNotionalUsd: dollars.default(1),
  maxPositionFraction: fraction,
  maxGrossFraction: accountFields.maxGrossFraction,
  priceCollarFraction: fraction.default(0.05),
  maxPriceAgeSeconds: accountFields.maxPriceAgeSeconds.default(900),
  minCoverageFraction: fraction.default(0.95),
  implausibleMoveFraction: accountFields.implausibleMoveFraction.default(0.5),
  maxClockSkewSeconds: accountFields.maxClockSkewSeconds.default(30),
  /** Never traded, whatever a task says. */
  restrictedSymbols: symbols.optional(),
  /** Where given, nothing else is traded. */
  allowedSymbols: symbols.optional(),
  symbols: z.record(symbol, scopedLimitsSchema).default({}),
  strategies: z.record(z.string().min(1).max(32), scopedLimitsSchema).default({}),
  breakers: breakersSchema.optional(),
});

export type RiskLimits = Readonly<z.infer<typeof riskLimitsSchema>>;
export type Breakers = Readonly<z.infer<typeof breakersSchema>>;
export type TaskLimits = Readonly<z.infer<typeof taskLimitsSchema>>;
type LimitName = keyof TaskLimits;

/** In which direction each limit loosens: a larger number lets more through, or a smaller one does. */
export const looserWhen: Readonly<
  Record<keyof typeof scopedFields | keyof typeof accountFields, "larger" | "smaller">
> = {
  maxOrderQty: "larger",
  maxOrderNotionalUsd: "larger",
  minOrderNotionalUsd: "smaller",
  priceCollarFraction: "larger",
  maxPositionQty: "larger",
  maxPositionUsd: "larger",
  maxPositionFraction: "larger",
  cooldownMinutes: "smaller",
  duplicateWindowSeconds: "smaller",
  maxGrossFraction: "larger",
  maxNetFraction: "larger",
  maxOpenPositions: "larger",
  maxOpenOrders: "larger",
  maxOrdersPerMinute: "larger",
  maxOrdersPerDay: "larger",
  maxPriceAgeSeconds: "larger",
  minCoverageFraction: "smaller",
  implausibleMoveFraction: "larger",
  maxClockSkewSeconds: "larger",
};

/** `base` with each limit at the tightest that it or any of the others gives; one that nobody gives stays absent. */
export function withTightest<L extends TaskLimits>(base: L, ...others: readonly TaskLimits[]): L {
  const names = new Set(others.flatMap((limits) => Object.keys(limits) as readonly LimitName[]));
  const found = [...names].flatMap((name) => {
    const given = [base, ...others].flatMap((limits) => limits[name] ?? []);
    return given.length === 0 ? [] : [[name, looserWhen[name] === "smaller" ? Math.max(...given) : Math.min(...given)]];
  });
  return { ...base, ...Object.fromEntries(found) };
}

/** The limits that hold for an order in `symbol` that these strategies wish for. */
export function limitsFor(limits: RiskLimits, symbol: string, strategies: readonly string[]): RiskLimits {
  const given: TaskLimits[] = [];
  const add = (scoped: TaskLimits | undefined): void => {
    if (scoped !== undefined) given.push(scoped);
  };
  add(limits.symbols[symbol]);
  for (const name of strategies) add(limits.strategies[name]);
  return given.length === 0 ? limits : withTightest(limits, ...given);
}
