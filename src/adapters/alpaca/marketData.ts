// The market data port on Alpaca's data API: history in the fewest requests, closed days asked for once a day.
import type { BarSeries, LatestPrice } from "../../core/model/market.ts";
import type { TradingDay } from "../../core/model/time.ts";
import type { MarketData } from "../../ports/marketData.ts";
import { type AlpacaClient, read } from "./client.ts";
import { mapBarsPage, mapLatest, toSeries, type WireBar } from "./mapping.ts";

/** More would make URLs that some proxies refuse. */
const symbolsPerRequest = 100;
/** Across all symbols of a request. */
const barsPerPage = 10_000;

export function createAlpacaMarketData(
  { marketData }: AlpacaClient,
  options: { readonly feed: "iex" | "sip"; readonly adjustment: "raw" | "split" | "dividend" | "all" },
): MarketData {
  const { feed, adjustment } = options;
  // Closed days do not change within a trading day: remembered until another range of days is asked for.
  let remembered: { range: string; bars: Map<string, BarSeries | undefined> } = { range: "", bars: new Map() };

  async function fetchBars(
    symbols: readonly string[],
    from: TradingDay,
    to: TradingDay,
  ): Promise<Map<string, BarSeries>> {
    const bars = new Map<string, WireBar[]>();
    let pageToken: string | undefined;
    do {
      const wire = await read("bars", () =>
        marketData.stocks.stockBarsRaw({
          symbols: symbols.join(","),
          timeframe: "1Day",
          start: new Date(`${from}T00:00:00Z`),
          end: new Date(`${to}T23:59:59Z`),
          limit: barsPerPage,
          feed,
          adjustment,
          ...(pageToken === undefined ? {} : { pageToken }),
        }),
      );
      const page = mapBarsPage(wire);
      for (const [symbol, more] of page.bars) bars.set(symbol, [...(bars.get(symbol) ?? []), ...more]);
      pageToken = page.nextPage;
    } while (pageToken !== undefined);
    return new Map([...bars].map(([symbol, list]) => [symbol, toSeries(symbol, list)]));
  }

  return {
    feed,
    adjustment,
    dailyBars: async (symbols, from, to) => {
      const range = `${from}/${to}`;
      if (remembered.range !== range) remembered = { range, bars: new Map() };
      const { bars } = remembered;
      const missing = symbols.filter((symbol) => !bars.has(symbol));
      const fetched = await Promise.all(chunks(missing).map((chunk) => fetchBars(chunk, from, to)));
      for (const more of fetched) for (const [symbol, series] of more) bars.set(symbol, series);
      return new Map(
        symbols.flatMap((symbol): [string, BarSeries][] => {
          const series = bars.get(symbol);
          return series === undefined ? [] : [[symbol, series]];
        }),
      );
    },
    latestPrices: async (symbols) => {
      const pages = await Promise.all(
        chunks(symbols).map(async (chunk) =>
          mapLatest(
            await read("snapshots", () => marketData.stocks.stockSnapshotsRaw({ symbols: chunk.join(","), feed })),
          ),
        ),
      );
      return new Map<string, LatestPrice>(pages.flatMap((page) => [...page]));
    },
  };
}

const chunks = (symbols: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(symbols.length / symbolsPerRequest) }, (_, index) =>
    symbols.slice(index * symbolsPerRequest, (index + 1) * symbolsPerRequest),
  );
