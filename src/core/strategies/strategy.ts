// What a strategy is: a pure function from what the market and the account look like to what it wishes to hold.
import type { z } from "zod";
import type { Fault } from "../model/errors.ts";
import type { BarSeries, LatestPrice } from "../model/market.ts";
import type { Usd } from "../model/money.ts";
import { faultsOf } from "../model/parse.ts";
import type { Position } from "../model/portfolio.ts";
import type { Signal } from "../model/signal.ts";
import type { Instant } from "../model/time.ts";

/** What a strategy may look at. `bars` holds every symbol that takes part in the run, with closed bars only. */
export type StrategyView = {
  readonly asOf: Instant;
  readonly bars: ReadonlyMap<string, BarSeries>;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly positions: ReadonlyMap<string, Position>;
  readonly equity: Usd;
};

/** What must be fetched before a strategy can decide: closed daily bars a symbol, 0 for none. */
export type Needs = { readonly dailyBars: number };

/** A strategy as the registry lists it; its parameters arrive unread from the settings. */
export type Strategy = {
  /** At most 32 letters and digits: it is part of client order ids. */
  readonly name: string;
  readonly title: string;
  /** What it does, where it comes from, what it assumes and when it fails. */
  readonly doc: string;
  /** Everything wrong with the parameters, with paths below them; none when they can be used. */
  paramsFault(params: unknown): readonly Fault[];
  /** Throws ZodError for parameters with faults, as `decide` does. */
  needs(params: unknown): Needs;
  /** Symbols it has no opinion on are left out. The same view and parameters give the same signals. */
  decide(view: StrategyView, params: unknown): readonly Signal[];
};

/** Makes a strategy of a parameter schema and two functions that receive parameters already read by it. */
export function define<Params>(definition: {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly params: z.ZodType<Params>;
  needs(params: Params): Needs;
  decide(view: StrategyView, params: Params): readonly Omit<Signal, "strategy">[];
}): Strategy {
  const { name, title, doc, params: schema } = definition;
  return {
    name,
    title,
    doc,
    paramsFault: (params) => {
      const result = schema.safeParse(params);
      return result.success ? [] : faultsOf(result.error);
    },
    needs: (params) => definition.needs(schema.parse(params)),
    decide: (view, params) =>
      definition.decide(view, schema.parse(params)).map((signal) => ({ strategy: name, ...signal })),
  };
}
