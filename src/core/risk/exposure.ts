// The book that risk rules judge against: what the account may come to hold, whichever of its orders fill.
import { bySymbol } from "../model/bySymbol.ts";
import type { MarketSnapshot } from "../model/market.ts";
import {
  absQty,
  addQty,
  addUsd,
  isNegative,
  isZero,
  maximum,
  minimum,
  negateQty,
  notional,
  type Price,
  priceEach,
  type Qty,
  subtractQty,
  subtractUsd,
  type Usd,
  zeroQty,
  zeroUsd,
} from "../model/money.ts";
import { type BrokerOrder, isTerminal, type Side } from "../model/order.ts";
import type { PortfolioSnapshot } from "../model/portfolio.ts";
import type { RiskSnapshot } from "../model/run.ts";

/** One symbol: what is held (negative: short), and what open and approved orders may still buy and sell. */
export type SymbolExposure = {
  readonly held: Qty;
  readonly buys: Qty;
  readonly sells: Qty;
  /** What a share is counted at. */
  readonly mark: Price;
  /** The shares held if everything that buys fills and nothing that sells, and those owed the other way round; either may be negative. */
  readonly long: Qty;
  readonly short: Qty;
  /** The value of the larger of the two, whichever its sign. */
  readonly worstUsd: Usd;
};

export type Book = {
  readonly symbols: ReadonlyMap<string, SymbolExposure>;
  /** The sum over all symbols of the worst case: nothing that lowers exposure fills, all that raises it does. */
  readonly grossUsd: Usd;
  /** Long less short if everything that buys fills and nothing that sells, and short less long the other way round. */
  readonly netLongUsd: Usd;
  readonly netShortUsd: Usd;
  /** Symbols in which something is held, or is bought or sold by an order that is counted. */
  readonly openPositions: number;
  /** What open and approved orders take of the buying power. */
  readonly reservedUsd: Usd;
  /** Client ids of open orders whose size or price is not known: with them the sums above are too low. */
  readonly unvalued: readonly string[];
  /** How many orders are counted: open, uncertain and approved ones. */
  readonly orders: number;
  /** Symbols with an order that may or may not be at the broker. */
  readonly uncertain: ReadonlySet<string>;
};

export type BookOrder = { readonly symbol: string; readonly side: Side; readonly qty: Qty; readonly price: Price };

/** A book that is still being written: by whoever opened it, for a copy an order would cost more than the order's verdict. */
export type OpenBook = { -readonly [Key in keyof Book]: Book[Key] } & {
  readonly symbols: Map<string, SymbolExposure>;
  readonly unvalued: string[];
  readonly uncertain: Set<string>;
};

/** The book before any order of the batch: positions, open orders, and orders that may be open. */
export function openBook(
  { positions, openOrders, uncertainOrders }: PortfolioSnapshot,
  { latest }: MarketSnapshot,
): OpenBook {
  const prices = bySymbol(latest);
  const book = emptyBook();
  for (const { symbol, qty, marketValue } of positions) {
    if (!isZero(qty)) enterPosition(book, symbol, qty, prices.get(symbol)?.price ?? priceEach(marketValue, qty));
  }
  const orders: BookOrder[] = [];
  for (const order of openOrders) {
    if (isTerminal(order)) continue;
    const valued = bookOrderOf(order, prices.get(order.symbol)?.price ?? book.symbols.get(order.symbol)?.mark);
    if (valued === undefined) book.unvalued.push(order.clientOrderId);
    else orders.push(valued);
  }
  book.orders = book.unvalued.length;
  for (const order of uncertainOrders) {
    book.uncertain.add(order.symbol);
    enterOrder(book, order);
  }
  for (const order of orders) enterOrder(book, order);
  return book;
}

const emptyBook = (): OpenBook => ({
  symbols: new Map(),
  grossUsd: zeroUsd,
  netLongUsd: zeroUsd,
  netShortUsd: zeroUsd,
  openPositions: 0,
  reservedUsd: zeroUsd,
  unvalued: [],
  orders: 0,
  uncertain: new Set(),
});

function enterPosition(book: OpenBook, symbol: string, held: Qty, mark: Price): void {
  const exposure = exposureWith({ held, buys: zeroQty, sells: zeroQty, mark });
  book.symbols.set(symbol, exposure);
  book.grossUsd = addUsd(book.grossUsd, exposure.worstUsd);
  book.netLongUsd = addUsd(book.netLongUsd, notional(mark, exposure.long));
  book.netShortUsd = addUsd(book.netShortUsd, notional(mark, exposure.short));
  book.openPositions += 1;
}

/** Enters one more order that may or may not fill. */
export function enterOrder(book: OpenBook, { symbol, side, qty, price }: BookOrder): void {
  const before = exposureOf(book, symbol, price);
  const { held, buys, sells, mark } = before;
  const after = exposureWith(
    side === "buy" ? { held, buys: addQty(buys, qty), sells, mark } : { held, buys, sells: addQty(sells, qty), mark },
  );
  const adding = subtractQty(qty, minimum(qty, reducibleQty(before, side)));
  book.symbols.set(symbol, after);
  book.grossUsd = grossWith(book, before, after);
  const value = notional(mark, qty);
  if (side === "buy") book.netLongUsd = addUsd(book.netLongUsd, value);
  else book.netShortUsd = addUsd(book.netShortUsd, value);
  book.orders += 1;
  book.openPositions += isOpen(before) ? 0 : 1;
  book.reservedUsd = addUsd(book.reservedUsd, notional(price, adding));
}

/** A book of its own, in which sells that only close long positions have filled. What they bring is not counted here. */
export function withFilledSells(opened: OpenBook, sells: readonly BookOrder[]): OpenBook {
  const book: OpenBook = { ...opened, symbols: new Map(opened.symbols) };
  for (const { symbol, qty, price } of sells) {
    const before = exposureOf(book, symbol, price);
    const { held, buys, sells, mark } = before;
    const after = exposureWith({ held: subtractQty(held, qty), buys, sells: subtractQty(sells, qty), mark });
    book.symbols.set(symbol, after);
    book.grossUsd = grossWith(book, before, after);
    // Short less long already counts the sell as filled.
    book.netLongUsd = subtractUsd(book.netLongUsd, notional(mark, qty));
    book.openPositions -= isOpen(after) ? 0 : 1;
    book.orders -= 1;
  }
  return book;
}

/** The gross sum with one symbol's part changed. */
const grossWith = ({ grossUsd }: Book, before: SymbolExposure, after: SymbolExposure): Usd =>
  addUsd(grossUsd, subtractUsd(after.worstUsd, before.worstUsd));

/** The book's sums as they are recorded. */
export const riskSnapshotOf = (book: Book, equity: Usd): RiskSnapshot => ({
  equity,
  gross: book.grossUsd,
  reservedBuyingPower: book.reservedUsd,
  positions: [...book.symbols.values()].filter(({ held }) => !isZero(held)).length,
  openOrders: book.orders,
});

/** Whether something is held, or bought or sold by an order that is counted. */
export const isOpen = ({ held, buys, sells }: SymbolExposure): boolean =>
  !(isZero(held) && isZero(buys) && isZero(sells));

export const exposureOf = (book: Book, symbol: string, price: Price): SymbolExposure =>
  book.symbols.get(symbol) ?? exposureWith({ held: zeroQty, buys: zeroQty, sells: zeroQty, mark: price });

type Shares = Pick<SymbolExposure, "held" | "buys" | "sells" | "mark">;

/** What the shares of a symbol come to is computed once: every rule and every sum asks for it. */
export function exposureWith({ held, buys, sells, mark }: Shares): SymbolExposure {
  const long = addQty(held, buys);
  const short = subtractQty(sells, held);
  return { held, buys, sells, mark, long, short, worstUsd: notional(mark, larger(long, short)) };
}

const larger = (long: Qty, short: Qty): Qty => maximum(absQty(long), absQty(short));

/** The largest the position can come to, long or short, in shares. */
export const worstQty = ({ long, short }: SymbolExposure): Qty => larger(long, short);

/** What an order meets in its symbol: what is there, and what its side moves towards and can only lower. */
export type Meeting = {
  readonly exposure: SymbolExposure;
  /** Shares if every order before it of the same side fills: negative while it still closes a position. */
  readonly towards: Qty;
  readonly reducible: Qty;
};

export function meetingOf(book: Book, { symbol, side, price }: Pick<BookOrder, "symbol" | "side" | "price">): Meeting {
  const exposure = exposureOf(book, symbol, price);
  return {
    exposure,
    towards: side === "buy" ? exposure.long : exposure.short,
    reducible: reducibleQty(exposure, side),
  };
}

/** How much of an order of this side can only lower exposure. */
export function reducibleQty({ long, short }: SymbolExposure, side: Side): Qty {
  const towards = side === "buy" ? long : short;
  return isNegative(towards) ? negateQty(towards) : zeroQty;
}

/** An order as the book counts it, at its limit where that is above the mark; undefined when its size or price is not known. */
function bookOrderOf(
  { symbol, side, qty, filledQty, limitPrice }: BrokerOrder,
  mark: Price | undefined,
): BookOrder | undefined {
  const price = mark === undefined || limitPrice === null ? (mark ?? limitPrice) : maximum(mark, limitPrice);
  if (qty === null || price === null) return undefined;
  return { symbol, side, qty: subtractQty(qty, filledQty), price };
}
