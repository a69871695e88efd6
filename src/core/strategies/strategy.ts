// What a strategy is: a pure function from what the market and the account look like to what it wishes to hold.
import { z } from "zod";
import type { Fault } from "../model/errors.ts";
import type { BarSeries, LatestPrice, Timeframe } from "../model/market.ts";
import type { Usd } from "../model/money.ts";
import { faultsOf } from "../model/parse.ts";
import type { Position } from "../model/portfolio.ts";
import type { Direction, Signal } from "../model/signal.ts";
import type { Instant } from "../model/time.ts";
import type { Session } from "../schedule/tradingCalendar.ts";

/**
 * What a strategy may look at. `bars` holds every symbol that takes part in the run, with closed bars only, of the timeframe that the
 * strategy needs; `symbols` are all of the task, also those that are left out of this run; `session` is today's, undefined on a day without
 * one.
 */
export type StrategyView = {
  readonly asOf: Instant;
  readonly session: Session | undefined;
  readonly symbols: readonly string[];
  readonly bars: ReadonlyMap<string, BarSeries>;
  readonly latest: ReadonlyMap<string, LatestPrice>;
  readonly positions: ReadonlyMap<string, Position>;
  readonly equity: Usd;
};

/**
 * What must be fetched before a strategy can decide: so many closed bars a symbol, 0 for none; `quotes` where it looks at bid and ask. The
 * first `warmUp` of the bars only bring its indicators up to their values: with fewer than the others it never speaks.
 */
export type Needs = {
  readonly timeframe: Timeframe;
  readonly bars: number;
  readonly warmUp?: number;
  readonly quotes?: boolean;
};

/**
 * A signal as a strategy gives it: with a weight, or with a direction that stands for an equal part of all symbols of the task. A symbol
 * that is left out of a run keeps its part, so that bad data in one buys nothing of the others.
 */
export type SignalDraft = Omit<Signal, "strategy" | "targetWeight"> &
  ({ readonly targetWeight: number } | { readonly direction: Direction });

/** A strategy as the registry lists it; its parameters arrive unread from the settings. */
export type Strategy = {
  /** At most 32 letters and digits: it is part of client order ids. */
  readonly name: string;
  readonly title: string;
  /** What it does, where it comes from, what it assumes and when it fails. */
  readonly doc: string;
  /** JSON Schema of the parameters, defaults included. What binds several of them together only `paramsFault` knows. */
  paramsSchema(): Readonly<Record<string, unknown>>;
  /** Parameters that it accepts: its defaults, and something to look at where there is none. */
  example(): Readonly<Record<string, unknown>>;
  /** Everything wrong with the parameters, with paths below them; none when they can be used. */
  paramsFault(params: unknown): readonly Fault[];
  /** Throws ZodError for parameters with faults, as `decide` does. */
  needs(params: unknown): Needs;
  /** Symbols that it decides on by the bars of all of them; each other one it decides on by its own bars alone. */
  together(params: unknown, symbols: readonly string[]): readonly string[];
  /** Symbols it has no opinion on are left out. The same view and parameters give the same signals. */
  decide(view: StrategyView, params: unknown): readonly Signal[];
};

/** Makes a strategy of a parameter schema and two functions that receive parameters already read by it. */
export function define<Params extends Readonly<Record<string, unknown>>>(definition: {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly params: z.ZodType<Params>;
  /** Of the parameters that have no default. */
  readonly example?: Partial<Params>;
  needs(params: Params): Needs;
  /** Of the symbols of the task; none where it is not given. */
  together?(params: Params, symbols: readonly string[]): readonly string[];
  decide(view: StrategyView, params: Params): readonly SignalDraft[];
}): Strategy {
  const { name, title, doc, params: schema, example = {} } = definition;
  const paramsOf = rememberingReader(schema);
  return {
    name,
    title,
    doc,
    paramsSchema: () => z.toJSONSchema(schema, { io: "input" }),
    example: () => schema.parse(example),
    paramsFault: (params) => {
      const result = paramsOf(params);
      return result.success ? [] : faultsOf(result.error);
    },
    needs: (params) => definition.needs(dataOf(paramsOf(params))),
    together: (params, symbols) => definition.together?.(dataOf(paramsOf(params)), symbols) ?? [],
    decide: (view, params) =>
      definition.decide(view, dataOf(paramsOf(params))).map((draft) => signalOf(name, draft, view)),
  };
}

/** Reads each params object once: they are data that nobody changes, and a backtest asks for the same ones on every bar. */
function rememberingReader<Params>(schema: z.ZodType<Params>): (params: unknown) => z.ZodSafeParseResult<Params> {
  const read = new WeakMap<object, z.ZodSafeParseResult<Params>>();
  return (params) => {
    if (typeof params !== "object" || params === null) return schema.safeParse(params);
    const known = read.get(params);
    if (known !== undefined) return known;
    const result = schema.safeParse(params);
    read.set(params, result);
    return result;
  };
}

function dataOf<Params>(result: z.ZodSafeParseResult<Params>): Params {
  if (!result.success) throw result.error;
  return result.data;
}

const signs = { long: 1, flat: 0, short: -1 } as const;

function signalOf(strategy: string, draft: SignalDraft, view: StrategyView): Signal {
  if ("targetWeight" in draft) return { strategy, ...draft };
  const { direction, ...signal } = draft;
  return { strategy, ...signal, targetWeight: signs[direction] / view.symbols.length };
}
