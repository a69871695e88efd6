// The unmodified SDK over HTTP: every method of the trading host that the simulator serves, and what it makes of the answers.
import { NotFoundError, ValidationError } from "@alpacahq/alpaca-trade-api/rest";
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

describe("account", () => {
  test("its figures and configuration", async () => {
    const account = await trading.account.getAccount();
    expect(account).toMatchObject({ status: "ACTIVE", multiplier: "4", currency: "USD", shortingEnabled: true });
    expect(await trading.validateConnection()).toMatchObject({ ok: true, account: { id: account.id } });
    const changed = await trading.accountConfigurations.patchAccountConfig({
      accountConfigurations: { noShorting: true },
    });
    expect(changed.noShorting).toBe(true);
    expect(await trading.accountConfigurations.getAccountConfig()).toMatchObject({
      noShorting: true,
      suspendTrade: false,
    });
    await trading.accountConfigurations.patchAccountConfig({ accountConfigurations: { noShorting: false } });
  });

  test("its history", async () => {
    const history = await trading.portfolioHistory.getAccountPortfolioHistory({ period: "1D", timeframe: "1Min" });
    expect(history.timestamp[0]).toBe(atNewYork("10:01:00") / 1000 - 60);
    expect(history.equity).toHaveLength(history.timestamp.length);
    expect(history.timeframe).toBe("1Min");
  });

  test("its activities, in one page or all of them", async () => {
    await trading.orders.market(buy("2"));
    await trading.orders.market(buy("3"));
    const [newest] = await trading.accountActivities.getAccountActivities({ activityTypes: ["FILL"], pageSize: 1 });
    expect(newest).toMatchObject({ activityType: "FILL", qty: "3", side: "buy", type: "fill" });
    const typed = await trading.accountActivities.getAccountActivitiesByActivityType({ activityType: "FILL" });
    expect(typed.length).toBeGreaterThanOrEqual(2);
    const all = await trading.collectActivities({ pageSize: 1 });
    expect(all).toHaveLength(typed.length);
    expect(await trading.collectActivitiesByType({ activityType: "FILL", pageSize: 1 })).toHaveLength(typed.length);
    for await (const first of trading.iterateActivities({ pageSize: 1 })) {
      expect(first).toEqual(all[0]);
      break;
    }
    for await (const first of trading.iterateActivitiesByType({ activityType: "FILL" })) {
      expect(first.id).toBe(newest?.id);
      break;
    }
  });
});

describe("market", () => {
  test("clock, calendar and assets", async () => {
    expect(await trading.clock.legacyClock()).toMatchObject({ isOpen: true });
    expect((await trading.clock.clock({ markets: "NYSE" })).clocks[0]).toMatchObject({
      phase: "core",
      isMarketDay: true,
    });
    const day = { start: new Date("2026-11-27"), end: new Date("2026-11-27") };
    expect(await trading.calendar.legacyCalendar(day)).toMatchObject([{ close: "13:00", sessionClose: "1700" }]);
    expect((await trading.calendar.calendar({ market: "NYSE", ...day })).calendar).toHaveLength(1);
    const assets = await trading.assets.getV2Assets({ status: "active" });
    expect(assets.map(({ symbol }) => symbol)).toEqual(["AAPL", "MSFT"]);
    const asset = await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "AAPL" });
    expect(await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: asset.id })).toEqual(asset);
  });
});

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

describe("positions", () => {
  test("looked at and closed in part, whole and all at once", async () => {
    await trading.orders.market(buy("8"));
    await trading.orders.market({ ...buy("3"), symbol: "MSFT" });
    const all = await trading.positions.getAllOpenPositions();
    expect(all).toMatchObject([
      { symbol: "AAPL", qty: "8", qtyAvailable: "8" },
      { symbol: "MSFT", qty: "3" },
    ]);
    expect(await trading.positions.getOpenPosition({ symbolOrAssetId: "AAPL" })).toMatchObject({
      side: "long",
      qty: "8",
    });
    const closed = await trading.positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", percentage: 50 });
    expect(closed).toMatchObject({ side: "sell", qty: "4" });
    await trading.positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", qty: 1 });
    expect(await trading.closeAllPositions({ cancelOrders: true })).toMatchObject([
      { symbol: "AAPL", status: 200 },
      { symbol: "MSFT", status: 200 },
    ]);
    expect(await trading.positions.getAllOpenPositions()).toEqual([]);
  });
});

describe("watchlists", () => {
  test("by id and by name", async () => {
    const { watchlists } = trading;
    const made = await watchlists.postWatchlist({ createWatchlistRequest: { name: "mine", symbols: ["AAPL"] } });
    const watchlistId = made.id;
    expect(await watchlists.getWatchlistById({ watchlistId })).toEqual(made);
    expect(await watchlists.getWatchlistByName({ name: "mine" })).toEqual(made);
    const add = { addAssetToWatchlistRequest: { symbol: "MSFT" } };
    expect((await watchlists.addAssetToWatchlist({ watchlistId, ...add })).assets).toHaveLength(2);
    expect((await watchlists.removeAssetFromWatchlist({ watchlistId, symbol: "MSFT" })).assets).toHaveLength(1);
    expect((await watchlists.addAssetToWatchlistByName({ name: "mine", ...add })).assets).toHaveLength(2);
    const update = (name: string) => ({ updateWatchlistRequest: { name, symbols: [] } });
    expect(await watchlists.updateWatchlistById({ watchlistId, ...update("ours") })).toMatchObject({ assets: [] });
    expect((await watchlists.updateWatchlistByName({ name: "ours", ...update("yours") })).name).toBe("yours");
    expect((await watchlists.getWatchlists()).map(({ name }) => name)).toEqual(["yours"]);
    await watchlists.deleteWatchlistByName({ name: "yours" });
    const other = await watchlists.postWatchlist({ createWatchlistRequest: { name: "other" } });
    await watchlists.deleteWatchlistById({ watchlistId: other.id });
    expect(await watchlists.getWatchlists()).toEqual([]);
  });
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

/** Methods of the same objects that nothing calls, each with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  "trading.orders.deleteOrderByOrderID": "leaves a timer of half a minute behind; its raw sibling is called instead",
  "trading.stream": "takes the address of Alpaca's own host",
  "trading.submitAndWait": "opens a stream at Alpaca's own host",
};

test("every method for stocks has been called", () => {
  const { account, accountActivities, accountConfigurations, assets, calendar, clock } = trading;
  const { orders, portfolioHistory, positions, watchlists } = trading;
  const apis = {
    account,
    accountActivities,
    accountConfigurations,
    assets,
    calendar,
    clock,
    orders,
    portfolioHistory,
    positions,
    watchlists,
  };
  const names = [
    ...Object.entries(apis).flatMap(([name, api]) => methodsOf(api, `trading.${name}`)),
    ...methodsOf(trading, "trading"),
  ].filter((name) => !/option/i.test(name));
  expect(names.filter((name) => !sdk.called().has(name)).sort()).toEqual(Object.keys(leftOut).sort());
  expect(sdk.called().size).toBe(49);
});
