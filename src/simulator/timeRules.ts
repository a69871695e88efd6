// When orders for the opening and the closing auction are taken.
import type { OrderRequest, Refusal } from "./exchangeState.ts";
import { unprocessable } from "./refusals.ts";
import { newYorkDay, sessionOfDay } from "./sessions.ts";

const minuteMs = 60_000;
/** The exchange's books for an auction close this long before it, and open again in the evening. */
const openingDeadlineMs = 2 * minuteMs;
const closingDeadlineMs = 10 * minuteMs;
const eveningMs = 19 * 60 * minuteMs;

/** Orders for the open are refused from 9:28 to 19:00 in New York, orders for the close from ten minutes before it to 19:00. */
export function timeRule({ timeInForce }: OrderRequest, nowMs: number): Refusal | undefined {
  const session = sessionOfDay(newYorkDay(nowMs));
  if (session === undefined || (timeInForce !== "opg" && timeInForce !== "cls")) return undefined;
  const fromMs = timeInForce === "opg" ? session.openMs - openingDeadlineMs : session.closeMs - closingDeadlineMs;
  if (nowMs < fromMs || nowMs >= session.midnightMs + eveningMs) return undefined;
  const until = timeInForce === "opg" ? "two minutes before the open" : "ten minutes before the close";
  return unprocessable(`${timeInForce} orders are accepted from 7:00pm ET until ${until}`);
}
