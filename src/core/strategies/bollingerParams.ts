// The parameters of Bollinger bands, for the strategies that trade by them.
import { z } from "zod";

/** `period` in daily bars; `deviations` is how many standard deviations the bands lie from the mean. */
export const bollingerParams = z
  .strictObject({
    period: z.int().min(2).max(500).default(20),
    deviations: z.number().gt(0).max(10).default(2),
  })
  // No value is further from the mean of n values, itself among them, than √(n − 1) of their deviations (P. Samuelson, 1968).
  .refine(({ period, deviations }) => deviations ** 2 < period - 1, {
    path: ["deviations"],
    message: "must be less than the square root of period − 1: no close can be further from the mean",
  });
