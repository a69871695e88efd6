// Rules about the data of one symbol: what breaks one leaves the symbol out of the run, before any strategy sees it.
import type { RiskLimits } from "../model/limits.ts";
import type { BarSeries, ExclusionCode, LatestPrice } from "../model/market.ts";
import type { Instant } from "../model/time.ts";

/** What is known of a symbol in one timeframe when a run looks. */
export type SymbolData = {
  readonly symbol: string;
  /** Undefined where the strategies ask for no bars, or the feed has none. */
  readonly series: BarSeries | undefined;
  /** How many bars the sessions of the window have, by the calendar. */
  readonly expected: number;
  readonly latest: LatestPrice | undefined;
  readonly asOf: Instant;
};

/** Why the symbol is not fit to decide on; undefined when this is no reason. */
export type DataRule = (
  data: SymbolData,
  limits: RiskLimits,
) => { readonly code: ExclusionCode; readonly detail: string } | undefined;

/** Indicators over a window with holes are those of another window. */
const dataGap: DataRule = ({ series, expected }, { minCoverageFraction }) => {
  const count = series?.timeMs.length ?? 0;
  if (expected <= 0 || count / expected >= minCoverageFraction) return undefined;
  const least = Math.ceil(expected * minCoverageFraction - 1e-9);
  return { code: "DATA_GAP", detail: `${count} bars of the ${expected} in its window; the least is ${least}` };
};

/**
 * The last trade against the last close, the larger price over the smaller: so a split and its reverse count as the same move. Where there is
 * no close to hold it against, nothing is known to be wrong.
 */
const implausiblePrice: DataRule = ({ series, latest }, { implausibleMoveFraction: limit }) => {
  const close = series?.close.at(-1);
  if (close === undefined || latest === undefined) return undefined;
  const now = Number(latest.price);
  const move = Math.max(now / close, close / now) - 1;
  if (move <= limit) return undefined;
  const detail = `the last trade at ${latest.price} and the last close at ${close} are ${percent(move)} apart; the most is ${percent(limit)}`;
  return { code: "IMPLAUSIBLE_PRICE", detail };
};

/** Of the smaller one of two prices. */
const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(4))} %`;

/** The first that speaks excludes the symbol. A control is taken out by taking its name out of here. */
export const dataRules: readonly DataRule[] = [dataGap, implausiblePrice];
