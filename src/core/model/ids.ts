// Identifiers: derived from what they name, never random, so that doing a thing twice gives the same id.
import { createHash } from "node:crypto";
import { type Instant, parseInstant } from "./time.ts";

/** Lower case letters, digits and inner hyphens, at most 40: safe in table keys, message ids and URLs. */
export const taskIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** `demo-trend@20260615T133500Z`: one run per task and slot; it is the execution id and the queue message id too. */
export const runIdOf = (taskId: string, slot: Instant): string => `${taskId}@${slot.replace(/[-:]|\.\d{3}/g, "")}`;

/** The slot that the id of a run names; undefined for the record of a message that could not be read. */
export function slotOfRunId(runId: string): Instant | undefined {
  const [, ...parts] = /@(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(runId) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * The id the broker refuses to see twice. At most 128 characters, because task ids (40), strategy names (32) and symbols (12) are bounded;
 * `attempt` grows only after the order of the attempt before is proven terminal.
 */
export const clientOrderIdOf = (
  runId: string,
  strategy: string,
  symbol: string,
  side: "buy" | "sell",
  attempt: number,
): string => `tw.${runId}.${strategy}.${symbol}.${side}.${attempt}`;

/** The queue message id of an attempt: a later one is another message, or the queue would drop it as a duplicate of the first. */
export const messageIdOf = (id: string, attempt: number): string => (attempt === 1 ? id : `${id}~${attempt}`);

/** The id under which a notification is kept and acknowledged: its own where that is safe in a table key and a path, else with a digest. */
export const notificationKeyOf = (id: string): string =>
  /^[\w.@~-]{1,120}$/.test(id) ? id : `${id.replace(/[^\w.@~-]/g, "-").slice(0, 100)}~${shortDigest(id)}`;

/** Sixteen hex digits that stand for a text. */
export const shortDigest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
