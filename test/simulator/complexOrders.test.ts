// Brackets, exit pairs and orders that trigger another: what their legs do and when.
import { describe, expect, test } from "vitest";
import { accountFigures, heldForOrders, markAt } from "../../src/simulator/account.ts";
import { text } from "../../src/simulator/decimal.ts";
import type { ExchangeEvent, ExchangeState, OrderRequest } from "../../src/simulator/exchangeState.ts";
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
/** From 10:00 on, minute by minute; the last one stays. */
const following = (...prices: readonly number[]) =>
  handmadeTape({
    AAPL: { minute: (index) => flat(prices[Math.min(Math.max(index - 30, 0), prices.length - 1)] ?? 100) },
  });
const rising = following(100, 103, 106);
const falling = following(100, 97, 94);
const start = openAccount(ten);
const bracket: Partial<OrderRequest> = {
  qty: "10",
  orderClass: "bracket",
  takeProfit: { limitPrice: "105" },
  stopLoss: { stopPrice: "95", limitPrice: null },
};
const statuses = ({ orders }: ExchangeState) => orders.map(({ status }) => status);
const cancel = (state: ExchangeState, index: number, atMs = ten): ExchangeEvent => ({
  type: "cancelOrder",
  atMs,
  id: state.orders[index]?.id ?? "",
});

describe("a bracket", () => {
  test("keeps both exits held until its entry is filled, then sends the profit side and keeps the stop held", () => {
    const [waiting] = play(following(100), start, [submit(ten, { ...bracket, limitPrice: "99" })]);
    expect(statuses(waiting)).toEqual(["new", "held", "held"]);
    const filled = play(rising, start, [submit(ten, bracket)]);
    expect(eventNames(filled)).toEqual(["pending_new", "new", "fill", "new"]);
    expect(statuses(filled[0])).toEqual(["filled", "new", "held"]);
    expect(filled[0].orders.slice(1)).toMatchObject([
      { side: "sell", type: "limit", limitPrice: "105", qty: "10", positionIntent: "sell_to_close", parentSerial: 1 },
      { side: "sell", type: "stop", stopPrice: "95", qty: "10", positionIntent: "sell_to_close", parentSerial: 1 },
    ]);
  });

  test("takes its profit and cancels the stop", () => {
    const played = play(rising, start, [submit(ten, bracket), advanceTo(atNewYork("10:02:00"))]);
    expect(statuses(played[0])).toEqual(["filled", "filled", "canceled"]);
    expect(played[0].fills[1]).toMatchObject({ price: "105.99", qty: "10" });
    expect(eventNames(played).slice(4)).toEqual(["fill", "canceled"]);
    expect(played[0].positions).toEqual([]);
  });

  test("stops its loss and cancels the profit side", () => {
    const played = play(falling, start, [submit(ten, bracket), advanceTo(atNewYork("10:02:00"))]);
    expect(statuses(played[0])).toEqual(["filled", "canceled", "filled"]);
    expect(played[0].fills[1]).toMatchObject({ price: "93.99", qty: "10" });
    expect(eventNames(played).slice(4)).toEqual(["new", "fill", "canceled"]);
  });

  test("for a short entry has its exits the other way round", () => {
    const short: Partial<OrderRequest> = {
      ...bracket,
      side: "sell",
      takeProfit: { limitPrice: "95" },
      stopLoss: { stopPrice: "105", limitPrice: null },
    };
    const [state] = play(falling, start, [submit(ten, short), advanceTo(atNewYork("10:02:00"))]);
    expect(state.fills[1]).toMatchObject({ side: "buy", price: "94.01" });
    expect(state.positions).toEqual([]);
  });

  test("does nothing with its exits while the entry is filled in part", () => {
    const inParts = openAccount(ten, { partialFillShare: 1 });
    const [part] = play(rising, inParts, [submit(ten, bracket)]);
    expect(statuses(part)).toEqual(["partially_filled", "held", "held"]);
    expect(statuses(play(rising, part, [advanceTo(atNewYork("10:01:00"))])[0])).toEqual(["filled", "new", "held"]);
  });

  test("of which the entry is cancelled or expires ends whole", () => {
    const [waiting] = play(following(100), start, [submit(ten, { ...bracket, limitPrice: "99" })]);
    const canceled = play(following(100), waiting, [cancel(waiting, 0)]);
    expect(eventNames(canceled)).toEqual(["canceled", "canceled", "canceled"]);
    const [expired] = play(following(100), waiting, [advanceTo(atNewYork("16:00:00"))]);
    expect(statuses(expired)).toEqual(["expired", "expired", "expired"]);
  });

  test("loses both exits when one of them is cancelled", () => {
    const [held] = play(following(100), start, [submit(ten, bracket)]);
    expect(statuses(play(following(100), held, [cancel(held, 1)])[0])).toEqual(["filled", "canceled", "canceled"]);
    expect(statuses(play(following(100), held, [cancel(held, 2)])[0])).toEqual(["filled", "canceled", "canceled"]);
  });

  test("reserves buying power for its entry alone, and the shares of its exits once", () => {
    const tape = following(100);
    const power = (state: ExchangeState) => text(accountFigures(state, markAt(tape, state.nowMs)).buyingPower);
    const [waiting] = play(tape, start, [submit(ten, { ...bracket, limitPrice: "99" })]);
    expect(power(waiting)).toBe("399010");
    expect(text(heldForOrders(waiting, "AAPL"))).toBe("0");
    const [filled] = play(tape, start, [submit(ten, bracket)]);
    expect(text(heldForOrders(filled, "AAPL"))).toBe("10");
  });

  test("has exits for no more shares than are left when the position was sold meanwhile", () => {
    const inParts = openAccount(ten, { partialFillShare: 1 });
    const tape = following(100);
    const [part] = play(tape, inParts, [submit(ten, bracket)]);
    const bought = part.positions[0]?.qty ?? "0";
    const [state] = play(tape, part, [
      submit(ten + 1, { side: "sell", qty: bought, limitPrice: "100.5" }),
      advanceTo(atNewYork("10:01:00")),
    ]);
    expect(state.orders[1]?.qty).toBe(String(10 - Number(bought)));
    expect(text(heldForOrders(state, "AAPL"))).toBe("10");
  });

  test("good till cancelled gives its exits the same life", () => {
    const [state] = play(following(100), start, [
      submit(ten, { ...bracket, timeInForce: "gtc" }),
      advanceTo(atNewYork("16:00:00")),
    ]);
    expect(statuses(state)).toEqual(["filled", "new", "held"]);
    expect(state.orders.map(({ timeInForce }) => timeInForce)).toEqual(["gtc", "gtc", "gtc"]);
  });

  test("placed overnight buys at the open and has its exits from then on", () => {
    const early = atNewYork("08:00:00");
    const [queued] = play(following(100), openAccount(early), [submit(early, bracket)]);
    expect(statuses(queued)).toEqual(["accepted", "held", "held"]);
    expect(statuses(play(following(100), queued, [advanceTo(atNewYork("09:30:00"))])[0])).toEqual([
      "filled",
      "new",
      "held",
    ]);
  });
});

describe("an exit pair (oco)", () => {
  const pair: Partial<OrderRequest> = { ...bracket, side: "sell", type: "limit", orderClass: "oco" };
  const holding = (tape = following(100)) => play(tape, start, [submit(ten, { qty: "10" })])[0];

  test("is the limit order with the stop as its one leg, held", () => {
    const [state] = play(following(100), holding(), [submit(ten, pair)]);
    expect(state.orders.slice(1)).toMatchObject([
      { type: "limit", limitPrice: "105", status: "new", legSerials: [3], parentSerial: null },
      { type: "stop", stopPrice: "95", status: "held", legSerials: [], parentSerial: 2 },
    ]);
    expect(text(heldForOrders(state, "AAPL"))).toBe("10");
  });

  test.each([
    ["rising", rising, ["filled", "filled", "canceled"]],
    ["falling", falling, ["filled", "canceled", "filled"]],
  ] as const)("ends with one of the two in a %s market", (_, tape, expected) => {
    const [state] = play(tape, holding(tape), [submit(ten, pair), advanceTo(atNewYork("10:05:00"))]);
    expect(statuses(state)).toEqual(expected);
    expect(state.positions).toEqual([]);
  });

  test("whose limit is filled in part keeps the stop for the rest", () => {
    const tape = following(100, 106, 94);
    const inParts = { ...holding(tape), partialFillShare: 1 };
    const [part] = play(tape, inParts, [submit(ten, pair), advanceTo(atNewYork("10:01:00"))]);
    const sold = Number(part.orders[1]?.filledQty);
    expect(part.orders[1]?.status).toBe("partially_filled");
    expect(part.orders[2]).toMatchObject({ status: "held", qty: String(10 - sold) });
    const [state] = play(tape, part, [advanceTo(atNewYork("10:02:00"))]);
    expect(statuses(state)).toEqual(["filled", "canceled", "filled"]);
    expect(state.fills.map(({ qty }) => Number(qty))).toEqual([10, sold, 10 - sold]);
    expect(state.positions).toEqual([]);
  });

  test("with a limit on its stop side rests there when the market leaps over both", () => {
    const tape = following(100, 90);
    const leaping = { ...pair, stopLoss: { stopPrice: "95", limitPrice: "94" } };
    const [state] = play(tape, holding(tape), [submit(ten, leaping), advanceTo(atNewYork("10:05:00"))]);
    expect(statuses(state)).toEqual(["filled", "new", "new"]);
    expect(state.orders[2]).toMatchObject({ type: "stop_limit", triggeredAtMs: atNewYork("10:01:00") });
  });
});

describe("an order that triggers another (oto)", () => {
  const oto: Partial<OrderRequest> = { ...bracket, orderClass: "oto", takeProfit: null };
  test("sends its single stop to the market when it is filled", () => {
    const filled = play(falling, start, [submit(ten, oto)]);
    expect(statuses(filled[0])).toEqual(["filled", "new"]);
    expect(statuses(play(falling, filled[0], [advanceTo(atNewYork("10:02:00"))])[0])).toEqual(["filled", "filled"]);
  });

  test("sends its single limit to the market when it is filled", () => {
    const [state] = play(rising, start, [
      submit(ten, { ...oto, takeProfit: bracket.takeProfit ?? null, stopLoss: null }),
      advanceTo(atNewYork("10:02:00")),
    ]);
    expect(statuses(state)).toEqual(["filled", "filled"]);
  });
});

describe("a complex order is refused", () => {
  const tape = following(100);
  const holding = play(tape, start, [submit(ten, { qty: "10" })])[0];
  const pair: Partial<OrderRequest> = { ...bracket, side: "sell", type: "limit", orderClass: "oco" };
  test.each<[string, Partial<OrderRequest>, ExchangeState, string]>([
    [
      "a bracket that closes",
      { ...bracket, side: "sell", qty: "5" },
      holding,
      "take_profit.limit_price must be < stop_loss.stop_price",
    ],
    [
      "a bracket that closes, on the right sides",
      { ...bracket, side: "sell", takeProfit: { limitPrice: "95" }, stopLoss: { stopPrice: "105", limitPrice: null } },
      holding,
      "bracket orders must be entry orders",
    ],
    ["a pair that opens", pair, start, "oco orders must be exit orders"],
    ["a pair that is no limit order", { ...pair, type: "market" }, holding, "oco orders must be limit orders"],
    [
      "half a bracket",
      { ...bracket, stopLoss: null },
      start,
      "bracket orders require both take_profit and stop_loss; a single leg must be oto",
    ],
    [
      "half a pair",
      { ...pair, stopLoss: null },
      holding,
      "oco orders require both take_profit and stop_loss; a single leg must be oto",
    ],
    [
      "two legs of an oto",
      { ...bracket, orderClass: "oto" },
      start,
      "oto orders require either take_profit or stop_loss",
    ],
    ["no leg of an oto", { orderClass: "oto" }, start, "oto orders require either take_profit or stop_loss"],
    [
      "legs of a simple order",
      { ...bracket, orderClass: "simple" },
      start,
      "simple orders have neither take_profit nor stop_loss",
    ],
    [
      "a leg without price",
      { ...bracket, takeProfit: { limitPrice: null } },
      start,
      "take_profit.limit_price is required",
    ],
    [
      "a stop leg without price",
      { ...bracket, stopLoss: { stopPrice: null, limitPrice: "9" } },
      start,
      "stop_loss.stop_price is required",
    ],
    [
      "profit below the price",
      { ...bracket, takeProfit: { limitPrice: "99" } },
      start,
      "take_profit.limit_price must be >= base_price + 0.01",
    ],
    [
      "a stop above the price",
      { ...bracket, stopLoss: { stopPrice: "101", limitPrice: null } },
      start,
      "stop_loss.stop_price must be <= base_price - 0.01",
    ],
    ["immediate", { ...bracket, timeInForce: "ioc" }, start, "bracket orders must be DAY or GTC orders"],
    [
      "trailing",
      {
        ...bracket,
        trailPrice: "1",
        side: "sell",
        takeProfit: { limitPrice: "95" },
        stopLoss: { stopPrice: "105", limitPrice: null },
      },
      start,
      "trailing stop orders must be simple orders",
    ],
    ["fractional", { ...bracket, qty: "1.5" }, start, "fractional orders must be simple orders"],
    [
      "mills in a leg",
      { ...bracket, takeProfit: { limitPrice: "105.005" } },
      start,
      "invalid take_profit.limit_price 105.005. sub-penny increment does not fulfill minimum pricing criteria",
    ],
    [
      "a pair for more than is there",
      { ...pair, qty: "11" },
      holding,
      "insufficient qty available for order (requested: 11, available: 10)",
    ],
  ])("%s", (_, request, state, message) => {
    expect(refusalOf(play(tape, state, [submit(ten, request)]))?.message).toBe(message);
  });
});

describe("the wash rule", () => {
  const tape = following(100);
  const holding = play(tape, start, [submit(ten, { qty: "10" })])[0];
  const having = (...requests: readonly Partial<OrderRequest>[]) =>
    play(
      tape,
      holding,
      requests.map((request) => submit(ten, request)),
    )[0];
  const message = (request: Partial<OrderRequest>, state: ExchangeState) =>
    refusalOf(play(tape, state, [submit(ten, request)]))?.message;
  const wash = "potential wash trade detected. use complex orders";

  test("refuses a stop or market order against a resting one of the other side", () => {
    const stop = having({ side: "sell", qty: "2", stopPrice: "95" });
    expect(message({ limitPrice: "90" }, stop)).toBe(wash);
    expect(message({}, stop)).toBe(wash);
  });

  test("refuses a pair of limits only where they could meet", () => {
    const selling = having({ side: "sell", qty: "2", limitPrice: "110" });
    expect(message({ limitPrice: "110" }, selling)).toBe(wash);
    expect(message({ limitPrice: "109.99" }, selling)).toBeUndefined();
  });

  test("exempts brackets, exit pairs and trailing stops, on either side", () => {
    const trailing = having({ side: "sell", qty: "2", trailPrice: "3" });
    expect(message({}, trailing)).toBeUndefined();
    expect(message({ side: "sell", qty: "2", trailPrice: "3" }, having({ limitPrice: "90" }))).toBeUndefined();
    const pair = having({ ...bracket, qty: "2", side: "sell", type: "limit", orderClass: "oco" });
    expect(message({}, pair)).toBeUndefined();
    expect(message(bracket, having({ side: "sell", qty: "2", stopPrice: "95" }))).toBeUndefined();
  });

  test("does not count exits whose entry is not filled", () => {
    const entry = having({ ...bracket, orderClass: "oto", takeProfit: null, limitPrice: "99" });
    expect(message({ limitPrice: "98" }, entry)).toBeUndefined();
  });
});
