// A run's inputs as text: canonical for the digest, plain JSON for the store, and back.
import { z } from "zod";
import { controlStateSchema } from "../model/control.ts";
import { InvariantError } from "../model/errors.ts";
import { riskLimitsSchema } from "../model/limits.ts";
import { barSeriesSchema, encodeSeries, exclusionCodes } from "../model/market.ts";
import { isDecimal, type Price, type Qty, type Usd } from "../model/money.ts";
import { faultsOf } from "../model/parse.ts";
import type { RunInputs } from "../model/run.ts";
import { tradingWindowSchema } from "../model/settings.ts";
import { runTaskSchema } from "../model/task.ts";
import { type Instant, parseInstant, parseTradingDay, type TradingDay } from "../model/time.ts";
import { jsonText, sortedKeys } from "./jsonText.ts";

/**
 * JSON with sorted keys and without blanks: equal values give equal text. Keys without a value are left out. Columns of numbers are arrays,
 * or what `columnText` makes of them. Throws RangeError for a number that is not finite, because JSON would make it null without a word.
 */
export function canonicalJson(value: unknown, columnText = canonicalColumn): string {
  if (typeof value === "string") return jsonText(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${value} cannot be written as JSON`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof Float64Array) return columnText(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ","}${canonicalJson(item ?? null, columnText)}`;
    return `[${text}]`;
  }
  for (const key of sortedKeys(value)) {
    const item = (value as Readonly<Record<string, unknown>>)[key.name];
    if (item !== undefined) text += (text === "" ? key.first : key.next) + canonicalJson(item, columnText);
  }
  return `{${text}}`;
}

function canonicalColumn(column: Float64Array): string {
  if (!column.every(Number.isFinite)) throw new RangeError("a column holds a number that is not finite");
  return `[${column.join(",")}]`;
}

/** The inputs as plain JSON values; `decodeInputs` reads them back. */
export const encodeInputs = (inputs: RunInputs): unknown => ({
  ...inputs,
  market: {
    ...inputs.market,
    bars: inputs.market.bars.map(encodeSeries),
  },
});

/** Reads what `encodeInputs` wrote. Throws InvariantError (`UNREADABLE_ROW`) with every fault for anything else. */
export function decodeInputs(json: unknown): RunInputs {
  const result = inputsSchema.safeParse(json);
  if (result.success) {
    const { lossMarks, trades, ...inputs } = result.data;
    return { ...inputs, lossMarks, trades: { mode: trades.mode, expectedAccountId: trades.expectedAccountId } };
  }
  const faults = faultsOf(result.error).map(({ path, message }) => `${path}: ${message}`);
  throw new InvariantError("UNREADABLE_ROW", `stored inputs cannot be read: ${faults.join("; ")}`, {
    cause: result.error,
  });
}

const decimalText = z.string().refine(isDecimal, "must be a decimal number");
const usd = decimalText.transform((text) => text as Usd);
const price = decimalText.transform((text) => text as Price);
const qty = decimalText.transform((text) => text as Qty);
const instant = z.string().refine((text) => parseInstant(text) === text, "must be a UTC instant");
const at = instant.transform((text) => text as Instant);
const day = z
  .string()
  .refine((text) => parseTradingDay(text) !== undefined, "must be a day")
  .transform((text) => text as TradingDay);

const latestSchema = z.strictObject({
  symbol: z.string(),
  price,
  at,
  bid: price.exactOptional(),
  ask: price.exactOptional(),
  previousClose: z.strictObject({ day, price }).exactOptional(),
});

const marketSchema = z.strictObject({
  asOf: at,
  feed: z.string(),
  adjustment: z.string(),
  bars: z.array(barSeriesSchema),
  latest: z.array(latestSchema),
  assets: z.array(
    z.strictObject({ symbol: z.string(), tradable: z.boolean(), fractionable: z.boolean(), shortable: z.boolean() }),
  ),
  excluded: z.array(
    z.strictObject({
      symbol: z.string(),
      code: z.enum(exclusionCodes),
      detail: z.string(),
    }),
  ),
});

const plainOrderSchema = z.strictObject({
  brokerOrderId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string(),
  side: z.enum(["buy", "sell"]),
  qty: qty.nullable(),
  filledQty: qty,
  filledAvgPrice: price.nullable(),
  limitPrice: price.nullable(),
  stopPrice: price.nullable(),
  status: z.string(),
  submittedAt: at,
  exitOf: z.string().exactOptional(),
});
const orderSchema = z.strictObject({
  ...plainOrderSchema.shape,
  legs: z.array(plainOrderSchema).exactOptional(),
});

const portfolioSchema = z.strictObject({
  account: z.strictObject({
    accountId: z.string(),
    equity: usd,
    cash: usd,
    buyingPower: usd,
    blocked: z.string().exactOptional(),
  }),
  positions: z.array(
    z.strictObject({ symbol: z.string(), qty, available: qty, averagePrice: price, marketValue: usd }),
  ),
  openOrders: z.array(orderSchema),
  exits: z.array(orderSchema),
  uncertainOrders: z.array(
    z.strictObject({ clientOrderId: z.string(), symbol: z.string(), side: z.enum(["buy", "sell"]), qty, price }),
  ),
});

const inputsSchema = z.strictObject({
  runId: z.string(),
  task: runTaskSchema,
  slot: at,
  asOf: at,
  market: marketSchema,
  portfolio: portfolioSchema,
  recentOrders: z.array(orderSchema),
  lossMarks: z
    .strictObject({ dayStartEquity: usd, dailyLossFrom: usd, drawdownFrom: usd, executionsAfter: at.exactOptional() })
    .optional(),
  attributed: z.record(z.string(), z.record(z.string(), qty)).exactOptional(),
  losses: z.record(z.string(), at),
  clockSkewMs: z.number(),
  trades: z.strictObject({ mode: z.enum(["paper", "live"]), expectedAccountId: z.string().optional() }),
  control: controlStateSchema,
  window: tradingWindowSchema,
  limits: riskLimitsSchema,
});
