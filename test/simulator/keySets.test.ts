// The exact shape of each resource but orders: its keys and no others, money as strings, the form of every time.
import { expect, test } from "vitest";
import { type Json, openClient } from "./exampleClient.ts";
import { atNewYork } from "./exampleMarket.ts";
import { shapeOf } from "./shapeOf.ts";

const nanos = "nanoseconds UTC";

test("the account", () => {
  const client = openClient();
  client.post({ notional: "100.57" });
  const money = `cash equity last_equity portfolio_value buying_power regt_buying_power effective_buying_power
    non_marginable_buying_power options_buying_power long_market_value short_market_value position_market_value
    initial_margin maintenance_margin last_maintenance_margin sma accrued_fees intraday_adjustments multiplier
    pending_reg_taf_fees pending_transfer_in`;
  const { account_number: number, ...account } = client.get("/v2/account");
  expect(number).toMatch(/^PA3[0-9A-F]{8}$/);
  expect(shapeOf(account)).toEqual({
    ...Object.fromEntries(money.split(/\s+/).map((key) => [key, "decimal"])),
    id: "uuid",
    admin_configurations: {},
    user_configurations: "null",
    status: "ACTIVE",
    crypto_status: "ACTIVE",
    crypto_tier: "integer",
    currency: "USD",
    created_at: nanos,
    balance_asof: "date",
    options_approved_level: "integer",
    options_trading_level: "integer",
    trading_blocked: "boolean",
    transfers_blocked: "boolean",
    account_blocked: "boolean",
    trade_suspended_by_user: "boolean",
    shorting_enabled: "boolean",
  });
});

test.each([
  ["buy", "long"],
  ["sell", "short"],
])("a position after a %s is %s", (side, is) => {
  const client = openClient();
  client.post({ side, qty: "3" });
  client.wait(3_600_000);
  const decimals = `qty qty_available avg_entry_price market_value cost_basis unrealized_pl unrealized_plpc
    unrealized_intraday_pl unrealized_intraday_plpc current_price lastday_price change_today`;
  const shape = {
    ...Object.fromEntries(decimals.split(/\s+/).map((key) => [key, "decimal"])),
    asset_id: "uuid",
    symbol: "AAPL",
    exchange: "NYSE",
    asset_class: "us_equity",
    asset_marginable: "boolean",
    side: is,
  };
  expect(shapeOf(client.list("/v2/positions"))).toEqual([shape]);
  expect(shapeOf(client.get("/v2/positions/AAPL"))).toEqual(shape);
});

test("an activity", () => {
  const client = openClient();
  client.post({ qty: "3" });
  expect(shapeOf(client.list("/v2/account/activities"))).toEqual([
    {
      id: "activity id",
      activity_type: "FILL",
      transaction_time: nanos,
      type: "fill",
      price: "decimal",
      qty: "decimal",
      side: "buy",
      symbol: "AAPL",
      leaves_qty: "decimal",
      order_id: "uuid",
      cum_qty: "decimal",
      order_status: "filled",
    },
  ]);
});

test("an asset", () => {
  expect(shapeOf(openClient().get("/v2/assets/AAPL"))).toEqual({
    id: "uuid",
    class: "us_equity",
    exchange: "NYSE",
    symbol: "AAPL",
    name: "AAPL (simulated)",
    status: "active",
    tradable: "boolean",
    marginable: "boolean",
    maintenance_margin_requirement: "integer",
    margin_requirement_long: "decimal",
    margin_requirement_short: "decimal",
    shortable: "boolean",
    easy_to_borrow: "boolean",
    borrow_status: "easy_to_borrow",
    fractionable: "boolean",
    attributes: [],
  });
});

test.each(["10:00:20", "03:00:00", "20:30:00"])("clock and calendar at %s", (time) => {
  const { get, list } = openClient({ atMs: atNewYork(time) });
  const local = "seconds New York";
  expect(shapeOf(get("/v2/clock"))).toEqual({
    timestamp: local,
    is_open: "boolean",
    next_open: local,
    next_close: local,
  });
  const [clock] = get("/v3/clock?markets=NYSE").clocks as Json[];
  const { market, phase, ...times } = clock ?? {};
  expect(Object.keys(market as Json)).toEqual(["acronym", "bic", "mic", "name", "timezone"]);
  expect(["closed", "pre", "core", "post"]).toContain(phase);
  expect(shapeOf(times)).toEqual({
    timestamp: local,
    is_market_day: "boolean",
    next_market_open: local,
    next_market_close: local,
    phase_until: local,
  });
  expect(shapeOf(list("/v2/calendar?start=2026-11-25&end=2026-11-30"))).toEqual([
    {
      date: "date",
      open: "hh:mm",
      close: "hh:mm",
      session_open: "hhmm",
      // Four digits that begin with no zero are a number too.
      session_close: "decimal",
      settlement_date: "date",
    },
  ]);
  const edges = ["pre_start", "pre_end", "core_start", "core_end", "post_start", "post_end"].map((key) => [key, local]);
  expect(shapeOf(get("/v3/calendar/NYSE").calendar)).toEqual([
    { date: "date", ...Object.fromEntries(edges), settlement_date: "date" },
  ]);
});
