// Whether a split lies between what is decided on, what is held and what is paid now.
import type { BarSeries, LatestPrice } from "../model/market.ts";
import type { Position } from "../model/portfolio.ts";
import { instantFromMs } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";

/** A stock dividend of 5 % is the smallest split; a cash dividend, which some adjustments take out too, is less as a rule. */
const sameClose = 0.04;
/** The broker values a position at trades of another moment, perhaps of another exchange. */
const sameValue = 0.2;

/**
 * Why a symbol must wait for a day; undefined when nothing is seen. History is adjusted back from a split as soon as that is effective, and
 * the close of a day as it was traded then is not: where the two differ, a split lies between them, on this day as a rule. The shares that are
 * held may not have been converted yet, so nothing is decided on it. The same holds when the broker values what is held at quite
 * another price than the last trade. A split that the feed has not taken into its history yet shows as an implausible price instead.
 */
export function adjustmentFault(
  series: BarSeries | undefined,
  { price, previousClose }: LatestPrice,
  position: Position | undefined,
): string | undefined {
  const adjusted = series && previousClose && closeOf(series, previousClose.day);
  if (adjusted !== undefined && previousClose !== undefined && apart(adjusted, previousClose.price) > sameClose) {
    return `the close of ${previousClose.day} was ${previousClose.price} and is ${adjusted} in the history: a split lies between`;
  }
  const value = position === undefined ? Number.NaN : Number(position.marketValue) / Number(position.qty);
  // A position without a value is one that the broker has no price for.
  return value > 0 && apart(value, price) > sameValue
    ? `the broker values what is held at ${Number(value.toPrecision(6))} a share while the last trade was at ${price}`
    : undefined;
}

/** The larger over the smaller, less one. */
function apart(a: number, text: string): number {
  const b = Number(text);
  return Math.max(a / b, b / a) - 1;
}

/** The last close of a day, among the newest ones. */
function closeOf({ timeMs, close }: BarSeries, day: string): number | undefined {
  for (let i = timeMs.length - 1; i >= 0; i--) {
    const of = tradingDayOf(instantFromMs(timeMs[i] ?? 0));
    if (of <= day) return of === day ? close[i] : undefined;
  }
  return undefined;
}
