// The results of TA-Lib's C code for a made-up market of 200 bars: the first three of each indicator, and those of bars 100 and 199.
import { expect, test } from "vitest";
import { adx } from "../../../src/core/indicators/adx.ts";
import { atr } from "../../../src/core/indicators/atr.ts";
import { cci } from "../../../src/core/indicators/cci.ts";
import { dema } from "../../../src/core/indicators/dema.ts";
import { ema } from "../../../src/core/indicators/ema.ts";
import { kama } from "../../../src/core/indicators/kama.ts";
import { macd } from "../../../src/core/indicators/macd.ts";
import { momentum } from "../../../src/core/indicators/momentum.ts";
import { roc } from "../../../src/core/indicators/roc.ts";
import { rsi } from "../../../src/core/indicators/rsi.ts";
import { sma } from "../../../src/core/indicators/sma.ts";
import { stochastic } from "../../../src/core/indicators/stochastic.ts";
import { stochRsi } from "../../../src/core/indicators/stochRsi.ts";
import { tema } from "../../../src/core/indicators/tema.ts";
import { trueRange } from "../../../src/core/indicators/trueRange.ts";
import { williamsR } from "../../../src/core/indicators/williamsR.ts";
import { wma } from "../../../src/core/indicators/wma.ts";

const { high, low, close } = madeUpMarket();
const lines = macd(close);
const fast = stochastic(high, low, close, 5, 1, 3);
const strength = stochRsi(close);
const directions = adx(high, low, close);

// biome-ignore format: a table
test.each([
  ["SMA 10", sma(close, 10), 9, [98.3484375, 98.040625, 97.775, 93.9453125, 88.575]],
  ["EMA 10", ema(close, 10), 9, [98.3484375, 97.87315340909092, 97.46439824380165, 92.98209107246424, 88.34487880451535]],
  ["WMA 10", wma(close, 10), 9, [97.92073863636364, 97.44545454545455, 97.00625, 92.55795454545455, 88.42102272727273]],
  ["DEMA 10", dema(close, 10), 18, [92.49040094273285, 92.87042924756507, 93.21588855088035, 91.19173614912052, 88.606142415097]],
  ["TEMA 10", tema(close, 10), 27, [96.20878518516635, 95.63685646672252, 94.47800737233548, 89.9499742151918, 88.59642318865022]],
  ["KAMA 10", kama(close, 10), 10, [96.32484526500805, 96.27758290965113, 96.28958034624296, 92.1173983044007, 87.9144185801502]],
  ["RSI 14", rsi(close), 14, [29.503916449086166, 27.933067123027193, 24.554162648666026, 31.57118064258304, 55.54426319821385]],
  ["MACD 12 26", lines.macd, 33, [-1.47462484556182, -1.6024262687574122, -1.6294510160615516, -0.6702422033116591, 0.49866239363566933]],
  ["MACD signal 9", lines.signal, 33, [-1.393204122600003, -1.4350485518314848, -1.4739290446774982, 0.2361880885842039, 0.5392282868251808]],
  ["MACD histogram", lines.histogram, 33, [-0.08142072296181713, -0.1673777169259274, -0.15552197138405344, -0.906430291895863, -0.040565893189511426]],
  ["STOCHF 5, D 3", fast.d, 6, [48.318042813455655, 30.28346271465537, 25.317406771979126, 9.65027437441229, 73.17658187223402]],
  ["STOCHRSI 14 5, K", strength.k, 20, [100, 100, 72.00459862557638, 0, 100]],
  ["STOCHRSI 14 5, D 3", strength.d, 20, [100, 100, 90.66819954185878, 0, 82.2695706735093]],
  ["CCI 14", cci(high, low, close), 13, [-99.218397715317, -133.38067061144037, -145.4097921687368, -166.0646137649685, 78.43605036447865]],
  ["ROC 10", roc(close), 10, [-3.1151170145477525, -2.7027027027027, -3.2920520457751956, -7.494334736160568, 1.6375934496261957]],
  ["MOM 10", momentum(close), 10, [-3.078125, -2.65625, -3.28125, -7.234375, 1.4375]],
  ["WILLR 14", williamsR(high, low, close), 13, [-81.0344827586207, -98.03063457330416, -83.27645051194538, -90.79939668174963, -20.923076923076923]],
  ["TRANGE", trueRange(high, low, close), 1, [1.71875, 1.40625, 2.3125, 2.953125, 1.265625]],
  ["ATR 14", atr(high, low, close), 14, [1.7801339285714286, 1.840481505102041, 1.8820096118804666, 2.046136282318266, 1.9193551965881672]],
  ["ADX 14", directions.adx, 27, [17.80333607167412, 16.943618281353363, 16.747661377523578, 18.932709732542598, 12.453565707830478]],
  ["PLUS_DI 14", directions.plusDi, 14, [16.013996069596892, 14.280265792527954, 12.893336752502893, 15.99188966934348, 28.734713917101708]],
  ["MINUS_DI 14", directions.minusDi, 14, [30.340794708335334, 35.36908139813972, 35.50554880525827, 40.159708491182265, 21.53964626036517]],
])("gives TA-Lib's %s", (_, values, first, expected) => {
  for (const [nth, index] of [first, first + 1, first + 2, 100, 199].entries()) {
    expect(Math.abs((values[index] ?? Number.NaN) - (expected[nth] ?? Number.NaN))).toBeLessThan(1e-11);
  }
});

/** Prices in steps of 1/64, so that they are the same on every machine. */
function madeUpMarket(): { high: Float64Array; low: Float64Array; close: Float64Array } {
  const bars = { high: new Float64Array(200), low: new Float64Array(200), close: new Float64Array(200) };
  let state = 1;
  const below = (limit: number): number => {
    state = (state * 1103 + 12345) % 65_536;
    return Math.floor((state / 65_536) * limit);
  };
  let price = 6400;
  for (let i = 0; i < 200; i++) {
    price += below(257) - 128;
    bars.close[i] = price / 64;
    bars.high[i] = (price + below(100)) / 64;
    bars.low[i] = (price - below(100)) / 64;
  }
  return bars;
}
