// What every cache of daily bars promises, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import type { Instant } from "../../src/core/model/time.ts";
import type { BarKey, KeptBars } from "../../src/ports/barCache.ts";
import { exampleBars } from "../core/examples.ts";
import { storeKinds } from "./storeKinds.ts";

const key: BarKey = { feed: "iex", adjustment: "split", timeframe: "1Day", day: "2026-06-15 open" };
const [from, earlier] = ["2026-06-08T04:00:00.000Z" as Instant, "2026-01-02T05:00:00.000Z" as Instant];
const kept = (symbol: string, closes: readonly number[] = [10, 11.25, 12], since = from): KeptBars => ({
  from: since,
  series: exampleBars(symbol, closes),
});

describe.each(storeKinds())("the cache of bars on %s tables", (_, open) => {
  test("BC-01 gives back what was written, and nothing else", async () => {
    const { barCache } = open().stores;
    expect(await barCache.read(key, ["AAA"])).toEqual([]);
    await barCache.write(key, [kept("AAA"), kept("BBB")]);
    expect(await barCache.read(key, ["BBB", "CCC"])).toEqual([kept("BBB")]);
    expect(await barCache.read(key, [])).toEqual([]);
  });

  test.each<[string, Partial<BarKey>]>([
    ["another day", { day: "2026-06-16" }],
    ["before the open of the same day", { day: "2026-06-15" }],
    ["another feed", { feed: "sip" }],
    ["another adjustment", { adjustment: "raw" }],
  ])("BC-02 gives nothing for %s", async (_name, changes) => {
    const { barCache } = open().stores;
    await barCache.write(key, [kept("AAA")]);
    expect(await barCache.read({ ...key, ...changes }, ["AAA"])).toEqual([]);
  });

  test("BC-03 gives the history that was written last, whoever wrote it, and keeps one a symbol", async () => {
    const { stores, tableOf } = open();
    await Promise.all([
      stores.barCache.write(key, [kept("AAA")]),
      stores.barCache.write(key, [kept("AAA", [9, 10, 11.25, 12], earlier)]),
    ]);
    const [{ from: since, series } = kept("AAA")] = await stores.barCache.read(key, ["AAA"]);
    expect(series.close.length).toBe(since === earlier ? 4 : 3);
    await stores.barCache.write({ ...key, day: "2026-06-16" }, [kept("AAA")]);
    expect(await stores.barCache.read(key, ["AAA"])).toEqual([]);
    const rows = await tableOf("TradewindBars").query({ partitionKey: "1Day_iex_split" });
    expect(rows.map(({ rowKey }) => rowKey)).toEqual(["AAA"]);
  });

  test("BC-04 gives nothing of a symbol that is forgotten", async () => {
    const { barCache } = open().stores;
    await barCache.write(key, [kept("AAA"), kept("BBB")]);
    await barCache.forget(key, ["AAA", "CCC"]);
    expect(await barCache.read(key, ["AAA", "BBB"])).toEqual([kept("BBB")]);
  });

  test("BC-05 reads and writes many symbols, of years", async () => {
    const { barCache } = open().stores;
    const symbols = Array.from({ length: 60 }, (_name, index) => `S${String.fromCharCode(65 + (index % 26))}${index}`);
    const years = Array.from({ length: 500 }, (_name, index) => 50 + Math.round(1e4 * Math.sin(index)) / 1e4);
    await barCache.write(
      key,
      symbols.map((symbol) => kept(symbol, years)),
    );
    const wanted = symbols.filter((_name, index) => index % 2 === 0);
    const found = await barCache.read(key, wanted);
    expect(found.map(({ series }) => series.symbol).sort()).toEqual(wanted.toSorted());
    expect(found[0]?.series.close).toEqual(Float64Array.from(years));
  });

  test("BC-06 refuses a row that it cannot read", async () => {
    const { stores, tableOf } = open();
    await stores.barCache.write(key, [kept("AAA")]);
    const row = { partitionKey: "1Day_iex_split", rowKey: "AAA", columns: { schemaVersion: 1, day: key.day } };
    await tableOf("TradewindBars").put({ ...row, payload: { from, series: { symbol: "AAA" } } });
    await expect(stores.barCache.read(key, ["AAA"])).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
  });
});
