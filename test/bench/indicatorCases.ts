// The indicators that the bench measures: ours, and the same in each library that has it. One row more is one indicator more.
import { createRequire } from "node:module";
import * as indicatorts from "indicatorts";
import * as signals from "trading-signals";
import { adx } from "../../src/core/indicators/adx.ts";
import { atr } from "../../src/core/indicators/atr.ts";
import { cci } from "../../src/core/indicators/cci.ts";
import { dema } from "../../src/core/indicators/dema.ts";
import { ema } from "../../src/core/indicators/ema.ts";
import { kama } from "../../src/core/indicators/kama.ts";
import { macd } from "../../src/core/indicators/macd.ts";
import { momentum } from "../../src/core/indicators/momentum.ts";
import { roc } from "../../src/core/indicators/roc.ts";
import { rsi } from "../../src/core/indicators/rsi.ts";
import { sma } from "../../src/core/indicators/sma.ts";
import { stochastic } from "../../src/core/indicators/stochastic.ts";
import { stochRsi } from "../../src/core/indicators/stochRsi.ts";
import { tema } from "../../src/core/indicators/tema.ts";
import { trueRange } from "../../src/core/indicators/trueRange.ts";
import { williamsR } from "../../src/core/indicators/williamsR.ts";
import { wma } from "../../src/core/indicators/wma.ts";
import type { BenchBars } from "./indicatorBars.ts";

// Its entry for `import` does not load in Node, the one for `require` does.
export const fast: typeof import("fast-technical-indicators") = createRequire(import.meta.url)(
  "fast-technical-indicators",
);

export type IndicatorCase = {
  readonly name: string;
  readonly ours: () => unknown;
  /** The same by the name of the library, over all bars and with results for all. */
  readonly libraries: Readonly<Record<string, () => unknown>>;
};

export type Updated<Of> = { update(value: Of, replace: boolean): unknown };

export function indicatorCases({ high, low, close, lists, candles }: BenchBars): readonly IndicatorCase[] {
  const { high: highs, low: lows, close: closes } = lists;
  const columns = { high: highs, low: lows, close: closes };
  const buffer = (): Float64Array => new Float64Array(close.length);
  const [out, out2, out3] = [buffer(), buffer(), buffer()];
  const ofCloses = (make: () => Updated<number>) => () => updateWith(make(), closes);
  const ofBars = (make: () => Updated<(typeof candles)[number]>) => () => updateWith(make(), candles);
  return [
    {
      name: "sma 20",
      ours: () => sma(close, 20, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.SMA(20)),
        indicatorts: () => indicatorts.sma(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.sma({ period: 20, values: closes }),
      },
    },
    {
      name: "ema 20",
      ours: () => ema(close, 20, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.EMA(20)),
        indicatorts: () => indicatorts.ema(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.ema({ period: 20, values: closes }),
      },
    },
    {
      name: "wma 20",
      ours: () => wma(close, 20, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.WMA(20)),
        "fast-technical-indicators": () => fast.wma({ period: 20, values: closes }),
      },
    },
    {
      name: "dema 20",
      ours: () => dema(close, 20, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.DEMA(20)),
        indicatorts: () => indicatorts.dema(closes, { period: 20 }),
      },
    },
    {
      name: "tema 20",
      ours: () => tema(close, 20, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.TEMA(20)),
        indicatorts: () => indicatorts.tema(closes, { period: 20 }),
      },
    },
    {
      name: "kama 10",
      ours: () => kama(close, 10, 2, 30, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.KAMA(10)),
      },
    },
    {
      name: "rsi 14",
      ours: () => rsi(close, 14, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.RSI(14)),
        indicatorts: () => indicatorts.rsi(closes, { period: 14 }),
        "fast-technical-indicators": () => fast.rsi({ period: 14, values: closes }),
      },
    },
    {
      name: "macd 12 26 9",
      ours: () => macd(close, 12, 26, 9, { macd: out, signal: out2, histogram: out3 }),
      libraries: {
        "trading-signals": ofCloses(
          () => new signals.MACD(new signals.EMA(12), new signals.EMA(26), new signals.EMA(9)),
        ),
        indicatorts: () => indicatorts.macd(closes, { fast: 12, slow: 26, signal: 9 }),
        "fast-technical-indicators": () =>
          fast.macd({
            values: closes,
            fastPeriod: 12,
            slowPeriod: 26,
            signalPeriod: 9,
            SimpleMAOscillator: false,
            SimpleMASignal: false,
          }),
      },
    },
    {
      name: "stochastic 14 3 3",
      ours: () => stochastic(high, low, close, 14, 3, 3, { k: out, d: out2 }),
      libraries: {
        "trading-signals": ofBars(
          () => new signals.StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 }),
        ),
        indicatorts: () => indicatorts.stoch(highs, lows, closes, { kPeriod: 14, dPeriod: 3 }),
        "fast-technical-indicators": () => fast.stochastic({ ...columns, period: 14, signalPeriod: 3 }),
      },
    },
    {
      name: "stochRsi 14 14 3 3",
      ours: () => stochRsi(close, 14, 14, 3, 3, { k: out, d: out2 }),
      libraries: {
        "trading-signals": ofCloses(() => new signals.StochasticRSI(14)),
        "fast-technical-indicators": () =>
          fast.stochasticrsi({ values: closes, rsiPeriod: 14, stochasticPeriod: 14, kPeriod: 3, dPeriod: 3 }),
      },
    },
    {
      name: "cci 20",
      ours: () => cci(high, low, close, 20, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.CCI(20)),
        indicatorts: () => indicatorts.cci(highs, lows, closes, { period: 20 }),
        "fast-technical-indicators": () => fast.cci({ ...columns, period: 20 }),
      },
    },
    {
      name: "roc 10",
      ours: () => roc(close, 10, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.ROC(10)),
        indicatorts: () => indicatorts.roc(closes, { period: 10 }),
        "fast-technical-indicators": () => fast.roc({ period: 10, values: closes }),
      },
    },
    {
      name: "momentum 10",
      ours: () => momentum(close, 10, out),
      libraries: {
        "trading-signals": ofCloses(() => new signals.MOM(10)),
      },
    },
    {
      name: "williamsR 14",
      ours: () => williamsR(high, low, close, 14, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.WilliamsR(14)),
        indicatorts: () => indicatorts.willr(highs, lows, closes, { period: 14 }),
        "fast-technical-indicators": () => fast.williamsr({ ...columns, period: 14 }),
      },
    },
    {
      name: "trueRange",
      ours: () => trueRange(high, low, close, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.TR()),
        indicatorts: () => indicatorts.tr(highs, lows, closes),
        "fast-technical-indicators": () => fast.truerange(columns),
      },
    },
    {
      name: "atr 14",
      ours: () => atr(high, low, close, 14, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.ATR(14)),
        indicatorts: () => indicatorts.atr(highs, lows, closes, { period: 14 }),
        "fast-technical-indicators": () => fast.atr({ ...columns, period: 14 }),
      },
    },
    {
      name: "adx 14",
      ours: () => adx(high, low, close, 14, { adx: out, plusDi: out2, minusDi: out3 }),
      libraries: {
        "trading-signals": ofBars(() => new signals.ADX(14)),
        "fast-technical-indicators": () => fast.adx({ ...columns, period: 14 }),
      },
    },
  ];
}

/** Feeds a streaming indicator, and keeps its results as the others do. */
export const updateWith = <Of>(indicator: Updated<Of>, values: readonly Of[]): unknown[] =>
  values.map((value) => indicator.update(value, false));
