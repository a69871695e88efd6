// What Alpaca's answers are made of, and how they are read: tolerant of fields that come and go, strict on those a decision needs.
import { z } from "zod";
import { InvariantError } from "../../core/model/errors.ts";
import { isDecimal, type Price, price, type Qty, qty, type Usd, usd } from "../../core/model/money.ts";
import { type Instant, parseInstant } from "../../core/model/time.ts";

const decimalText = z.string().refine(isDecimal, "must be a decimal number as text");
export const usdText = decimalText.transform((text): Usd => usd(text));
export const priceText = decimalText.transform((text): Price => price(text));
export const qtyText = decimalText.transform((text): Qty => qty(text));
export const instant = z.string().transform((text, context): Instant => {
  const value = parseInstant(text);
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: "must be an instant" });
  return z.NEVER;
});
export const optionalFlag = z.boolean().nullish();

/** Throws InvariantError `INTERNAL` that names what is missing. */
export function parse<T>(what: string, schema: z.ZodType<T>, wire: unknown): T {
  const result = schema.safeParse(wire);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 5).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new InvariantError("INTERNAL", `the broker's ${what} cannot be read: ${faults.join("; ")}`);
}
