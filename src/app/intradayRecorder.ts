// The day's minute bars of what is held, rebuilt by this process from single trades as the feed lists them.
import type { BarSeries } from "../core/model/market.ts";
import { addMs, type Instant, minuteMs, msFromInstant, type TradingDay } from "../core/model/time.ts";
import {
  barsOf,
  gapsOf,
  type IntradayBars,
  openIntradayBars,
  withClock,
  withTicks,
} from "../core/monitoring/intradayBars.ts";
import { sessionOn, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type IntradayRecorder = {
  /** Takes in the trades since the last call, and a little before it; from the open on for a symbol that is new. Throws as MarketData does. */
  record(symbols: readonly string[]): Promise<void>;
  /** The closed minutes of the day so far; undefined for a symbol that was never recorded. */
  minuteBars(symbol: string): BarSeries | undefined;
};

/** A trade may be listed this late and still count. */
const latenessMs = 15_000;
const horizonMs = 5 * minuteMs;

export function createIntradayRecorder(ports: {
  readonly marketData: MarketData;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): IntradayRecorder {
  const { marketData, clock, telemetry } = ports;
  /** Of each symbol its own, because one that joins late brings the trades of the whole day. */
  let kept = { day: "" as TradingDay | "", symbols: new Map<string, Recorded>() };

  async function record(symbols: readonly string[]): Promise<void> {
    const now = clock.now();
    const day = tradingDayOf(now);
    const session = sessionOn(day);
    if (session === undefined || now < session.openAt) return;
    if (kept.day !== day) kept = { day, symbols: new Map() };
    // Symbols that were read up to the same moment are asked for together.
    for (const [through, together] of Map.groupBy(symbols, (symbol) => kept.symbols.get(symbol)?.through)) {
      const from = through === undefined ? session.openAt : latest(session.openAt, addMs(through, -horizonMs));
      const ticks = Map.groupBy(await marketData.trades(together, from, now), ({ symbol }) => symbol);
      for (const symbol of together) {
        const before = kept.symbols.get(symbol)?.bars ?? openIntradayBars({ latenessMs, horizonMs });
        const bars = withClock(withTicks(before, ticks.get(symbol) ?? []), msFromInstant(now));
        kept.symbols.set(symbol, { bars, through: now });
        tell(symbol, bars, { fromMs: msFromInstant(session.openAt), toMs: msFromInstant(now) });
      }
    }
  }

  function tell(symbol: string, bars: IntradayBars, range: { readonly fromMs: number; readonly toMs: number }): void {
    const gaps = gapsOf(bars, { symbol, ...range }).length;
    telemetry.event("info", "bars.rebuilt", { symbol, bars: minuteBars(symbol)?.timeMs.length ?? 0, gaps });
  }

  function minuteBars(symbol: string): BarSeries | undefined {
    const recorded = kept.symbols.get(symbol);
    const session = kept.day === "" ? undefined : sessionOn(kept.day);
    if (recorded === undefined || session === undefined) return undefined;
    const range = { fromMs: msFromInstant(session.openAt), toMs: msFromInstant(session.closeAt) };
    return barsOf(recorded.bars, { symbol, ...range, timeframe: "1Min" });
  }

  return { record, minuteBars };
}

type Recorded = { readonly bars: IntradayBars; readonly through: Instant };

const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
