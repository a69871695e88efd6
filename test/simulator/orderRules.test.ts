// Every refusal of the exchange, with its status, code and words.
import { describe, expect, test } from "vitest";
import type { ExchangeState, OrderRequest } from "../../src/simulator/exchangeState.ts";
import { atNewYork, flat, handmadeTape, openAccount, play, refusalOf, submit } from "./exampleMarket.ts";

const ten = atNewYork("10:00:00");
const tape = handmadeTape({
  AAPL: { minute: () => flat(100) },
  PENNY: { minute: () => flat(0.5) },
  WHOLE: { minute: () => flat(100), fractionable: false },
  HARD: { minute: () => flat(100), shortable: false },
  LENT: { minute: () => flat(100), easyToBorrow: false },
  GONE: { minute: () => flat(100), tradable: false },
});
const start = openAccount(ten);
const having = (...requests: readonly Partial<OrderRequest>[]): ExchangeState =>
  play(
    tape,
    start,
    requests.map((request) => submit(ten, request)),
  )[0];
const refuse = (request: Partial<OrderRequest>, state = start) => refusalOf(play(tape, state, [submit(ten, request)]));

const holding = having({ qty: "10" });
const resting = having({ qty: "10", limitPrice: "90", clientOrderId: "resting" });

describe("a request that is wrong in itself is refused with 422", () => {
  test.each<[string, Partial<OrderRequest>, number, string]>([
    ["neither quantity nor amount", { qty: null }, 40010001, "qty or notional is required"],
    ["both", { qty: "1", notional: "10" }, 40010001, "only one of qty or notional is accepted"],
    ["nothing", { qty: "0" }, 40010001, "qty must be > 0"],
    ["a long id", { clientOrderId: "x".repeat(129) }, 40010001, "client_order_id must be no more than 128 characters"],
    ["a limit order without a limit", { type: "limit" }, 40010001, "limit orders require a limit price"],
    [
      "a market order with a limit",
      { type: "market", limitPrice: "9" },
      40010001,
      "market orders require no stop or limit price",
    ],
    [
      "fractions of a cent",
      { limitPrice: "290.123" },
      42210000,
      "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria",
    ],
    [
      "five decimals below a dollar",
      { symbol: "PENNY", limitPrice: "0.12345" },
      42210000,
      "invalid limit_price 0.12345. sub-penny increment does not fulfill minimum pricing criteria",
    ],
    ["an amount in mills", { notional: "10.123" }, 42210000, "notional value must be limited to 2 decimal places"],
    ["fractions beyond the day", { qty: "0.5", timeInForce: "gtc" }, 42210000, "fractional orders must be DAY orders"],
    [
      "fractions in a bracket",
      { qty: "0.5", orderClass: "bracket" },
      42210000,
      "fractional orders must be simple orders",
    ],
    ["fractions short", { qty: "0.5", side: "sell" }, 42210000, "fractional orders cannot be sold short"],
    ["an unknown symbol", { symbol: "NOPE" }, 42210000, 'asset "NOPE" not found'],
    ["an untradable one", { symbol: "GONE" }, 42210000, 'asset "GONE" is not tradable'],
    [
      "a short sale of one that cannot be lent",
      { symbol: "HARD", side: "sell" },
      42210000,
      'asset "HARD" cannot be sold short',
    ],
    [
      "a short sale of one that is hard to borrow",
      { symbol: "LENT", side: "sell" },
      42210000,
      'asset "LENT" cannot be sold short',
    ],
    [
      "a market order out of hours",
      { extendedHours: true },
      42210000,
      "extended hours order must be DAY or GTC limit orders",
    ],
  ])("%s", (_, request, code, message) => {
    expect(refuse(request)).toMatchObject({ status: 422, code, message });
  });

  test("four decimals below a dollar are allowed", () => {
    expect(refuse({ symbol: "PENNY", limitPrice: "0.1234" })).toBeUndefined();
  });
});

describe("what the account does not allow is refused with 403", () => {
  test("more than the buying power, with both figures", () => {
    expect(refuse({ qty: "4000" })).toEqual({
      status: 403,
      code: 40310000,
      message: "insufficient buying power",
      fields: { buying_power: "400000", cost_basis: "400040" },
    });
  });

  test("open orders reserve buying power at once", () => {
    const reserved = having({ qty: "3900", limitPrice: "99" });
    expect(refuse({ qty: "200" }, reserved)?.fields?.buying_power).toBe("13900");
  });

  test("more shares than are there, with what holds them", () => {
    const held = play(tape, holding, [submit(ten, { side: "sell", qty: "7", limitPrice: "120" })])[0];
    expect(refuse({ side: "sell", qty: "5" }, held)).toEqual({
      status: 403,
      code: 40310000,
      message: "insufficient qty available for order (requested: 5, available: 3)",
      fields: { available: "3", existing_qty: "10", held_for_orders: "7", symbol: "AAPL" },
    });
  });

  test("one order that would turn a position round", () => {
    expect(refuse({ side: "sell", qty: "11" }, holding)?.message).toContain("insufficient qty available");
  });

  test("fractions of an asset that has none", () => {
    expect(refuse({ symbol: "WHOLE", qty: "0.5" })).toMatchObject({
      status: 403,
      message: 'asset "WHOLE" is not fractionable',
    });
  });

  test("less than a dollar", () => {
    expect(refuse({ notional: "0.99" })?.message).toBe("cost basis must be >= minimal amount of order 1");
  });

  test("short sales of a cash account", () => {
    const cash = openAccount(ten, { multiplier: "1" });
    expect(refuse({ side: "sell" }, cash)).toMatchObject({ status: 403, message: "account is not allowed to short" });
  });

  test("short sales below 2,000 dollars of equity", () => {
    const small = openAccount(ten, { startingCash: "1999.99" });
    expect(refuse({ side: "sell" }, small)?.message).toBe("account is not allowed to short");
    expect(refuse({ side: "sell" }, openAccount(ten, { startingCash: "2000" }))).toBeUndefined();
  });

  test("a short sale with a limit is valued at the limit where that is more", () => {
    expect(refuse({ side: "sell", qty: "3900", limitPrice: "110" })?.fields?.cost_basis).toBe("429000");
    expect(refuse({ side: "sell", qty: "3900", limitPrice: "101" })?.fields?.cost_basis).toBe("401740.17");
  });

  test("a buy stop is valued at its stop price", () => {
    expect(refuse({ qty: "3900", stopPrice: "110" })?.fields?.cost_basis).toBe("429000");
  });

  test("a short sale is valued at 1.03 times the ask", () => {
    expect(refuse({ side: "sell", qty: "3900" })?.fields).toEqual({ buying_power: "400000", cost_basis: "401740.17" });
  });

  test("a long buy while a short sale is open, and the other way round", () => {
    const short = having({ side: "sell", limitPrice: "120" });
    expect(refuse({ limitPrice: "90" }, short)?.message).toBe(
      "cannot open a long buy while a short sell order is open",
    );
    expect(refuse({ side: "sell", limitPrice: "120" }, resting)?.message).toBe(
      "cannot open a short sell while a long buy order is open",
    );
  });

  test("two orders that could trade with each other, naming the first", () => {
    const state = play(tape, holding, [submit(ten, { qty: "1", limitPrice: "90" })])[0];
    expect(refuse({ side: "sell" }, state)).toMatchObject({
      message: "potential wash trade detected. use complex orders",
      fields: { existing_order_id: state.orders.at(-1)?.id },
    });
    expect(refuse({ side: "sell", limitPrice: "90" }, state)?.message).toContain("wash");
    expect(refuse({ side: "sell", limitPrice: "90.01" }, state)).toBeUndefined();
  });

  test("anything while trading is blocked", () => {
    const blocked = { ...start, account: { ...start.account, tradingBlocked: true } };
    const message = "account is not authorized to trade";
    expect(refuse({}, blocked)).toMatchObject({ status: 403, code: 40310000, message });
  });

  test.each([
    [{ suspendTrade: true }, {}, "new orders are rejected by user request"],
    [{ fractionalTrading: false }, { qty: "0.5" }, "fractional trading is disabled for this account"],
    [{ noShorting: true }, { side: "sell" }, "account is not allowed to short"],
    [{ maxMarginMultiplier: "1" }, { qty: "1100" }, "insufficient buying power"],
  ] as const)("what the configuration %o forbids, and nothing without it", (changes, request, message) => {
    const configuration = { ...start.account.configuration, ...changes };
    const configured = play(tape, start, [{ type: "configure", atMs: ten, configuration }])[0];
    expect(refuse(request, configured)).toMatchObject({ status: 403, code: 40310000, message });
    expect(refuse(request, start)).toBeUndefined();
  });
});

describe("a client order id is taken once and for all", () => {
  const unique = { status: 422, code: 40010001, message: "client_order_id must be unique" };
  test("while its order is open", () => {
    expect(refuse({ clientOrderId: "resting" }, resting)).toEqual(unique);
  });
  test("when its order is filled", () => {
    expect(refuse({ clientOrderId: "a" }, having({ clientOrderId: "a" }))).toEqual(unique);
  });
  test("when its order is cancelled", () => {
    const canceled = play(tape, resting, [{ type: "cancelAllOrders", atMs: ten }])[0];
    expect(refuse({ clientOrderId: "resting" }, canceled)).toEqual(unique);
  });
  test("but not by an order that was refused", () => {
    const refused = play(tape, start, [submit(ten, { clientOrderId: "b", qty: "5000" })]);
    expect(refusalOf(refused)?.message).toBe("insufficient buying power");
    expect(refuse({ clientOrderId: "b" }, refused[0])).toBeUndefined();
  });
});
