// The windows and trend lines against TA-Lib's own results for real bars: day 100, 1000 and 2000 of SPY, and of BAC beside it.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { aroon } from "../../../src/core/indicators/aroon.ts";
import { beta } from "../../../src/core/indicators/beta.ts";
import { bollinger } from "../../../src/core/indicators/bollinger.ts";
import { correlation } from "../../../src/core/indicators/correlation.ts";
import { highest } from "../../../src/core/indicators/highest.ts";
import { linearRegression } from "../../../src/core/indicators/linearRegression.ts";
import { lowest } from "../../../src/core/indicators/lowest.ts";
import { mfi } from "../../../src/core/indicators/mfi.ts";
import { obv } from "../../../src/core/indicators/obv.ts";
import { psar } from "../../../src/core/indicators/psar.ts";
import { stdDev } from "../../../src/core/indicators/stdDev.ts";

const market = "../shared/data/market/daily";

// TA-Lib 0.4 as compiled in the npm package talib-web 0.1.3. Its STDDEV and BBANDS forget to take the root, so that VAR stands for the first.
// TA-Lib subtracts from running sums, so that its own figures are right to about nine digits where squares are summed.
const expected: readonly (readonly [string, (bars: Bars) => Float64Array, readonly number[]])[] = [
  ["MAX 30", ({ close }) => highest(close, 30), [167.11, 227.76, 370.17]],
  ["MIN 30", ({ close }) => lowest(close, 30), [154.14, 214.11, 326.54]],
  [
    "VAR 5",
    ({ close }) => stdDev(close, 5).map((deviation) => deviation ** 2),
    [0.4154960000087158, 0.38997600002767285, 2.1615360003488604],
  ],
  [
    "BBANDS 20, the middle",
    ({ close }) => bollinger(close).middle,
    [163.87450000000004, 223.32249999999982, 362.7574999999999],
  ],
  [
    "LINEARREG_SLOPE 14",
    ({ close }) => linearRegression(close).slope,
    [0.24865934065935308, 0.5258021978022139, 0.8892527472527165],
  ],
  [
    "LINEARREG_INTERCEPT 14",
    ({ close }) => linearRegression(close).intercept,
    [163.67228571428566, 221.00228571428562, 358.97628571428595],
  ],
  [
    "LINEARREG 14",
    ({ close }) => linearRegression(close).end,
    [166.90485714285725, 227.8377142857144, 370.5365714285713],
  ],
  ["OBV", ({ close, volume }) => obv(close, volume), [1_628_947_265, 843_303_587, 2_413_253_620]],
  [
    "MFI 14",
    ({ high, low, close, volume }) => mfi(high, low, close, volume),
    [60.40049461751704, 67.80384629931453, 53.96647395290882],
  ],
  ["AROON 14, up", ({ high, low }) => aroon(high, low).up, [78.57142857142857, 64.28571428571429, 92.85714285714286]],
  ["AROON 14, down", ({ high, low }) => aroon(high, low).down, [0, 7.142857142857143, 0]],
  ["SAR 0.02 0.2", ({ high, low }) => psar(high, low), [168.8648, 224.46480192110775, 360.9850116918484]],
  [
    "CORREL 30",
    ({ close, other }) => correlation(close, other),
    [0.976049284925468, 0.9279529026839027, 0.9243783416255217],
  ],
  [
    "BETA 5, the market first",
    ({ close, other }) => beta(other, close),
    [1.354273165637463, 1.6593284952438558, 0.8814318443476695],
  ],
];

test.skipIf(!existsSync(market)).each(expected)(
  "agrees with TA-Lib's %s (skipped where the bars are absent)",
  (_, indicator, values) => {
    const bars = { ...barsOf("SPY"), other: barsOf("BAC").close };
    const results = indicator(bars);
    for (const [index, day] of [100, 1000, 2000].entries()) {
      expect((results[day] ?? Number.NaN) / (values[index] || 1)).toBeCloseTo(values[index] === 0 ? 0 : 1, 8);
    }
  },
);

type Bars = ReturnType<typeof barsOf> & { readonly other: Float64Array };

function barsOf(symbol: string) {
  const rows = readFileSync(`${market}/${symbol}.csv`, "utf8")
    .trim()
    .split("\n")
    .slice(1, 2077)
    .map((row) => row.split(","));
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => Number(row[index]));
  return { high: column(3), low: column(4), close: column(5), volume: column(6) };
}
