// Limits as somebody might set them instead: some of the risk limits, each in the place of the one that held.
import { z } from "zod";
import { type RiskLimits, riskLimitsSchema } from "./limits.ts";
import { mergePatch } from "./mergePatch.ts";

/** These judge a symbol's data while it is read; what was left out then is not there to be judged anew. */
const ofData = { maxPriceAgeSeconds: true, minCoverageFraction: true, implausibleMoveFraction: true } as const;

/** The field without its default; null takes away what need not be there. */
function optional(field: z.ZodType): z.ZodType {
  if (field instanceof z.ZodDefault) return z.optional(field.unwrap());
  return field instanceof z.ZodOptional ? z.optional(z.nullable(field.unwrap())) : z.optional(field);
}

export const otherLimitsSchema = z
  .strictObject(
    Object.fromEntries(
      Object.entries(riskLimitsSchema.omit(ofData).shape).map(([name, field]) => [name, optional(field)]),
    ),
  )
  .refine((limits) => Object.keys(limits).length > 0, "names no limit")
  .describe(
    "Some of the risk limits. null takes a limit away; those that judge the data while it is read are not among them.",
  );

export type OtherLimits = z.infer<typeof otherLimitsSchema>;

/** The limits that held with the other ones in their place; inside `symbols`, `strategies` and `breakers` too, name by name. */
export const withOther = (limits: RiskLimits, other: OtherLimits): RiskLimits =>
  riskLimitsSchema.parse(mergePatch(limits, other));
