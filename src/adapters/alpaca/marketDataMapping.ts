// Bars, trades and prices from Alpaca's shapes to ours.
import { z } from "zod";
import type { BarSeries, BaseTimeframe, LatestPrice } from "../../core/model/market.ts";
import { price } from "../../core/model/money.ts";
import type { Instant } from "../../core/model/time.ts";
import type { Tick } from "../../core/monitoring/intradayBars.ts";
import { tradingDayOf } from "../../core/schedule/tradingCalendar.ts";
import { instant, parse } from "./wire.ts";

const barWire = z.object({ t: instant, o: z.number(), h: z.number(), l: z.number(), c: z.number(), v: z.number() });
export const barsWire = z.object({
  bars: z.record(z.string(), z.array(barWire)).nullish(),
  next_page_token: z.string().nullish(),
});
export const tradesWire = z.object({
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
const dayWire = z.object({ t: instant, c: z.number() });
export const snapshotsWire = z.record(
  z.string(),
  z
    .object({
      latestTrade: z.object({ t: instant, p: z.number() }).nullish(),
      latestQuote: z.object({ bp: z.number().nullish(), ap: z.number().nullish() }).nullish(),
      dailyBar: dayWire.nullish(),
      prevDailyBar: dayWire.nullish(),
    })
    .nullish(),
);

const noBar: z.infer<typeof barWire> = {
  t: "" as Instant,
  o: Number.NaN,
  h: Number.NaN,
  l: Number.NaN,
  c: Number.NaN,
  v: Number.NaN,
};

/**
 * The same, read so that what is malformed of one symbol leaves the others as they are: a bar of which something cannot be read has no time and
 * no prices, by which its symbol is known to be unfit; a snapshot that cannot be read is none. That the shape itself has changed, the contract
 * says each morning.
 */
const barsBySymbol = barsWire.extend({ bars: z.record(z.string(), z.array(barWire.catch(noBar))).nullish() });
const snapshotsBySymbol = z.record(z.string(), snapshotsWire.valueType.catch(null));

type WireBar = z.infer<typeof barWire>;
type DayWire = z.infer<typeof dayWire>;
type Page<T> = { readonly items: T; readonly nextPage: string | undefined };
type BarsBySymbol = Readonly<Record<string, readonly WireBar[]>>;

export function mapBarsPage(wire: unknown): Page<BarsBySymbol> {
  const page = parse("bars", barsBySymbol, wire);
  return { items: page.bars ?? {}, nextPage: page.next_page_token ?? undefined };
}

/** A trade that the exchange took back comes marked as cancelled. */
export function mapTradesPage(wire: unknown): Page<readonly Tick[]> {
  const page = parse("trades", tradesWire, wire);
  const items = Object.entries(page.trades ?? {}).flatMap(([symbol, trades]) =>
    trades.map(({ i: id, t, p: price, s: size, u }): Tick => {
      const at = Date.parse(t);
      return u === "canceled" || u === "incorrect"
        ? { symbol, kind: "cancel", originalId: id, at }
        : { symbol, id, at, price, size };
    }),
  );
  return { items, nextPage: page.next_page_token ?? undefined };
}

/** The series of each symbol in these pages; one that continues on a later page is one series. */
export function toSeries(timeframe: BaseTimeframe, pages: readonly BarsBySymbol[]): readonly BarSeries[] {
  const counts = new Map<string, number>();
  for (const page of pages) {
    for (const [symbol, bars] of Object.entries(page)) counts.set(symbol, (counts.get(symbol) ?? 0) + bars.length);
  }
  const filling = new Map(
    [...counts].map(([symbol, count]) => [symbol, { at: 0, series: emptySeries(symbol, timeframe, count) }]),
  );
  for (const page of pages) {
    for (const [symbol, bars] of Object.entries(page)) {
      const into = filling.get(symbol);
      if (into === undefined) continue;
      for (const bar of bars) fill(into.series, into.at++, bar);
    }
  }
  return [...filling.values()].map(({ series }) => series);
}

function emptySeries(symbol: string, timeframe: BaseTimeframe, length: number): BarSeries {
  const column = (): Float64Array => new Float64Array(length);
  const [timeMs, open, high, low, close, volume] = [column(), column(), column(), column(), column(), column()];
  return { symbol, timeframe, timeMs, open, high, low, close, volume };
}

function fill({ timeMs, open, high, low, close, volume }: BarSeries, at: number, bar: WireBar): void {
  timeMs[at] = Date.parse(bar.t);
  open[at] = bar.o;
  high[at] = bar.h;
  low[at] = bar.l;
  close[at] = bar.c;
  volume[at] = bar.v;
}

/** Symbols without a trade are absent. A side of the quote without an offer is given as 0 by Alpaca and left out here. */
export function mapLatest(wire: unknown): ReadonlyMap<string, LatestPrice> {
  const latest = new Map<string, LatestPrice>();
  for (const [symbol, snapshot] of Object.entries(parse("snapshots", snapshotsBySymbol, wire))) {
    const trade = snapshot?.latestTrade;
    if (trade == null) continue;
    const { bp, ap } = snapshot?.latestQuote ?? {};
    const earlier = previousClose(trade.t, [snapshot?.dailyBar, snapshot?.prevDailyBar]);
    latest.set(symbol, {
      symbol,
      price: price(trade.p),
      at: trade.t,
      ...(bp ? { bid: price(bp) } : {}),
      ...(ap ? { ask: price(ap) } : {}),
      ...(earlier === undefined ? {} : { previousClose: earlier }),
    });
  }
  return latest;
}

/** The newest close before the day of the trade. Alpaca's newest daily bar is of the day before until the day has one of its own. */
function previousClose(tradedAt: Instant, newestFirst: readonly (DayWire | null | undefined)[]) {
  const today = tradingDayOf(tradedAt);
  const bar = newestFirst.find((each) => each != null && tradingDayOf(each.t) < today);
  return bar == null ? undefined : { day: tradingDayOf(bar.t), price: price(bar.c) };
}
