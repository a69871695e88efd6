// The body of an order or of its replacement, read from JSON: what is malformed is refused as Alpaca refuses it, what is only wrong is left to the order rules.
import { dec, text } from "./decimal.ts";
import type { OrderClass, OrderRequest, OrderType, Replacement, Side, TimeInForce } from "./exchangeState.ts";
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
  const { extended_hours: extendedHours } = fields;
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
    ...readExits(fields),
    extendedHours: extendedHours ?? false,
    clientOrderId: readClientOrderId(fields),
  };
}

/** Changes to an open order. Throws BadRequest. */
export function readReplacement(body: string): Replacement {
  const fields = readObject(body);
  if (fields.notional != null) throw malformed("notional orders cannot be replaced");
  return {
    qty: readAmount(fields, "qty"),
    limitPrice: readAmount(fields, "limit_price"),
    stopPrice: readAmount(fields, "stop_price"),
    trail: readAmount(fields, "trail"),
    timeInForce: fields.time_in_force ? readWord(fields, "time_in_force", times) : null,
    clientOrderId: readClientOrderId(fields),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function readClientOrderId({ client_order_id: given }: Fields): string | null {
  if (given != null && typeof given !== "string") throw malformed("client_order_id must be a string");
  return given || null;
}

function readExits(fields: Fields): Pick<OrderRequest, "takeProfit" | "stopLoss"> {
  const part = (name: string): Fields | null => {
    const value = fields[name];
    if (value == null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw malformed(`${name} must be an object`);
    return { ...value };
  };
  const price = (name: string, exit: Fields, field: string): string | null =>
    readAmount({ [`${name}.${field}`]: exit[field] }, `${name}.${field}`);
  const profit = part("take_profit");
  const loss = part("stop_loss");
  return {
    takeProfit: profit && { limitPrice: price("take_profit", profit, "limit_price") },
    stopLoss: loss && {
      stopPrice: price("stop_loss", loss, "stop_price"),
      limitPrice: price("stop_loss", loss, "limit_price"),
    },
  };
}

/** Throws BadRequest when the body is no JSON object. */
export function readObject(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered below, as any other body that is no object.
  }
  throw new BadRequest(errorReply(400, "request body format is invalid", 40010000));
}

function readWord<T extends string>(fields: Fields, name: string, words: readonly T[]): T {
  const value = fields[name];
  if (value == null || value === "") throw malformed(`${name} is required`);
  const word = words.find((each) => each === value);
  if (word === undefined) throw malformed(`invalid ${name}: ${String(value)}`);
  return word;
}

/** A number or a string of a plain decimal, as a plain decimal without padding; null when absent. */
function readAmount(fields: Fields, name: string): string | null {
  const value = fields[name];
  if (value == null || value === "") return null;
  const written = typeof value === "number" || typeof value === "string" ? String(value) : "";
  if (!decimalPattern.test(written)) throw malformed(`invalid ${name}`);
  return text(dec(written));
}
