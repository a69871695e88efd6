// The history a run decides on: minutes from the feed, closed days once a trading day for all processes together.
import type { BarSeries } from "../core/model/market.ts";
import { type Instant, instantFromMs } from "../core/model/time.ts";
import type { BarRequest } from "../core/planning/dataNeeds.ts";
import { previousTradingDay, sessionOn, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { BarCache, BarKey, KeptBars } from "../ports/barCache.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type BarBook = {
  /** By symbol, perhaps with older bars than asked for; one that the feed has nothing of is absent. Throws as MarketData does. */
  bars(symbols: readonly string[], request: BarRequest): Promise<ReadonlyMap<string, BarSeries>>;
  /** Days of these symbols are read from the feed the next time: their history may be one from before a split. Never throws. */
  forget(symbols: readonly string[]): Promise<void>;
};

/**
 * Closed days do not change within a trading day, so they are remembered here and kept in the cache for other processes. Splits take effect
 * before the open: what was read before it is not used after it. A cache that fails costs a request to the feed and a word in the log.
 */
export function createBarBook(ports: {
  readonly marketData: MarketData;
  readonly barCache: BarCache;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): BarBook {
  const { marketData, barCache, clock, telemetry } = ports;
  let remembered = { day: "", bars: new Map<string, KeptBars>() };

  function keyNow(): BarKey {
    const now = clock.now();
    const today = tradingDayOf(now);
    const session = sessionOn(today);
    const day = session !== undefined && now >= session.openAt ? `${today} open` : today;
    return { feed: marketData.feed, adjustment: marketData.adjustment, timeframe: "1Day", day };
  }

  function rememberedOn({ day }: BarKey): Map<string, KeptBars> {
    if (remembered.day !== day) remembered = { day, bars: new Map() };
    return remembered.bars;
  }

  async function days(symbols: readonly string[], request: BarRequest): Promise<ReadonlyMap<string, BarSeries>> {
    const key = keyNow();
    const known = rememberedOn(key);
    const lacking = (): readonly string[] => symbols.filter((symbol) => !reaches(known.get(symbol), request.from));
    const absent = lacking();
    for (const kept of absent.length === 0 ? [] : await readKept(key, absent)) {
      if (reaches(kept, request.from)) known.set(kept.series.symbol, kept);
    }
    const missing = lacking();
    const fetched = missing.length === 0 ? undefined : await marketData.bars({ symbols: missing, ...request });
    // What lacks the newest day may be late at the source, so it is asked for again.
    const complete = [...(fetched?.values() ?? [])]
      .filter((series) => endsOn(series, request.to))
      .map((series) => ({ from: request.from, series }));
    for (const kept of complete) known.set(kept.series.symbol, kept);
    if (complete.length > 0) await attempt("write", () => barCache.write(key, complete));
    return new Map(
      symbols.flatMap((symbol): [string, BarSeries][] => {
        const series = fetched?.get(symbol) ?? known.get(symbol)?.series;
        return series === undefined ? [] : [[symbol, series]];
      }),
    );
  }

  const readKept = async (key: BarKey, symbols: readonly string[]): Promise<readonly KeptBars[]> =>
    (await attempt("read", () => barCache.read(key, symbols))) ?? [];

  async function attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (failure) {
      telemetry.event("warning", "bars.cacheFailed", { what, message: String(failure) });
      return undefined;
    }
  }

  return {
    bars: (symbols, request) =>
      request.timeframe === "1Day" ? days(symbols, request) : marketData.bars({ symbols, ...request }),
    forget: async (symbols) => {
      const key = keyNow();
      for (const symbol of symbols) rememberedOn(key).delete(symbol);
      if (symbols.length > 0) await attempt("forget", () => barCache.forget(key, symbols));
    },
  };
}

const reaches = (kept: KeptBars | undefined, from: Instant): boolean => kept !== undefined && kept.from <= from;

/** Whether a series reaches the newest trading day before `to`. */
function endsOn({ timeMs }: BarSeries, to: Instant): boolean {
  const newest = timeMs.at(-1);
  // The time of a bar that could not be read is none.
  return (
    newest !== undefined &&
    Number.isFinite(newest) &&
    tradingDayOf(instantFromMs(newest)) === previousTradingDay(tradingDayOf(to))
  );
}
