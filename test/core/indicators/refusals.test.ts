// Which parameter of an indicator with several is wrong, by its name, in both forms.
import { expect, test } from "vitest";
import { ichimoku, ichimokuStream } from "../../../src/core/indicators/ichimoku.ts";
import { kama, kamaStream } from "../../../src/core/indicators/kama.ts";
import { keltner, keltnerStream } from "../../../src/core/indicators/keltner.ts";
import { macd, macdStream } from "../../../src/core/indicators/macd.ts";
import { sma, smaStream } from "../../../src/core/indicators/sma.ts";

const column = Float64Array.of(1, 2, 3);
type Form = (...periods: readonly number[]) => unknown;

test.each<[name: string, sound: readonly number[], names: readonly string[], forms: readonly Form[]]>([
  ["sma", [2], ["period"], [(period = 0) => sma(column, period), (period = 0) => smaStream(period)]],
  [
    "ichimoku",
    [1, 2, 3, 1],
    ["conversionPeriod", "basePeriod", "spanPeriod", "displacement"],
    [(...given) => ichimoku(column, column, ...given), (...given) => ichimokuStream(...given)],
  ],
  [
    "kama",
    [2, 2, 3],
    ["period", "fast", "slow"],
    [(...given) => kama(column, ...given), (...given) => kamaStream(...given)],
  ],
  [
    "keltner",
    [2, 2],
    ["period", "atrPeriod"],
    [(...given) => keltner(column, column, column, ...given), (...given) => keltnerStream(...given)],
  ],
  [
    "macd",
    [2, 3, 2],
    ["fast", "slow", "signal"],
    [(...given) => macd(column, ...given), (...given) => macdStream(...given)],
  ],
])("%s says which of its periods is no positive integer", (_, sound, names, forms) => {
  for (const form of forms) {
    expect(() => form(...sound)).not.toThrow();
    for (const [index, name] of names.entries())
      expect(() => form(...sound.with(index, 1.5))).toThrow(
        new RangeError(`${name} must be a positive integer, not 1.5`),
      );
  }
});
