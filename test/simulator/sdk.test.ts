// The unmodified SDK over HTTP: every method of the trading host but those for orders, and what it makes of the answers.
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

test("every method for stocks has been called", () => {
  const { account, accountActivities, accountConfigurations, assets, calendar, clock } = trading;
  const { portfolioHistory, positions, watchlists } = trading;
  const first = { account, accountActivities, accountConfigurations, assets, calendar, clock };
  const apis = Object.entries({ ...first, portfolioHistory, positions, watchlists });
  // Those of orders are called in a file of their own.
  const elsewhere = /option|trading\.(stream|submitAndWait)$/i;
  const names = [...apis.flatMap(([name, api]) => methodsOf(api, `trading.${name}`)), ...methodsOf(trading, "trading")];
  const wanted = names.filter((name) => !elsewhere.test(name));
  expect(wanted.filter((name) => !sdk.called().has(name))).toEqual([]);
  expect(wanted).toHaveLength(33);
});
