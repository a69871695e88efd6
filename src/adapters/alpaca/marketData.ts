// The market data port on Alpaca's data API: history in the fewest requests, closed days asked for once a day.
import { InvariantError } from "../../core/model/errors.ts";
import type { BarSeries, LatestPrice } from "../../core/model/market.ts";
import { msFromInstant, type TradingDay } from "../../core/model/time.ts";
import type { Tick } from "../../core/monitoring/intradayBars.ts";
import type { MarketData } from "../../ports/marketData.ts";
import { type AlpacaClient, read } from "./client.ts";
import { mapBarsPage, mapLatest, mapTradesPage, toSeries, type WireBar } from "./marketDataMapping.ts";

/** More would make URLs that some proxies refuse. */
const symbolsPerRequest = 100;
/** Across all symbols of a request. */
const rowsPerPage = 10_000;

export function createAlpacaMarketData(
  { marketData, deadline }: AlpacaClient,
  options: { readonly feed: "iex" | "sip"; readonly adjustment: "raw" | "split" | "dividend" | "all" },
): MarketData {
  const { feed, adjustment } = options;
  // Closed days do not change within a trading day: remembered by the first day asked for, until the last day is another one.
  let remembered = { to: "", from: new Map<TradingDay, Map<string, BarSeries>>() };

  function rememberedBars(from: TradingDay, to: TradingDay): Map<string, BarSeries> {
    if (remembered.to !== to) remembered = { to, from: new Map() };
    const bars = remembered.from.get(from) ?? new Map<string, BarSeries>();
    remembered.from.set(from, bars);
    return bars;
  }

  async function fetchBars(
    symbols: readonly string[],
    from: TradingDay,
    to: TradingDay,
    signal: AbortSignal,
  ): Promise<readonly BarSeries[]> {
    const bars = new Map<string, WireBar[]>();
    const pageTokens = new Set<string>();
    let pageToken: string | undefined;
    do {
      const query = {
        symbols: symbols.join(","),
        timeframe: "1Day",
        start: new Date(`${from}T00:00:00Z`),
        end: new Date(`${to}T23:59:59Z`),
        limit: rowsPerPage,
        feed,
        adjustment,
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      const page = mapBarsPage(await read("bars", () => marketData.stocks.stockBarsRaw(query, { signal })));
      for (const [symbol, more] of page.bars) {
        const list = bars.get(symbol) ?? [];
        for (const bar of more) list.push(bar);
        bars.set(symbol, list);
      }
      pageToken = page.nextPage;
      if (pageToken !== undefined && pageTokens.has(pageToken)) {
        throw new InvariantError("INTERNAL", "the broker's pages of bars do not end");
      }
      if (pageToken !== undefined) pageTokens.add(pageToken);
    } while (pageToken !== undefined);
    return [...bars].map(([symbol, list]) => toSeries(symbol, list));
  }

  return {
    feed,
    adjustment,
    dailyBars: async (symbols, from, to) => {
      const known = rememberedBars(from, to);
      const missing = symbols.filter((symbol) => !known.has(symbol));
      const signal = deadline();
      const fetched = await Promise.all(chunks(missing).map((chunk) => fetchBars(chunk, from, to, signal)));
      const bars = new Map([...known.values(), ...fetched.flat()].map((series) => [series.symbol, series]));
      // What lacks the last day may be late at the source, so it is asked for again.
      for (const series of fetched.flat()) if (reaches(series, to)) known.set(series.symbol, series);
      return new Map(
        symbols.flatMap((symbol): [string, BarSeries][] => {
          const series = bars.get(symbol);
          return series === undefined ? [] : [[symbol, series]];
        }),
      );
    },
    trades: async (symbols, from, to) => {
      const signal = deadline();
      const ticks: Tick[] = [];
      for (const chunk of chunks(symbols)) {
        let pageToken: string | undefined;
        do {
          const query = {
            symbols: chunk.join(","),
            start: new Date(from),
            end: new Date(msFromInstant(to) - 1),
            limit: rowsPerPage,
            feed,
            ...(pageToken === undefined ? {} : { pageToken }),
          };
          const page = mapTradesPage(await read("trades", () => marketData.stocks.stockTradesRaw(query, { signal })));
          for (const tick of page.ticks) ticks.push(tick);
          if (page.nextPage !== undefined && page.nextPage === pageToken) {
            throw new InvariantError("INTERNAL", "the broker's pages of trades do not end");
          }
          pageToken = page.nextPage;
        } while (pageToken !== undefined);
      }
      return ticks;
    },
    latestPrices: async (symbols) => {
      const signal = deadline();
      const pages = await Promise.all(
        chunks(symbols).map(async (chunk) =>
          mapLatest(
            await read("snapshots", () =>
              marketData.stocks.stockSnapshotsRaw({ symbols: chunk.join(","), feed }, { signal }),
            ),
          ),
        ),
      );
      return new Map<string, LatestPrice>(pages.flatMap((page) => [...page]));
    },
  };
}

const reaches = ({ timeMs }: BarSeries, day: TradingDay): boolean =>
  (timeMs.at(-1) ?? Number.NEGATIVE_INFINITY) >= Date.parse(`${day}T00:00:00Z`);

const chunks = (symbols: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(symbols.length / symbolsPerRequest) }, (_, index) =>
    symbols.slice(index * symbolsPerRequest, (index + 1) * symbolsPerRequest),
  );
