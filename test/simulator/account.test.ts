// The account over the wire: what its owner configures, and how margin follows positions and orders.
import { describe, expect, test } from "vitest";
import { openClient } from "./exampleClient.ts";
import { atNewYork, flat, handmadeTape } from "./exampleMarket.ts";

const tape = handmadeTape({ AAPL: { minute: () => flat(100) } });
const configurations = "/v2/account/configurations";
const refusedWith = (message: string) => ({ status: 403, body: { code: 40310000, message } });

describe("configurations", () => {
  const untouched = {
    disable_overnight_trading: false,
    fractional_trading: true,
    max_margin_multiplier: "4",
    max_options_trading_level: 0,
    no_shorting: false,
    ptp_no_exception_entry: false,
    suspend_trade: false,
    trade_confirm_email: "all",
  };

  test("begin with everything allowed", () => {
    expect(openClient({ tape }).get(configurations)).toEqual(untouched);
  });

  test("are changed one by one, answered whole and kept", () => {
    const { send, get } = openClient({ tape });
    expect(send("PATCH", configurations, { trade_confirm_email: "none" })).toEqual({
      status: 200,
      body: { ...untouched, trade_confirm_email: "none" },
    });
    send("PATCH", configurations, { no_shorting: true });
    expect(get(configurations)).toEqual({ ...untouched, trade_confirm_email: "none", no_shorting: true });
  });

  test.each([
    [{ suspend_trade: "yes" }, "invalid suspend_trade: yes"],
    [{ max_margin_multiplier: "3" }, "invalid max_margin_multiplier: 3"],
    [{ max_margin_multiplier: 4 }, "invalid max_margin_multiplier: 4"],
    [{ trade_confirm_email: null }, "invalid trade_confirm_email: null"],
    [{ max_options_trading_level: 4 }, "invalid max_options_trading_level: 4"],
  ])("%o is refused and changes nothing", (body, message) => {
    const { send, get } = openClient({ tape });
    const reply = send("PATCH", configurations, { no_shorting: true, ...body });
    expect(reply).toEqual({ status: 422, body: { code: 40010001, message } });
    expect(get(configurations)).toEqual(untouched);
  });

  test("suspend_trade refuses new orders until it is lifted", () => {
    const { send, get, post } = openClient({ tape });
    send("PATCH", configurations, { suspend_trade: true });
    expect(get("/v2/account").trade_suspended_by_user).toBe(true);
    expect(post({ qty: "1" })).toMatchObject(refusedWith("new orders are rejected by user request"));
    send("PATCH", configurations, { suspend_trade: false });
    expect(post({ qty: "1" }).status).toBe(200);
  });

  test("no_shorting refuses short sales alone", () => {
    const { send, get, post } = openClient({ tape });
    send("PATCH", configurations, { no_shorting: true });
    expect(get("/v2/account").shorting_enabled).toBe(false);
    expect(post({ side: "sell", qty: "1" })).toMatchObject(refusedWith("account is not allowed to short"));
    post({ qty: "1" });
    expect(post({ side: "sell", qty: "1" }).status).toBe(200);
  });

  test("fractional_trading off refuses fractions and amounts, not whole shares", () => {
    const { send, post } = openClient({ tape });
    send("PATCH", configurations, { fractional_trading: false });
    const refusal = refusedWith("fractional trading is disabled for this account");
    expect(post({ qty: "0.5" })).toMatchObject(refusal);
    expect(post({ notional: "50" })).toMatchObject(refusal);
    expect(post({ qty: "2" }).status).toBe(200);
  });

  test.each([
    ["1", "100000"],
    ["2", "200000"],
    ["4", "400000"],
  ])("max_margin_multiplier %s leaves %s of buying power", (multiplier, power) => {
    const { send, get } = openClient({ tape });
    send("PATCH", configurations, { max_margin_multiplier: multiplier });
    expect(get("/v2/account")).toMatchObject({ multiplier, buying_power: power });
  });

  test("a higher multiplier than the account has been granted changes nothing", () => {
    const { send, get } = openClient({ tape, account: { multiplier: "2" } });
    send("PATCH", configurations, { max_margin_multiplier: "4" });
    expect(get("/v2/account")).toMatchObject({ multiplier: "2", buying_power: "200000" });
  });
});

describe("margin", () => {
  test("follows long and short positions and the orders that open more", () => {
    const { get, post } = openClient({ tape });
    post({ qty: "100" });
    expect(get("/v2/account")).toMatchObject({
      cash: "89999",
      equity: "99999",
      portfolio_value: "99999",
      long_market_value: "10000",
      short_market_value: "0",
      position_market_value: "10000",
      initial_margin: "5000",
      maintenance_margin: "3000",
      buying_power: "389996",
      regt_buying_power: "189998",
      non_marginable_buying_power: "89999",
    });
    post({ qty: "10", type: "limit", limit_price: "90" });
    expect(get("/v2/account")).toMatchObject({ cash: "89999", buying_power: "389096" });
  });

  test("a short sale adds to the cash and takes buying power", () => {
    const { get, post } = openClient({ tape });
    post({ side: "sell", qty: "100" });
    expect(get("/v2/account")).toMatchObject({
      cash: "109999",
      equity: "99999",
      short_market_value: "-10000",
      position_market_value: "10000",
      maintenance_margin: "3000",
      buying_power: "389996",
    });
  });

  test("below 2,000 dollars there is neither margin nor shorting", () => {
    const { get, post } = openClient({ tape, account: { startingCash: "1999" } });
    expect(get("/v2/account")).toMatchObject({ multiplier: "1", buying_power: "1999", shorting_enabled: false });
    expect(post({ side: "sell", qty: "1" })).toMatchObject(refusedWith("account is not allowed to short"));
  });
});

test("the equity and margin of the last close stand until the next", () => {
  const rising = handmadeTape({ AAPL: { minute: (_, day) => flat(day === "2026-06-16" ? 110 : 100) } });
  const client = openClient({ tape: rising });
  client.post({ qty: "100" });
  const start = { last_equity: "100000", last_maintenance_margin: "0", balance_asof: "2026-06-12" };
  expect(client.get("/v2/account")).toMatchObject({ equity: "99999", ...start });
  client.waitUntil(atNewYork("10:00:00", "2026-06-16"));
  expect(client.get("/v2/account")).toMatchObject({
    equity: "100999",
    maintenance_margin: "3300",
    last_equity: "99999",
    last_maintenance_margin: "3000",
    balance_asof: "2026-06-15",
  });
});
