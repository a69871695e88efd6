// The unmodified SDK over HTTP: every method for orders, and what it makes of the answers.
import { NotFoundError, ValidationError } from "@alpacahq/alpaca-trade-api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { atNewYork } from "./exampleMarket.ts";
import { methodsOf, type RecordedSdk, sdkOnTwoSymbols } from "./recordedSdk.ts";

let clockMs = atNewYork("10:00:20");
let sdk: RecordedSdk;
let trading: RecordedSdk["trading"];

beforeAll(async () => {
  sdk = await sdkOnTwoSymbols(() => clockMs);
  trading = sdk.trading;
});
afterAll(() => sdk.stop());
/** Each test begins a minute later, with nothing held and nothing open. */
beforeEach(async () => {
  clockMs += 60_000;
  await trading.positions.deleteAllOpenPositions({ cancelOrders: true });
});

const buy = (qty: string) => ({ symbol: "AAPL", side: "buy", qty }) as const;

describe("orders", () => {
  test("market and limit, by quantity and by amount", async () => {
    const market = await trading.orders.market({ ...buy("2"), clientOrderId: `mine-${clockMs}` });
    expect(await trading.orders.getOrderByOrderID({ orderId: String(market.id) })).toMatchObject({ status: "filled" });
    const found = await trading.orders.getOrderByClientOrderId({ clientOrderId: `mine-${clockMs}` });
    expect(found.id).toBe(market.id);
    const byAmount = await trading.orders.submit({
      symbol: "MSFT",
      side: "buy",
      type: "market",
      timeInForce: "day",
      notional: "50",
    });
    expect(byAmount).toMatchObject({ notional: "50", symbol: "MSFT" });
    const posted = await trading.orders.postOrder({
      postOrderRequest: { symbol: "AAPL", qty: "1", side: "buy", type: "market", timeInForce: "day" },
    });
    expect(posted.symbol).toBe("AAPL");
  });

  test("listed, cancelled one by one and all at once", async () => {
    const [first, second] = await Promise.all(
      ["5", "6"].map((limitPrice) => trading.orders.limit({ ...buy("1"), limitPrice })),
    );
    expect(await trading.orders.getAllOrders({ status: "open", symbols: "AAPL", side: "buy" })).toHaveLength(2);
    await trading.orders.deleteOrderByOrderIDRaw({ orderId: String(first?.id) });
    expect(await trading.orders.deleteAllOrders()).toEqual([{ id: second?.id, status: 200 }]);
    const closed = await trading.orders.getAllOrders({ status: "closed", limit: 2, direction: "desc", nested: true });
    expect(closed.map(({ status }) => status)).toEqual(["canceled", "canceled"]);
  });
});

describe("orders that wait", () => {
  const position = () => trading.orders.market(buy("8"));
  const statusOf = async (id: unknown) => (await trading.orders.getOrderByOrderID({ orderId: String(id) })).status;

  test("for a price: stop, stop limit and trailing stop", async () => {
    await position();
    const sell = { symbol: "AAPL", side: "sell", qty: "2" } as const;
    const stop = await trading.orders.stop({ ...sell, stopPrice: "100" });
    const stopLimit = await trading.orders.stopLimit({ ...sell, stopPrice: "100", limitPrice: "99" });
    const trailing = await trading.orders.trailingStop({ ...sell, trailPercent: "10" });
    expect(stop).toMatchObject({ type: "stop", stopPrice: "100" });
    expect(stopLimit).toMatchObject({ type: "stop_limit", stopPrice: "100", limitPrice: "99" });
    expect(trailing).toMatchObject({ type: "trailing_stop", trailPercent: "10" });
    const looked = await trading.orders.getOrderByOrderID({ orderId: String(trailing.id) });
    expect(Number(looked.hwm) * 0.9).toBeCloseTo(Number(looked.stopPrice), 1);
    expect(await Promise.all([stop, stopLimit, trailing].map(({ id }) => statusOf(id)))).toEqual(["new", "new", "new"]);
  });

  test("for each other: bracket, oco and oto", async () => {
    const exits = { takeProfit: { limitPrice: "900" }, stopLoss: { stopPrice: "100" } };
    const bracket = await trading.orders.bracket({ ...buy("2"), ...exits });
    expect(bracket.orderClass).toBe("bracket");
    expect(bracket.legs?.map(({ type }) => type)).toEqual(["limit", "stop"]);
    const oto = await trading.orders.oto({ ...buy("3"), stopLoss: exits.stopLoss });
    expect(oto.legs?.map(({ side, type }) => [side, type])).toEqual([["sell", "stop"]]);
    await trading.positions.deleteAllOpenPositions({ cancelOrders: true });
    await position();
    const oco = await trading.orders.oco({ symbol: "AAPL", side: "sell", qty: "8", ...exits });
    expect(oco).toMatchObject({ orderClass: "oco", limitPrice: "900" });
    const [listed] = await trading.orders.getAllOrders({ status: "open", nested: true, limit: 1 });
    expect(listed?.legs).toMatchObject([{ stopPrice: "100", status: "held" }]);
  });

  test("and are replaced by an order with a new id", async () => {
    const before = await trading.orders.limit({ ...buy("1"), limitPrice: "5" });
    const after = await trading.orders.patchOrderByOrderId({
      orderId: String(before.id),
      patchOrderRequest: { qty: "2", limitPrice: "6" },
    });
    expect(after).toMatchObject({ replaces: before.id, qty: "2", limitPrice: "6" });
    expect(await trading.orders.getOrderByOrderID({ orderId: String(before.id) })).toMatchObject({
      status: "replaced",
      replacedBy: after.id,
    });
  });
});

test("an order is sent and waited for on a stream", async () => {
  const stream = trading.stream({ url: `${sdk.streamOrigin}/stream` });
  stream.connect();
  const order = await trading.submitAndWait({ ...buy("2"), type: "market", timeInForce: "day" }, { stream });
  stream.disconnect();
  expect(order).toMatchObject({ status: "filled", filledQty: "2" });
});

describe("refusals arrive as the SDK's errors", () => {
  test("404, 422 and 403 with code and message", async () => {
    const missing = trading.positions.getOpenPosition({ symbolOrAssetId: "AAPL" });
    await expect(missing).rejects.toThrow(NotFoundError);
    await expect(missing).rejects.toMatchObject({ status: 404, code: 40410000, message: "position does not exist" });
    const subPenny = trading.orders.limit({ ...buy("1"), limitPrice: "290.123" });
    await expect(subPenny).rejects.toThrow(ValidationError);
    await expect(trading.orders.market(buy("100000"))).rejects.toMatchObject({ status: 403, code: 40310000 });
  });
});

/** A method that nothing calls, and why. */
const leftOut: Readonly<Record<string, string>> = {
  "trading.orders.deleteOrderByOrderID": "leaves a timer of half a minute behind; its raw sibling is called instead",
};

test("every method for orders has been called", () => {
  const names = [...methodsOf(trading.orders, "trading.orders"), "trading.stream", "trading.submitAndWait"];
  expect(names.filter((name) => !sdk.called().has(name))).toEqual(Object.keys(leftOut));
  expect(names).toHaveLength(18);
});
