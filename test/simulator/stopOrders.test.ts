// Stop, stop-limit and trailing-stop orders over minutes with known prices.
import { describe, expect, test } from "vitest";
import type { ExchangeState, OrderRequest } from "../../src/simulator/exchangeState.ts";
import {
  advanceTo,
  atNewYork,
  eventNames,
  flat,
  handmadeTape,
  type Minute,
  openAccount,
  play,
  refusalOf,
  submit,
} from "./exampleMarket.ts";

const ten = atNewYork("10:00:00");
/** Prices from 10:00 on, minute by minute; the last one stays. Wicks are five cents unless given. */
const following = (...minutes: readonly (number | Minute)[]) =>
  handmadeTape({
    AAPL: {
      minute: (index) => {
        const minute = minutes[Math.min(Math.max(index - 30, 0), minutes.length - 1)] ?? 100;
        return typeof minute === "number" ? flat(minute) : minute;
      },
      extendedMinute: () => flat(50),
    },
  });
const long = (tape: ReturnType<typeof following>): ExchangeState =>
  play(tape, openAccount(ten), [submit(ten, { qty: "10" })])[0];
const last = ({ orders }: ExchangeState) => orders.at(-1);
const sellStop: Partial<OrderRequest> = { side: "sell", qty: "10", stopPrice: "98" };

describe("a stop order", () => {
  test("rests while its price is not reached, and reserves the shares it will sell", () => {
    const tape = following(100, 99);
    const [state] = play(tape, long(tape), [submit(ten, sellStop), advanceTo(atNewYork("15:59:00"))]);
    expect(last(state)).toMatchObject({ status: "new", triggeredAtMs: null, filledQty: "0" });
    expect(
      refusalOf(play(tape, state, [submit(ten, { side: "sell", type: "limit", limitPrice: "120" })]))?.message,
    ).toBe("insufficient qty available for order (requested: 1, available: 0)");
  });

  test("is sold at the bid of the minute that opens at or below its price", () => {
    const tape = following(100, 98);
    const [state] = play(tape, long(tape), [submit(ten, sellStop), advanceTo(atNewYork("10:01:00"))]);
    expect(state.fills[1]).toMatchObject({ price: "97.99", qty: "10", atMs: atNewYork("10:01:00") });
    expect(last(state)).toMatchObject({ status: "filled", triggeredAtMs: atNewYork("10:01:00") });
  });

  test("that a minute only touched is sold when that minute is over, at the market then", () => {
    const tape = following(100, { ...flat(100), low: 98 }, 99);
    const [resting] = play(tape, long(tape), [submit(ten, sellStop), advanceTo(atNewYork("10:01:59"))]);
    expect(last(resting)?.status).toBe("new");
    const [state] = play(tape, resting, [advanceTo(atNewYork("10:02:00"))]);
    expect(state.fills[1]).toMatchObject({ price: "98.99", atMs: atNewYork("10:02:00") });
  });

  test("to buy is the mirror image: it covers at the ask once the price has risen", () => {
    const tape = following(100, 102);
    const [state] = play(tape, openAccount(ten), [
      submit(ten, { side: "sell", qty: "5" }),
      submit(ten, { qty: "5", stopPrice: "101.5" }),
      advanceTo(atNewYork("10:01:00")),
    ]);
    expect(state.fills[1]).toMatchObject({ side: "buy", price: "102.01", qty: "5" });
    expect(state.positions).toEqual([]);
  });

  test("is not triggered by a low that may lie before it came", () => {
    const tape = following({ ...flat(100), low: 98 }, 100);
    const late = ten + 30_000;
    const [state] = play(tape, long(tape), [submit(late, sellStop), advanceTo(atNewYork("11:00:00"))]);
    expect(last(state)?.status).toBe("new");
  });

  test("is triggered in regular hours only", () => {
    const tape = following(100);
    const [state] = play(tape, long(tape), [
      submit(ten, { ...sellStop, timeInForce: "gtc" }),
      advanceTo(atNewYork("19:59:00")),
    ]);
    expect(last(state)?.status).toBe("new");
  });

  test("placed overnight is triggered by an open below its price", () => {
    const early = atNewYork("08:00:00");
    const opening = handmadeTape({ AAPL: { minute: (_, day) => flat(day === "2026-06-15" ? 95 : 100) } });
    const friday = atNewYork("15:00:00", "2026-06-12");
    const [state] = play(opening, openAccount(friday), [
      submit(friday, { qty: "10" }),
      submit(early, sellStop),
      advanceTo(atNewYork("09:30:00")),
    ]);
    expect(state.fills[1]).toMatchObject({ price: "94.99", atMs: atNewYork("09:30:00") });
  });

  test.each<[string, Partial<OrderRequest>, string]>([
    ["a sell above the market", { ...sellStop, stopPrice: "101" }, "stop price must be less than current price"],
    ["a sell at the market", { ...sellStop, stopPrice: "100" }, "stop price must be less than current price"],
    ["a buy below the market", { stopPrice: "99" }, "stop price must be greater than current price"],
    ["no stop price", { type: "stop" }, "stop orders require a stop price"],
    [
      "a stop limit without limit",
      { type: "stop_limit", stopPrice: "101" },
      "stop limit orders require both stop and limit price",
    ],
    [
      "a stop with a limit",
      { type: "stop", stopPrice: "101", limitPrice: "102" },
      "stop orders require no limit price",
    ],
    [
      "mills",
      { stopPrice: "101.005" },
      "invalid stop_price 101.005. sub-penny increment does not fulfill minimum pricing criteria",
    ],
    ["immediate", { stopPrice: "101", timeInForce: "ioc" }, 'invalid time_in_force "ioc" for stop order of "AAPL"'],
  ])("is refused: %s", (_, request, message) => {
    const tape = following(100);
    expect(refusalOf(play(tape, long(tape), [submit(ten, request)]))?.message).toBe(message);
  });

  test("reached by the last trades of the day is executed at the closing price", () => {
    const tape = handmadeTape({
      AAPL: { minute: (index) => (index === 389 ? { ...flat(100), low: 97.5, close: 97.8 } : flat(100)) },
    });
    const [state] = play(tape, long(tape), [
      submit(ten, { ...sellStop, qty: "4" }),
      submit(ten, { ...sellStop, qty: "3", limitPrice: "97.9" }),
      submit(ten, { ...sellStop, qty: "3", stopPrice: "97" }),
      advanceTo(atNewYork("16:00:00")),
    ]);
    expect(state.fills.slice(1)).toMatchObject([{ price: "97.8", qty: "4", atMs: atNewYork("16:00:00") }]);
    expect(state.orders.map(({ status }) => status)).toEqual(["filled", "filled", "expired", "expired"]);
  });

  test("may be fractional for the day", () => {
    const tape = following(100, 97);
    const [state] = play(tape, long(tape), [
      submit(ten, { ...sellStop, qty: "0.5" }),
      advanceTo(atNewYork("10:01:00")),
    ]);
    expect(last(state)).toMatchObject({ status: "filled", filledQty: "0.5" });
  });
});

describe("a stop-limit order", () => {
  const request = { ...sellStop, limitPrice: "97.5" };
  test("is sold at its limit or better once its stop price is reached", () => {
    const tape = following(100, 98);
    const [state] = play(tape, long(tape), [submit(ten, request), advanceTo(atNewYork("10:01:00"))]);
    expect(state.fills[1]).toMatchObject({ price: "97.99" });
  });

  test("that the market leaps over rests as a limit order until the market comes back", () => {
    const tape = following(100, 96, 96, 98);
    const [leapt] = play(tape, long(tape), [submit(ten, request), advanceTo(atNewYork("10:02:59"))]);
    expect(last(leapt)).toMatchObject({ status: "new", triggeredAtMs: atNewYork("10:01:00") });
    const [state] = play(tape, leapt, [advanceTo(atNewYork("10:03:00"))]);
    expect(state.fills[1]).toMatchObject({ price: "97.99", atMs: atNewYork("10:03:00") });
  });

  test("is not executed at its limit before its stop price is reached", () => {
    const tape = following(100, 99);
    const [state] = play(tape, long(tape), [
      submit(ten, { ...request, limitPrice: "95" }),
      advanceTo(atNewYork("12:00:00")),
    ]);
    expect(last(state)?.filledQty).toBe("0");
  });
});

describe("a trailing stop", () => {
  const trailing: Partial<OrderRequest> = { side: "sell", qty: "10", trailPrice: "2" };
  test("follows the best price and is sold when the market falls by its distance", () => {
    const tape = following(100, 103, { ...flat(103), high: 104 }, 102.5, 102, 105);
    const [risen] = play(tape, long(tape), [submit(ten, trailing), advanceTo(atNewYork("10:01:00"))]);
    expect(last(risen)).toMatchObject({ highWaterMark: "103", stopPrice: "101", status: "new" });
    const [higher] = play(tape, risen, [advanceTo(atNewYork("10:03:30"))]);
    expect(last(higher)).toMatchObject({ highWaterMark: "104", stopPrice: "102" });
    const [sold] = play(tape, higher, [advanceTo(atNewYork("10:04:00"))]);
    expect(sold.fills[1]).toMatchObject({ price: "101.99", atMs: atNewYork("10:04:00") });
  });

  test("never moves its stop price back", () => {
    const tape = following(100, 103, 101.5, 102);
    const [state] = play(tape, long(tape), [submit(ten, trailing), advanceTo(atNewYork("10:10:00"))]);
    expect(last(state)).toMatchObject({ highWaterMark: "103.05", stopPrice: "101.05", status: "new" });
  });

  test("by percent keeps a share of the best price, in whole cents", () => {
    const tape = following(100, 103.33);
    const [state] = play(tape, long(tape), [
      submit(ten, { ...trailing, trailPrice: null, trailPercent: "1.5" }),
      advanceTo(atNewYork("10:01:00")),
    ]);
    expect(last(state)).toMatchObject({ highWaterMark: "103.33", stopPrice: "101.78" });
  });

  test("to buy follows the lowest price and covers when the market rises", () => {
    const tape = following(100, 97, 98.9, 99.1);
    const [state] = play(tape, openAccount(ten), [
      submit(ten, { side: "sell", qty: "4" }),
      submit(ten, { ...trailing, side: "buy", qty: "4" }),
      advanceTo(atNewYork("10:02:30")),
    ]);
    expect(last(state)).toMatchObject({ highWaterMark: "96.95", stopPrice: "98.95" });
    expect(play(tape, state, [advanceTo(atNewYork("10:03:00"))])[0].fills[1]).toMatchObject({ price: "99.11" });
  });

  test.each<[string, Partial<OrderRequest>, string]>([
    ["no distance", { type: "trailing_stop" }, "trailing stop orders must specify one of trail_price or trail_percent"],
    ["two distances", { trailPrice: "1", trailPercent: "1" }, "only one of trail_price or trail_percent is accepted"],
    ["more than everything", { trailPercent: "100" }, "trail_percent must be > 0 and < 100"],
    ["no way down", { trailPrice: "100" }, "trail_price must be less than current price"],
    [
      "fractions",
      { trailPrice: "1", qty: "0.5" },
      "fractional orders must be market, limit, stop or stop limit orders",
    ],
    [
      "mills",
      { trailPrice: "1.005" },
      "invalid trail_price 1.005. sub-penny increment does not fulfill minimum pricing criteria",
    ],
  ])("is refused: %s", (_, request, message) => {
    const tape = following(100);
    expect(refusalOf(play(tape, long(tape), [submit(ten, { side: "sell", ...request })]))?.message).toBe(message);
  });
});

test("triggering is no event of its own", () => {
  const tape = following(100, 98);
  const bought = long(tape);
  const played = play(tape, bought, [submit(ten, sellStop), advanceTo(atNewYork("10:01:00"))]);
  expect(eventNames(played)).toEqual(["pending_new", "new", "fill"]);
});
