// The body of an order, read from JSON: what is malformed is refused as Alpaca refuses it, what is only wrong is left to the order rules.
import { dec, text } from "./decimal.ts";
import type { OrderClass, OrderRequest, OrderType, Side, TimeInForce } from "./exchangeState.ts";
import { BadRequest, errorReply } from "./wireTypes.ts";

const types: readonly OrderType[] = ["market", "limit", "stop", "stop_limit", "trailing_stop"];
const times: readonly TimeInForce[] = ["day", "gtc", "opg", "cls", "ioc", "fok"];
const classes: readonly OrderClass[] = ["simple", "bracket", "oco", "oto"];
const sides: readonly Side[] = ["buy", "sell"];

const decimalPattern = /^-?(?:\d{1,15}(?:\.\d{0,18})?|\.\d{1,18})$/;

const malformed = (message: string): BadRequest => new BadRequest(errorReply(422, message, 40010001));

/** Throws BadRequest. `symbolOf` turns an asset id into its symbol. */
export function readOrderRequest(body: string, symbolOf: (given: string) => string): OrderRequest {
  const fields = readObject(body);
  const amount = (name: string): string | null => readAmount(fields, name);
  const symbol = fields.symbol;
  if (typeof symbol !== "string" || symbol === "") throw malformed("symbol is required");
  const { client_order_id: clientOrderId, extended_hours: extendedHours } = fields;
  if (clientOrderId != null && typeof clientOrderId !== "string") throw malformed("client_order_id must be a string");
  if (extendedHours != null && typeof extendedHours !== "boolean") throw malformed("extended_hours must be a boolean");
  return {
    symbol: symbolOf(symbol),
    side: readWord(fields, "side", sides),
    type: readWord(fields, "type", types),
    timeInForce: readWord(fields, "time_in_force", times),
    orderClass: fields.order_class ? readWord(fields, "order_class", classes) : "simple",
    qty: amount("qty"),
    notional: amount("notional"),
    limitPrice: amount("limit_price"),
    stopPrice: amount("stop_price"),
    trailPrice: amount("trail_price"),
    trailPercent: amount("trail_percent"),
    extendedHours: extendedHours ?? false,
    clientOrderId: clientOrderId || null,
  };
}

/** Throws BadRequest when the body is no JSON object. */
export function readObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered below, as any other body that is no object.
  }
  throw new BadRequest(errorReply(400, "request body format is invalid", 40010000));
}

function readWord<T extends string>(fields: Readonly<Record<string, unknown>>, name: string, words: readonly T[]): T {
  const value = fields[name];
  if (value == null || value === "") throw malformed(`${name} is required`);
  const word = words.find((each) => each === value);
  if (word === undefined) throw malformed(`invalid ${name}: ${String(value)}`);
  return word;
}

/** A number or a string of a plain decimal, as a plain decimal without padding; null when absent. */
function readAmount(fields: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = fields[name];
  if (value == null || value === "") return null;
  const written = typeof value === "number" || typeof value === "string" ? String(value) : "";
  if (!decimalPattern.test(written)) throw malformed(`invalid ${name}`);
  return text(dec(written));
}
