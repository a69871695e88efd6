// The market data port on Alpaca's data API: feed and adjustment always named, symbols in chunks, pages to their end.
import { bySymbol } from "../../core/model/bySymbol.ts";
import { InvariantError } from "../../core/model/errors.ts";
import type { LatestPrice } from "../../core/model/market.ts";
import { msFromInstant } from "../../core/model/time.ts";
import type { Tick } from "../../core/monitoring/intradayBars.ts";
import type { MarketData } from "../../ports/marketData.ts";
import { type AlpacaClient, read } from "./client.ts";
import { mapBarsPage, mapLatest, mapTradesPage, toSeries } from "./marketDataMapping.ts";

/** More would make URLs that some proxies refuse. */
const symbolsPerRequest = 100;
/** Across all symbols of a request. */
const rowsPerPage = 10_000;

export function createAlpacaMarketData(
  { marketData, deadline }: AlpacaClient,
  options: { readonly feed: "iex" | "sip"; readonly adjustment: "raw" | "split" | "dividend" | "all" },
): MarketData {
  const { feed, adjustment } = options;

  /** All pages of one request, across its symbols. */
  async function pagesOf<T>(
    what: string,
    page: (pageToken: string | undefined) => Promise<{ readonly items: T; readonly nextPage: string | undefined }>,
  ): Promise<readonly T[]> {
    const pages: T[] = [];
    const tokens = new Set<string>();
    for (let token: string | undefined; ; ) {
      const { items, nextPage } = await page(token);
      pages.push(items);
      if (nextPage === undefined) return pages;
      if (tokens.has(nextPage)) throw new InvariantError("INTERNAL", `the broker's pages of ${what} do not end`);
      tokens.add(nextPage);
      token = nextPage;
    }
  }

  return {
    feed,
    adjustment,
    bars: async ({ symbols, timeframe, from, to }) => {
      const signal = deadline();
      const range = { start: new Date(from), end: new Date(msFromInstant(to) - 1) };
      const fetched = await Promise.all(
        chunks(symbols).map(async (chunk) => {
          const query = { symbols: chunk.join(","), timeframe, ...range, limit: rowsPerPage, feed, adjustment };
          const pages = await pagesOf("bars", async (pageToken) =>
            mapBarsPage(
              await read("bars", () =>
                marketData.stocks.stockBarsRaw(
                  { ...query, ...(pageToken === undefined ? {} : { pageToken }) },
                  { signal },
                ),
              ),
            ),
          );
          return toSeries(timeframe, pages);
        }),
      );
      return bySymbol(fetched.flat());
    },
    trades: async (symbols, from, to) => {
      const signal = deadline();
      const range = { start: new Date(from), end: new Date(msFromInstant(to) - 1) };
      const ticks: Tick[] = [];
      for (const chunk of chunks(symbols)) {
        const query = { symbols: chunk.join(","), ...range, limit: rowsPerPage, feed };
        const pages = await pagesOf("trades", async (pageToken) =>
          mapTradesPage(
            await read("trades", () =>
              marketData.stocks.stockTradesRaw(
                { ...query, ...(pageToken === undefined ? {} : { pageToken }) },
                { signal },
              ),
            ),
          ),
        );
        for (const page of pages) for (const tick of page) ticks.push(tick);
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

const chunks = (symbols: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(symbols.length / symbolsPerRequest) }, (_, index) =>
    symbols.slice(index * symbolsPerRequest, (index + 1) * symbolsPerRequest),
  );
