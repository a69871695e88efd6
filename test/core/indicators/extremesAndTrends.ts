// The extremes, the volume indicators and the trend lines, each in one shape.
import { aroon, aroonStream } from "../../../src/core/indicators/aroon.ts";
import { donchian, donchianStream } from "../../../src/core/indicators/donchian.ts";
import { highest, highestStream } from "../../../src/core/indicators/highest.ts";
import { ichimoku, ichimokuStream } from "../../../src/core/indicators/ichimoku.ts";
import { keltner, keltnerStream } from "../../../src/core/indicators/keltner.ts";
import { lowest, lowestStream } from "../../../src/core/indicators/lowest.ts";
import { mfi, mfiStream } from "../../../src/core/indicators/mfi.ts";
import { obv, obvStream } from "../../../src/core/indicators/obv.ts";
import { psar, psarStream } from "../../../src/core/indicators/psar.ts";
import { supertrend, supertrendStream } from "../../../src/core/indicators/supertrend.ts";
import { rollingVwap, rollingVwapStream, vwap, vwapStream } from "../../../src/core/indicators/vwap.ts";
import {
  base,
  buffer,
  closes,
  figure,
  type Indicator,
  level,
  mean,
  midpoint,
  one,
  share,
  typical,
} from "./indicatorShape.ts";

export const extremesAndTrends: readonly Indicator[] = [
  {
    ...base,
    name: "highest",
    reads: ["close"],
    batch: ({ close }, period, out) => one(highest(close, period, buffer(out))),
    stream: (period) => {
      const { next } = highestStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) => one(Math.max(...closes(bars))),
  },
  {
    ...base,
    name: "lowest",
    reads: ["close"],
    batch: ({ close }, period, out) => one(lowest(close, period, buffer(out))),
    stream: (period) => {
      const { next } = lowestStream(period);
      return ({ close }) => one(next(close));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) => one(Math.min(...closes(bars))),
  },
  {
    ...base,
    name: "donchian",
    reads: ["high", "low"],
    batch: ({ high, low }, period, out) => donchian(high, low, period, out as ReturnType<typeof donchian>),
    stream: (period) => {
      const { next } = donchianStream(period);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ upper: n, middle: n, lower: n }),
    laws: { upper: level, middle: level, lower: level },
    definition: (bars, period) => ({
      upper: Math.max(...bars.map(({ high }) => high)),
      middle: midpoint(bars, period),
      lower: Math.min(...bars.map(({ low }) => low)),
    }),
  },
  {
    ...base,
    name: "aroon",
    reads: ["high", "low"],
    batch: ({ high, low }, period, out) => aroon(high, low, period, out as ReturnType<typeof aroon>),
    stream: (period) => {
      const { next } = aroonStream(period);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ up: n + 1, down: n + 1 }),
    laws: { up: figure, down: figure },
    definition: (bars, period) => {
      const highs = bars.map(({ high }) => high);
      const lows = bars.map(({ low }) => low);
      return {
        up: (100 * highs.lastIndexOf(Math.max(...highs))) / period,
        down: (100 * lows.lastIndexOf(Math.min(...lows))) / period,
      };
    },
  },
  {
    ...base,
    name: "ichimoku",
    reads: ["high", "low"],
    batch: ({ high, low }, n, out) =>
      ichimoku(high, low, n, n + 2, n + 4, n + 1, out as ReturnType<typeof ichimoku> | undefined),
    stream: (n) => {
      const { next } = ichimokuStream(n, n + 2, n + 4, n + 1);
      return ({ high, low }) => next(high, low);
    },
    needs: (n) => ({ conversion: n, base: n + 2, spanA: 2 * n + 3, spanB: 2 * n + 5 }),
    laws: { conversion: level, base: level, spanA: level, spanB: level },
    definition: (bars, n) => {
      const before = bars.slice(0, bars.length - n - 1);
      return {
        conversion: midpoint(bars, n),
        base: midpoint(bars, n + 2),
        spanA: (midpoint(before, n) + midpoint(before, n + 2)) / 2,
        spanB: midpoint(before, n + 4),
      };
    },
  },
  {
    ...base,
    name: "mfi",
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, period, out) => one(mfi(high, low, close, volume, period, buffer(out))),
    stream: (period) => {
      const { next } = mfiStream(period);
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: (n) => one(n + 1),
    laws: one(share),
    definition: (bars) => {
      const flows = bars.slice(1).map((bar, index) => {
        const before = bars[index];
        const direction = before === undefined ? 0 : Math.sign(typical(bar) - typical(before));
        return direction * typical(bar) * bar.volume;
      });
      const [rising, all] = [flows.map((flow) => Math.max(0, flow)), flows.map(Math.abs)];
      return one(mean(all) === 0 ? 0 : (100 * mean(rising)) / mean(all));
    },
  },
  {
    ...base,
    name: "rollingVwap",
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, period, out) =>
      one(rollingVwap(high, low, close, volume, period, buffer(out))),
    stream: (period) => {
      const { next } = rollingVwapStream(period);
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: (n) => one(n),
    laws: one(level),
    definition: (bars) =>
      one(mean(bars.map((bar) => typical(bar) * bar.volume)) / mean(bars.map(({ volume }) => volume))),
  },
  {
    ...base,
    name: "vwap",
    hasPeriod: false,
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, _, out) => one(vwap(high, low, close, volume, undefined, buffer(out))),
    stream: () => {
      const { next } = vwapStream();
      return ({ high, low, close, volume }) => one(next(high, low, close, volume));
    },
    needs: () => one(1),
    laws: one(level),
  },
  {
    ...base,
    name: "vwap of sessions, which are named by the volume here",
    hasPeriod: false,
    reads: ["high", "low", "close", "volume"],
    batch: ({ high, low, close, volume }, _, out) => {
      const session = volume.map((shares) => shares % 3);
      return one(vwap(high, low, close, volume, session, buffer(out)));
    },
    stream: () => {
      const { next } = vwapStream();
      return ({ high, low, close, volume }) => one(next(high, low, close, volume, volume % 3));
    },
    needs: () => one(1),
    laws: one(level),
  },
  {
    ...base,
    name: "obv",
    hasPeriod: false,
    reads: ["close", "volume"],
    batch: ({ close, volume }, _, out) => one(obv(close, volume, buffer(out))),
    stream: () => {
      const { next } = obvStream();
      return ({ close, volume }) => one(next(close, volume));
    },
    needs: () => one(1),
    laws: one(figure),
  },
  {
    ...base,
    name: "psar",
    hasPeriod: false,
    reads: ["high", "low"],
    batch: ({ high, low }, _, out) => one(psar(high, low, 0.02, 0.2, buffer(out))),
    stream: () => {
      const { next } = psarStream();
      return ({ high, low }) => one(next(high, low));
    },
    needs: () => one(2),
    laws: one(level),
  },
  {
    ...base,
    name: "supertrend",
    reads: ["high", "low", "close"],
    batch: ({ high, low, close }, period, out) =>
      supertrend(high, low, close, period, 1.5, out as ReturnType<typeof supertrend> | undefined),
    stream: (period) => {
      const { next } = supertrendStream(period, 1.5);
      return ({ high, low, close }) => next(high, low, close);
    },
    needs: (n) => ({ supertrend: n + 1, direction: n + 1 }),
    laws: { supertrend: level, direction: figure },
  },
  {
    ...base,
    name: "keltner",
    reads: ["high", "low", "close"],
    batch: ({ high, low, close }, period, out) =>
      keltner(high, low, close, period, period + 1, 2, out as ReturnType<typeof keltner> | undefined),
    stream: (period) => {
      const { next } = keltnerStream(period, period + 1, 2);
      return ({ high, low, close }) => next(high, low, close);
    },
    needs: (n) => ({ upper: n + 2, middle: n, lower: n + 2 }),
    laws: { upper: level, middle: level, lower: level },
  },
];
