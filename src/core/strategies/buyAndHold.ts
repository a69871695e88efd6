// Buys every symbol once and keeps it: the measure that every other strategy is held against.
import { z } from "zod";
import { isZero } from "../model/money.ts";
import { define } from "./strategy.ts";

export const buyAndHold = define({
  name: "buyAndHold",
  title: "Buy and hold",
  doc: [
    "Buys each symbol that is not held, in equal parts of all symbols, and says nothing on those that are, however little of them: nothing is ever sold or rebalanced.",
    "Source: the benchmark of W. Sharpe, The Arithmetic of Active Management, Financial Analysts Journal 47 (1991).",
    "Assumes that the whole rises in the long run. Sits through every decline.",
  ].join(" "),
  params: z.strictObject({}),
  needs: () => ({ timeframe: "1Day", bars: 0 }),
  decide: ({ symbols, bars, positions }) =>
    [...bars.keys()].flatMap((symbol) => {
      const held = positions.get(symbol)?.qty;
      if (held !== undefined && !isZero(held)) return [];
      return { symbol, direction: "long" as const, strength: 1, reasons: { symbols: symbols.length } };
    }),
});
