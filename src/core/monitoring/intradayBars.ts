// Bars built from single trades as a feed brings them: late, twice, out of order, corrected or cancelled.
import type { BarSeries, Timeframe } from "../model/market.ts";
import { dayMs, instantFromMs, minuteMs } from "../model/time.ts";
import { sessionsBetween, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { hoursAt, hoursOn, partAt, partsOf } from "./barBuckets.ts";
import { consolidateBars, rowsOf } from "./consolidateBars.ts";

type Reported = {
  readonly symbol: string;
  /** Unique among the symbol's trades of one day in New York; 7 and "7" are the same. */
  readonly id: string | number;
  /** When it was traded, milliseconds since the epoch; of a cancel, when the trade it takes back was. */
  readonly at: number;
};
/** US dollars, and shares. */
type Terms = { readonly price: number; readonly size: number };

/** A trade, the trade that stands in place of another of that day, or the word that one never was. */
export type Tick =
  | (Reported & Terms & { readonly kind?: undefined })
  | (Reported & Terms & { readonly kind: "correction"; readonly originalId: string | number })
  | (Omit<Reported, "id"> & { readonly kind: "cancel"; readonly originalId: string | number });

export type IntradayBarsOptions = {
  /** How long after its end a bar is closed, in milliseconds. */
  readonly latenessMs: number;
  /** How long after its end a minute still takes ticks: at least `latenessMs`. Single trades are kept as long. */
  readonly horizonMs: number;
  /** Whether trades before the open and after the close are kept too; they have bars of their own, and no part in a day's. */
  readonly extendedHours?: boolean;
};

/** A minute; prices in US dollars, volume in shares. */
type Bar = {
  readonly startMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

type Trade = Terms & { readonly id: string; readonly at: number; readonly replaces: string | null };

/** What stands in place of a trade: the id of its correction, or null when it is cancelled. */
type Withdrawal = { readonly by: string | null; readonly at: number };

/** Of one symbol. Trades and withdrawals by day and id, so that their order of arrival leaves no trace. */
type Book = {
  readonly trades: ReadonlyMap<string, Trade>;
  readonly withdrawn: ReadonlyMap<string, Withdrawal>;
  /** Minutes that no tick can change any more, oldest first. */
  readonly folded: readonly Bar[];
};

export type IntradayBars = {
  readonly options: Required<IntradayBarsOptions>;
  /** The time as last told by `withClock`; 0 before. */
  readonly nowMs: number;
  readonly books: ReadonlyMap<string, Book>;
  /** Counts of ticks that are in no bar: those that came after their minute's horizon, and trades at a time outside the hours. */
  readonly dropped: { readonly late: number; readonly outsideHours: number };
};

/** No trades yet. Throws RangeError when the lateness is negative or the horizon shorter than it. */
export function openIntradayBars(options: IntradayBarsOptions): IntradayBars {
  const { latenessMs, horizonMs, extendedHours = false } = options;
  if (!(latenessMs >= 0 && horizonMs >= latenessMs)) {
    throw new RangeError(`a horizon of ${horizonMs} ms does not cover a lateness of ${latenessMs} ms`);
  }
  return {
    options: { latenessMs, horizonMs, extendedHours },
    nowMs: 0,
    books: new Map(),
    dropped: { late: 0, outsideHours: 0 },
  };
}

/**
 * Takes in ticks, in any order and any number of times: between two calls of `withClock` only the set of them counts. A correction or cancel
 * may come before its trade. Of several corrections of one trade the one with the highest id stands; a cancel takes back the trade and what
 * replaced it. A tick whose minute is over by more than the horizon is counted in `dropped` and has no effect, so a cancel that late leaves
 * the bar as it is, and so does a correction that moves a trade out of such a minute. Throws RangeError for a price that is not above 0, a negative size, and a time outside the calendar.
 */
export function withTicks(state: IntradayBars, ticks: readonly Tick[]): IntradayBars {
  const touched = new Map<string, OpenBook>();
  let { late, outsideHours } = state.dropped;
  for (const tick of ticks) {
    assertPossible(tick);
    const hours = hoursAt(tick.at);
    const inside = partAt(tick.at, state.options.extendedHours) !== undefined;
    if (!inside && tick.kind !== "cancel") outsideHours++;
    else if (isOver(state, minuteOf(tick.at))) late++;
    // A trade corrected to a time outside the hours is still gone from where it was.
    if (hours === undefined || isOver(state, minuteOf(tick.at))) continue;
    const book = touched.get(tick.symbol) ?? copyOf(state.books.get(tick.symbol));
    touched.set(tick.symbol, book);
    record(book, tick, `${hours.day} `, inside);
  }
  return { ...state, books: new Map([...state.books, ...touched]), dropped: { late, outsideHours } };
}

/**
 * Tells the time in milliseconds; a time before the last one changes nothing. Bars close by it alone, never by the time on a tick. Minutes
 * past the horizon are reduced to their bars and their trades forgotten.
 */
export function withClock(state: IntradayBars, nowMs: number): IntradayBars {
  if (nowMs <= state.nowMs) return state;
  const later = { ...state, nowMs };
  const { horizonMs } = state.options;
  // Only whole minutes pass the horizon.
  if (minuteOf(nowMs - horizonMs) === minuteOf(state.nowMs - horizonMs)) return later;
  return { ...later, books: new Map([...state.books].map(([symbol, book]) => [symbol, folded(book, later)])) };
}

export type BarQuery = { readonly symbol: string; readonly fromMs: number; readonly toMs: number };

/** The closed bars that start from `fromMs` on and before `toMs`. A minute without trades has no bar; a day's bar is stamped midnight. */
export function barsOf(state: IntradayBars, query: BarQuery & { readonly timeframe: Timeframe }): BarSeries {
  const { symbol, fromMs, toMs, timeframe } = query;
  const { latenessMs, extendedHours } = state.options;
  const minutes = minutesOf(state.books.get(symbol));
  const column = (of: (bar: Bar) => number): Float64Array => Float64Array.from(minutes, of);
  const series: BarSeries = {
    symbol,
    timeframe: "1Min",
    timeMs: column(({ startMs }) => startMs),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
  const bars = consolidateBars(series, timeframe, { closedByMs: state.nowMs - latenessMs, extendedHours });
  const before = (ms: number): number => bars.timeMs.filter((startMs) => startMs < ms).length;
  return rowsOf(bars, before(fromMs), before(toMs));
}

/** The starts of the closed minutes in which the exchange traded and the symbol did not, from `fromMs` on and before `toMs`. */
export function gapsOf(state: IntradayBars, { symbol, fromMs, toMs }: BarQuery): readonly number[] {
  const untilMs = Math.min(toMs, state.nowMs);
  if (untilMs <= fromMs) return [];
  const traded = new Set(minutesOf(state.books.get(symbol)).map(({ startMs }) => startMs));
  const gaps: number[] = [];
  for (const { day } of sessionsBetween(tradingDayOf(instantFromMs(fromMs)), tradingDayOf(instantFromMs(untilMs)))) {
    const hours = hoursOn(day);
    for (const part of hours === undefined ? [] : partsOf(hours, state.options.extendedHours)) {
      for (let ms = part.startMs; ms < part.endMs; ms += minuteMs) {
        if (ms >= fromMs && ms < untilMs && isClosed(state, ms + minuteMs) && !traded.has(ms)) gaps.push(ms);
      }
    }
  }
  return gaps;
}

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs) * minuteMs;

const isClosed = ({ nowMs, options }: IntradayBars, endMs: number): boolean => endMs + options.latenessMs <= nowMs;

/** Whether a minute takes no ticks any more. */
const isOver = ({ nowMs, options }: IntradayBars, startMs: number): boolean =>
  startMs + minuteMs + options.horizonMs <= nowMs;

function assertPossible(tick: Tick): void {
  if (tick.kind === "cancel") return;
  const { symbol, id, price, size } = tick;
  if (price > 0 && Number.isFinite(price) && size >= 0 && Number.isFinite(size)) return;
  throw new RangeError(`the trade ${id} of ${symbol} cannot be: ${size} shares at ${price}`);
}

type OpenBook = Book & { readonly trades: Map<string, Trade>; readonly withdrawn: Map<string, Withdrawal> };

const copyOf = (book: Book | undefined): OpenBook => ({
  trades: new Map(book?.trades),
  withdrawn: new Map(book?.withdrawn),
  folded: book?.folded ?? [],
});

function record({ trades, withdrawn }: OpenBook, tick: Tick, prefix: string, inside: boolean): void {
  const replaces = tick.kind === undefined ? null : prefix + tick.originalId;
  if (replaces !== null) {
    const withdrawal = { by: tick.kind === "cancel" ? null : String(tick.id), at: tick.at };
    withdrawn.set(replaces, stronger(withdrawn.get(replaces), withdrawal));
  }
  if (tick.kind === "cancel" || !inside) return;
  const { at, price, size } = tick;
  const trade: Trade = { id: String(tick.id), at, price, size, replaces };
  const known = trades.get(prefix + trade.id);
  if (known === undefined || isPreferred(trade, known)) trades.set(prefix + trade.id, trade);
}

function stronger(known: Withdrawal | undefined, other: Withdrawal): Withdrawal {
  if (known === undefined) return other;
  const at = Math.max(known.at, other.at);
  if (known.by === null || other.by === null) return { by: null, at };
  return { by: compareIds(known.by, other.by) < 0 ? other.by : known.by, at };
}

/** Which of two trades under one id counts: the corrected one. Two that differ otherwise break the feed's word: the lesser counts. */
function isPreferred(a: Trade, b: Trade): boolean {
  if ((a.replaces === null) !== (b.replaces === null)) return a.replaces !== null;
  const difference = a.at - b.at || a.price - b.price || a.size - b.size;
  return difference === 0 ? (a.replaces ?? "") < (b.replaces ?? "") : difference < 0;
}

/** Numbers by their value and before any text. */
function compareIds(a: string, b: string): number {
  const [aNumber, bNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  if (aNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function folded(book: Book, state: IntradayBars): Book {
  const over = new Map([...book.trades].filter(([, { at }]) => isOver(state, minuteOf(at))));
  const bars = minutesOf({ ...book, trades: over });
  return {
    trades: new Map([...book.trades].filter(([key]) => !over.has(key))),
    // For a day longer than trades: it may name one that is traded later that day.
    withdrawn: new Map([...book.withdrawn].filter(([, { at }]) => !isOver(state, minuteOf(at) + dayMs))),
    folded: bars,
  };
}

/** The minute bars of a book, oldest first: those that are folded, then what its trades make, first and last by time and then by id. */
function minutesOf(book: Book | undefined): readonly Bar[] {
  if (book === undefined) return [];
  const { trades, withdrawn } = book;
  const standing = [...trades].filter(([key, { id, replaces }]) => {
    const isReplaced = withdrawn.has(key) && withdrawn.get(key)?.by !== id;
    return !isReplaced && (replaces === null || withdrawn.get(replaces)?.by === id);
  });
  const inOrder = standing.map(([, trade]) => trade).sort((a, b) => a.at - b.at || compareIds(a.id, b.id));
  const bars: Bar[] = [...book.folded];
  for (const { at, price, size } of inOrder) {
    const startMs = minuteOf(at);
    const last = bars.at(-1);
    const minute = last?.startMs === startMs ? last : { startMs, open: price, high: price, low: price, volume: 0 };
    const [high, low] = [Math.max(minute.high, price), Math.min(minute.low, price)];
    const bar = { ...minute, high, low, close: price, volume: minute.volume + size };
    if (minute === last) bars[bars.length - 1] = bar;
    else bars.push(bar);
  }
  return bars;
}
