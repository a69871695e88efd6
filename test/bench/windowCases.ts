// The rows of the indicator bench for moving windows, volume and trend lines.
import * as indicatorts from "indicatorts";
import * as signals from "trading-signals";
import { aroon } from "../../src/core/indicators/aroon.ts";
import { beta } from "../../src/core/indicators/beta.ts";
import { bollinger } from "../../src/core/indicators/bollinger.ts";
import { correlation } from "../../src/core/indicators/correlation.ts";
import { donchian } from "../../src/core/indicators/donchian.ts";
import { highest } from "../../src/core/indicators/highest.ts";
import { ichimoku } from "../../src/core/indicators/ichimoku.ts";
import { keltner } from "../../src/core/indicators/keltner.ts";
import { linearRegression } from "../../src/core/indicators/linearRegression.ts";
import { lowest } from "../../src/core/indicators/lowest.ts";
import { mfi } from "../../src/core/indicators/mfi.ts";
import { obv } from "../../src/core/indicators/obv.ts";
import { psar } from "../../src/core/indicators/psar.ts";
import { stdDev } from "../../src/core/indicators/stdDev.ts";
import { supertrend } from "../../src/core/indicators/supertrend.ts";
import { rollingVwap, vwap } from "../../src/core/indicators/vwap.ts";
import { zScore } from "../../src/core/indicators/zScore.ts";
import type { BenchBars } from "./indicatorBars.ts";
import { fast, type IndicatorCase, type Updated, updateWith } from "./indicatorCases.ts";

export function windowCases({ high, low, close, volume, lists, candles }: BenchBars): readonly IndicatorCase[] {
  const { high: highs, low: lows, close: closes, volume: volumes } = lists;
  const columns = { high: highs, low: lows, close: closes, volume: volumes };
  const buffer = (): Float64Array => new Float64Array(close.length);
  const [out, out2, out3, out4] = [buffer(), buffer(), buffer(), buffer()];
  const bands = { upper: out, middle: out2, lower: out3 };
  const ofCloses = (make: () => Updated<number>) => () => updateWith(make(), closes);
  const ofBars = (make: () => Updated<(typeof candles)[number]>) => () => updateWith(make(), candles);
  return [
    {
      name: "highest 20",
      ours: () => highest(close, 20, out),
      libraries: {
        indicatorts: () => indicatorts.mmax(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.highest({ period: 20, values: closes }),
      },
    },
    {
      name: "lowest 20",
      ours: () => lowest(close, 20, out),
      libraries: {
        indicatorts: () => indicatorts.mmin(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.lowest({ period: 20, values: closes }),
      },
    },
    {
      name: "donchian 20",
      ours: () => donchian(high, low, 20, bands),
      libraries: {
        "trading-signals": ofBars(() => new signals.DonchianChannels(20)),
        indicatorts: () => indicatorts.dc(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.donchianchannels({ ...columns, period: 20 }),
      },
    },
    {
      name: "aroon 14",
      ours: () => aroon(high, low, 14, { up: out, down: out2 }),
      libraries: {
        "trading-signals": ofBars(() => new signals.Aroon(14)),
        indicatorts: () => indicatorts.aroon(highs, lows, { period: 14 }),
        "fast-technical-indicators": () => fast.aroon({ ...columns, period: 14 }),
      },
    },
    {
      // indicatorts is left out: its time grows with the square of the bars, and 20,000 of them take seconds.
      name: "ichimoku 9 26 52",
      ours: () => ichimoku(high, low, 9, 26, 52, 26, { conversion: out, base: out2, spanA: out3, spanB: out4 }),
      libraries: {
        "trading-signals": ofBars(() => new signals.IchimokuCloud()),
        "fast-technical-indicators": () => fast.ichimokukinkouhyou(columns),
      },
    },
    {
      name: "stdDev 20",
      ours: () => stdDev(close, 20, out),
      libraries: {
        indicatorts: () => indicatorts.mstd(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.sd({ period: 20, values: closes }),
      },
    },
    { name: "zScore 20", ours: () => zScore(close, 20, out), libraries: {} },
    {
      name: "bollinger 20 2",
      ours: () => bollinger(close, 20, 2, bands),
      libraries: {
        "trading-signals": ofCloses(() => new signals.BollingerBands(20, 2)),
        indicatorts: () => indicatorts.bb(closes, { period: 20 }),
        "fast-technical-indicators": () => fast.bollingerbands({ period: 20, stdDev: 2, values: closes }),
      },
    },
    {
      name: "linearRegression 14",
      ours: () => linearRegression(close, 14, { slope: out, intercept: out2, end: out3, r2: out4 }),
      libraries: {
        "trading-signals": ofCloses(() => new signals.LinearRegression(14)),
        "fast-technical-indicators": () => fast.linearregression({ period: 14, values: closes }),
      },
    },
    { name: "correlation 30", ours: () => correlation(close, volume, 30, out), libraries: {} },
    { name: "beta 20", ours: () => beta(close, high, 20, out), libraries: {} },
    {
      name: "obv",
      ours: () => obv(close, volume, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.OBV(2)),
        indicatorts: () => indicatorts.obv(closes, volumes),
        "fast-technical-indicators": () => fast.obv(columns),
      },
    },
    {
      name: "vwap",
      ours: () => vwap(high, low, close, volume, undefined, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.VWAP()),
        "fast-technical-indicators": () => fast.vwap(columns),
      },
    },
    {
      name: "rollingVwap 14",
      ours: () => rollingVwap(high, low, close, volume, 14, out),
      libraries: { indicatorts: () => indicatorts.vwap(closes, volumes, { period: 14 }) },
    },
    {
      name: "mfi 14",
      ours: () => mfi(high, low, close, volume, 14, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.MFI(14)),
        indicatorts: () => indicatorts.mfi(highs, lows, closes, volumes, { period: 14 }),
        "fast-technical-indicators": () => fast.mfi({ ...columns, period: 14 }),
      },
    },
    {
      name: "psar 0.02 0.2",
      ours: () => psar(high, low, 0.02, 0.2, out),
      libraries: {
        "trading-signals": ofBars(() => new signals.PSAR({ accelerationMax: 0.2, accelerationStep: 0.02 })),
        indicatorts: () => indicatorts.psar(highs, lows, closes),
        "fast-technical-indicators": () => fast.psar({ ...columns, step: 0.02, max: 0.2 }),
      },
    },
    {
      name: "keltner 20 10 2",
      ours: () => keltner(high, low, close, 20, 10, 2, bands),
      libraries: {
        "trading-signals": ofBars(
          () => new signals.KeltnerChannels({ atrInterval: 10, emaInterval: 20, multiplier: 2 }),
        ),
        indicatorts: () => indicatorts.kc(highs, lows, closes, { period: 20 }),
        "fast-technical-indicators": () => fast.keltnerchannels({ ...columns, period: 20, multiplier: 2 }),
      },
    },
    {
      name: "supertrend 10 3",
      ours: () => supertrend(high, low, close, 10, 3, { supertrend: out, direction: out2 }),
      libraries: {
        "trading-signals": ofBars(() => new signals.SuperTrend({ interval: 10, multiplier: 3 })),
        "fast-technical-indicators": () => fast.supertrend({ ...columns, period: 10, multiplier: 3 }),
      },
    },
  ];
}
