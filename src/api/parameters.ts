// The parameters that several operations share, as they arrive: text in a path or a query.
import { z } from "zod";
import { taskIdPattern } from "../core/model/ids.ts";
import { instant, tradingDay } from "../core/model/parse.ts";
import type { Instant } from "../core/model/time.ts";

export const taskId = z.string().regex(taskIdPattern, "must be 1 to 40 lower case letters, digits and inner hyphens");
export const taskPath = z.strictObject({ id: taskId });

/** Text that is a whole number from 1 to `most`; `meta` is what the document says of it. */
const wholeNumber = (most: number, message: string, more: { readonly default?: number } = {}) =>
  z
    .string()
    .transform((text, context) => {
      const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
      if (value >= 1 && value <= most) return value;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ type: "integer", minimum: 1, maximum: most, ...more });

export const count = (most: number, fallback: number) =>
  wholeNumber(most, `must be a whole number from 1 to ${most}`, { default: fallback }).default(fallback);
export const version = wholeNumber(999_999_999, "must be a version such as 3");

/** Which cursors there are, the lists know that gave them. */
export const cursor = z.string().min(1).max(2000);

/** A plus sign in a query is a blank by the time it arrives. */
export const queryInstant = z
  .string()
  .max(40)
  .transform((text) => text.replace(" ", "+"))
  .pipe(instant)
  .meta({ format: "date-time" });
export const queryDay = z.string().max(20).pipe(tradingDay).meta({ format: "date" });

/** What a stretch of time has to be, and the fault of one that is not. */
export const isInOrder = ({ from, to }: { readonly from?: Instant | undefined; readonly to?: Instant | undefined }) =>
  from === undefined || to === undefined || from <= to;
export const notInOrder = { path: ["from"], message: "must not be later than to" };

const flag = z
  .string()
  .transform((text, context) => {
    if (text === "true" || text === "false") return text === "true";
    context.addIssue({ code: "custom", message: "must be true or false" });
    return z.NEVER;
  })
  .meta({ type: "boolean" });
export const dryRunQuery = z.strictObject({ dryRun: flag.optional() });

/** The fields that were given: an absent one is left out, as the services want it. */
export const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
