// Bars, trades and prices from Alpaca's shapes to ours.
import { z } from "zod";
import type { BarSeries, LatestPrice } from "../../core/model/market.ts";
import { price } from "../../core/model/money.ts";
import type { Tick } from "../../core/monitoring/intradayBars.ts";
import { instant, parse } from "./wire.ts";

const barWire = z.object({ t: instant, o: z.number(), h: z.number(), l: z.number(), c: z.number(), v: z.number() });
const barsWire = z.object({
  bars: z.record(z.string(), z.array(barWire)).nullish(),
  next_page_token: z.string().nullish(),
});
const tradesWire = z.object({
  trades: z
    .record(
      z.string(),
      z.array(
        z.object({
          i: z.union([z.number(), z.string()]),
          t: instant,
          p: z.number(),
          s: z.number(),
          u: z.string().nullish(),
        }),
      ),
    )
    .nullish(),
  next_page_token: z.string().nullish(),
});
const snapshotsWire = z.record(
  z.string(),
  z
    .object({
      latestTrade: z.object({ t: instant, p: z.number() }).nullish(),
      latestQuote: z.object({ bp: z.number().nullish(), ap: z.number().nullish() }).nullish(),
    })
    .nullish(),
);

export type BarsPage = {
  readonly bars: ReadonlyMap<string, readonly WireBar[]>;
  readonly nextPage: string | undefined;
};
export type WireBar = z.infer<typeof barWire>;

export function mapBarsPage(wire: unknown): BarsPage {
  const page = parse("bars", barsWire, wire);
  return { bars: new Map(Object.entries(page.bars ?? {})), nextPage: page.next_page_token ?? undefined };
}

/** A trade that the exchange took back comes marked as cancelled. */
export function mapTradesPage(wire: unknown): {
  readonly ticks: readonly Tick[];
  readonly nextPage: string | undefined;
} {
  const page = parse("trades", tradesWire, wire);
  const ticks = Object.entries(page.trades ?? {}).flatMap(([symbol, trades]) =>
    trades.map(({ i: id, t, p: price, s: size, u }): Tick => {
      const at = Date.parse(t);
      return u === "canceled" || u === "incorrect"
        ? { symbol, kind: "cancel", originalId: id, at }
        : { symbol, id, at, price, size };
    }),
  );
  return { ticks, nextPage: page.next_page_token ?? undefined };
}

export function toSeries(symbol: string, bars: readonly WireBar[]): BarSeries {
  const column = (of: (bar: WireBar) => number): Float64Array => Float64Array.from(bars, of);
  return {
    symbol,
    timeframe: "1Day",
    timeMs: column((bar) => Date.parse(bar.t)),
    open: column((bar) => bar.o),
    high: column((bar) => bar.h),
    low: column((bar) => bar.l),
    close: column((bar) => bar.c),
    volume: column((bar) => bar.v),
  };
}

/** Symbols without a trade are absent. A side of the quote without an offer is given as 0 by Alpaca and left out here. */
export function mapLatest(wire: unknown): ReadonlyMap<string, LatestPrice> {
  const latest = new Map<string, LatestPrice>();
  for (const [symbol, snapshot] of Object.entries(parse("snapshots", snapshotsWire, wire))) {
    const trade = snapshot?.latestTrade;
    if (trade == null) continue;
    const { bp, ap } = snapshot?.latestQuote ?? {};
    latest.set(symbol, {
      symbol,
      price: price(trade.p),
      at: trade.t,
      ...(bp ? { bid: price(bp) } : {}),
      ...(ap ? { ask: price(ap) } : {}),
    });
  }
  return latest;
}
