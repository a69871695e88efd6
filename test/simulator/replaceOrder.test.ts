// Replacing open orders: what carries over, what is refused.
import { describe, expect, test } from "vitest";
import { accountFigures, heldForOrders, markAt } from "../../src/simulator/account.ts";
import { text } from "../../src/simulator/decimal.ts";
import type { ExchangeEvent, ExchangeState, OrderRequest, Replacement } from "../../src/simulator/exchangeState.ts";
import {
  advanceTo,
  atNewYork,
  eventNames,
  flat,
  handmadeTape,
  openAccount,
  play,
  refusalOf,
  submit,
} from "./exampleMarket.ts";

const ten = atNewYork("10:00:00");
/** 100, and 98 from 10:10 on. */
const tape = handmadeTape({ AAPL: { minute: (index) => flat(index < 40 ? 100 : 98) } });
const start = openAccount(ten);
const unchanged: Replacement = {
  qty: null,
  limitPrice: null,
  stopPrice: null,
  trail: null,
  timeInForce: null,
  clientOrderId: null,
};
const replace = (
  state: ExchangeState,
  change: Partial<Replacement>,
  index = state.orders.length - 1,
  atMs = ten,
): ExchangeEvent => ({
  type: "replaceOrder",
  atMs,
  id: state.orders[index]?.id ?? "unknown",
  replacement: { ...unchanged, ...change },
});
const having = (...requests: readonly Partial<OrderRequest>[]): ExchangeState =>
  play(
    tape,
    start,
    requests.map((request) => submit(ten, request)),
  )[0];
const resting = having({ qty: "10", limitPrice: "97", clientOrderId: "mine" });

describe("a replacement", () => {
  test("is a new order with new ids that names the old one, and is named by it", () => {
    const replaced = play(tape, resting, [replace(resting, { limitPrice: "96", qty: "12" })]);
    const [old, successor] = replaced[0].orders;
    expect(old).toMatchObject({
      status: "replaced",
      replacedBy: successor?.id,
      replacedAtMs: ten,
      clientOrderId: "mine",
    });
    expect(successor).toMatchObject({
      status: "new",
      replaces: old?.id,
      limitPrice: "96",
      qty: "12",
      timeInForce: "day",
    });
    expect(successor?.id).not.toBe(old?.id);
    expect(successor?.clientOrderId).not.toBe("mine");
    expect(eventNames(replaced)).toEqual(["pending_new", "replaced", "new"]);
  });

  test("takes the client order id it is given, once", () => {
    const [state] = play(tape, resting, [replace(resting, { clientOrderId: "second" })]);
    expect(state.orders[1]?.clientOrderId).toBe("second");
    expect(refusalOf(play(tape, state, [replace(state, { clientOrderId: "mine" })]))).toMatchObject({
      code: 40010001,
      message: "client_order_id must be unique",
    });
  });

  test("is executed at once where its new limit allows it", () => {
    const replaced = play(tape, resting, [replace(resting, { limitPrice: "101" })]);
    expect(eventNames(replaced)).toEqual(["pending_new", "replaced", "new", "fill"]);
    expect(replaced[0].fills).toMatchObject([{ price: "100.01", qty: "10", orderId: replaced[0].orders[1]?.id }]);
  });

  test("counts once against the buying power", () => {
    const [state] = play(tape, resting, [replace(resting, { limitPrice: "96" })]);
    expect(text(accountFigures(state, markAt(tape, ten)).buyingPower)).toBe("399040");
    const large = having({ qty: "4000", limitPrice: "97" });
    expect(refusalOf(play(tape, large, [replace(large, { qty: "4100" })]))).toBeUndefined();
    expect(refusalOf(play(tape, large, [replace(large, { qty: "4200" })]))?.message).toBe("insufficient buying power");
  });

  test("keeps what was filled and executes only the rest", () => {
    const [part] = play(tape, openAccount(ten, { partialFillShare: 1 }), [
      submit(ten, { qty: "10", limitPrice: "100.01" }),
    ]);
    const filled = Number(part.orders[0]?.filledQty);
    expect(filled).toBeGreaterThan(0);
    const [state] = play(tape, part, [replace(part, { qty: "9" }), advanceTo(atNewYork("10:01:00"))]);
    expect(state.orders[1]).toMatchObject({ qty: "9", filledQty: "9", status: "filled" });
    expect(state.fills.map(({ qty }) => Number(qty))).toEqual([filled, 9 - filled]);
    expect(refusalOf(play(tape, part, [replace(part, { qty: String(filled) })]))?.message).toBe(
      "qty must be more than filled_qty",
    );
  });

  test("can make a day order good till cancelled", () => {
    const [state] = play(tape, resting, [
      replace(resting, { timeInForce: "gtc", limitPrice: "50" }),
      advanceTo(atNewYork("16:00:00")),
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["replaced", "new"]);
  });

  test("of a stop order moves its stop price, of a trailing stop its distance", () => {
    const stopped = having({ qty: "10" }, { side: "sell", qty: "10", stopPrice: "95" });
    const [moved] = play(tape, stopped, [replace(stopped, { stopPrice: "99" }), advanceTo(atNewYork("10:10:00"))]);
    expect(moved.fills[1]).toMatchObject({ price: "97.99" });
    const trailing = having({ qty: "10" }, { side: "sell", qty: "10", trailPrice: "5" });
    const [nearer] = play(tape, trailing, [replace(trailing, { trail: "1.5" })]);
    expect(nearer.orders.at(-1)).toMatchObject({ trailPrice: "1.5", stopPrice: "98.5", highWaterMark: "100" });
  });
});

describe("a replacement is refused", () => {
  const fails = (state: ExchangeState, change: Partial<Replacement>, index?: number) =>
    refusalOf(play(tape, state, [replace(state, change, index)]));

  test("of an order that never was", () => {
    expect(fails(resting, {}, 7)?.status).toBe(404);
  });

  test("of an order that is over", () => {
    expect(fails(having({}), { qty: "2" })?.message).toBe('order is already in "filled" state');
    const [twice] = play(tape, resting, [replace(resting, { limitPrice: "96" })]);
    expect(fails(twice, { limitPrice: "95" }, 0)?.message).toBe('order is already in "replaced" state');
  });

  test("of an order that waits for the open", () => {
    const early = atNewYork("08:00:00");
    const [queued] = play(tape, openAccount(early), [submit(early, { limitPrice: "97" })]);
    expect(refusalOf(play(tape, queued, [replace(queued, { qty: "2" }, 0, early)]))?.message).toBe(
      'order in "accepted" state cannot be replaced',
    );
  });

  test.each<[string, Partial<Replacement>, string]>([
    ["fractions", { qty: "1.5" }, "qty must be a whole number of shares"],
    ["a stop price of a limit order", { stopPrice: "90" }, "limit orders require only limit price"],
    ["a trail of a limit order", { trail: "1" }, "trail is only for trailing stop orders"],
    ["an auction", { timeInForce: "cls" }, "time_in_force of a replacement must be day or gtc"],
    [
      "mills",
      { limitPrice: "96.005" },
      "invalid limit_price 96.005. sub-penny increment does not fulfill minimum pricing criteria",
    ],
    ["nothing", { qty: "0" }, "qty must be more than filled_qty"],
  ])("for %s", (_, change, message) => {
    expect(fails(resting, change)?.message).toBe(message);
  });

  test("of a fractional order", () => {
    expect(fails(having({ qty: "0.5", limitPrice: "97" }), { limitPrice: "96" })?.message).toBe(
      "fractional orders cannot be replaced",
    );
  });

  test("for more shares than the position has", () => {
    const selling = having(
      { qty: "10" },
      { side: "sell", qty: "4", limitPrice: "120" },
      { side: "sell", qty: "5", limitPrice: "121" },
    );
    expect(fails(selling, { qty: "7" })?.message).toBe(
      "insufficient qty available for order (requested: 7, available: 6)",
    );
    expect(fails(selling, { qty: "6" })).toBeUndefined();
  });

  test("for a stop price that is reached already", () => {
    const stopped = having({ qty: "10" }, { side: "sell", qty: "10", stopPrice: "95" });
    expect(fails(stopped, { stopPrice: "100" })?.message).toBe("stop price must be less than current price");
  });
});

describe("replacing a part of a complex order", () => {
  const exits = { takeProfit: { limitPrice: "105" }, stopLoss: { stopPrice: "95", limitPrice: null } };
  const entered = having({ qty: "10", orderClass: "bracket", ...exits });
  const waiting = having({ qty: "10", limitPrice: "99", orderClass: "bracket", ...exits });

  test("moves a held stop, which stays held and still ends with its counterpart", () => {
    const [moved] = play(tape, entered, [replace(entered, { stopPrice: "99" }, 2)]);
    expect(moved.orders.map(({ status }) => status)).toEqual(["filled", "new", "replaced", "held"]);
    expect(text(heldForOrders(moved, "AAPL"))).toBe("10");
    const [stopped] = play(tape, moved, [advanceTo(atNewYork("10:10:00"))]);
    expect(stopped.orders.map(({ status }) => status)).toEqual(["filled", "canceled", "replaced", "filled"]);
    expect(stopped.positions).toEqual([]);
  });

  test("of which the entry waits changes an exit before it lives", () => {
    const [moved] = play(tape, waiting, [replace(waiting, { limitPrice: "108" }, 1), advanceTo(atNewYork("10:10:00"))]);
    expect(moved.orders.map(({ status }) => status)).toEqual(["filled", "replaced", "held", "new"]);
    expect(moved.orders[3]).toMatchObject({ limitPrice: "108", parentSerial: 1 });
  });

  test("of the entry keeps the exits", () => {
    const [moved] = play(tape, waiting, [replace(waiting, { limitPrice: "101" }, 0)]);
    expect(moved.orders.map(({ status }) => status)).toEqual(["replaced", "new", "held", "filled"]);
    expect(moved.orders[1]?.parentSerial).toBe(4);
  });

  test("of the entry sends an exit to the market in the same moment", () => {
    const near = having({
      qty: "10",
      limitPrice: "99",
      orderClass: "bracket",
      ...exits,
      takeProfit: { limitPrice: "99.5" },
    });
    const [state] = play(tape, near, [replace(near, { limitPrice: "101" }, 0)]);
    expect(state.fills).toMatchObject([
      { side: "buy", price: "100.01", atMs: ten },
      { side: "sell", price: "99.99", atMs: ten },
    ]);
    expect(state.orders.map(({ status }) => status)).toEqual(["replaced", "filled", "canceled", "filled"]);
  });

  test.each<[number, Partial<Replacement>, string]>([
    [1, { qty: "5" }, "qty of bracket orders cannot be replaced"],
    [1, { limitPrice: "95" }, "take_profit.limit_price must be > stop_loss.stop_price"],
    [2, { stopPrice: "105" }, "take_profit.limit_price must be > stop_loss.stop_price"],
  ])("refuses for leg %i %o", (index, change, message) => {
    expect(refusalOf(play(tape, entered, [replace(entered, change, index)]))?.message).toBe(message);
  });
});
