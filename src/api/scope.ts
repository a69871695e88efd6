// The part of the account that a switch is for, as it is written in a request.
import { z } from "zod";
import { symbol } from "../core/model/parse.ts";
import { taskId } from "./parameters.ts";

/** Parts are named as they are written everywhere. */
export const scope = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("account") }),
  z.strictObject({ kind: z.literal("task"), id: taskId }),
  z.strictObject({ kind: z.literal("symbol"), id: symbol }),
  z.strictObject({ kind: z.literal("strategy"), id: z.string().min(1).max(32) }),
]);
