// What the broker says of symbols, asked for once a trading day and process: flags of assets hardly ever change within one.
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Asset, Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";

export type AssetBook = {
  /** By symbol; one that the broker does not know is absent. Throws as the broker does. */
  flagsOf(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>>;
};

/** More symbols than this are taken from the list of all assets: one long answer instead of many short ones. */
const askedSingly = 20;

export function createAssetBook(ports: { readonly broker: Broker; readonly clock: Clock }): AssetBook {
  const { broker, clock } = ports;
  let day = "";
  let known = new Map<string, Asset | undefined>();

  return {
    flagsOf: async (symbols) => {
      const today = tradingDayOf(clock.now());
      if (day !== today) [day, known] = [today, new Map()];
      const missing = symbols.filter((symbol) => !known.has(symbol));
      if (missing.length > askedSingly) {
        const all = await broker.assets();
        for (const symbol of missing) known.set(symbol, all.get(symbol));
      } else {
        await Promise.all(missing.map(async (symbol) => known.set(symbol, await broker.asset(symbol))));
      }
      return new Map(
        symbols.flatMap((symbol) => {
          const asset = known.get(symbol);
          return asset === undefined ? [] : [[symbol, asset] as const];
        }),
      );
    },
  };
}
