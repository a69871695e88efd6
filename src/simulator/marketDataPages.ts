// One page of historical market data: the range and order a query asks for, symbol after symbol, and the token of the next page.
import { instantFromMs, minuteMs } from "../core/model/time.ts";
import { instantParameter, isPlainDay, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { midnightOf, newYorkDay } from "./sessions.ts";
import { BadRequest, type Call, errorReply } from "./wireTypes.ts";

/** Both ends included; nothing after `nowMs` is known yet. */
export type DataRange = { readonly fromMs: number; readonly toMs: number; readonly nowMs: number };

export type Found<T> = { readonly symbol: string; readonly item: T };
export type Page<T> = { readonly found: readonly Found<T>[]; readonly token: string | null };

/** A kind of historical data: what there is of it, oldest first or newest first, and when each item is. */
export type Series<T> = {
  /** Marks the tokens, so that one of another series is refused. */
  readonly tag: string;
  readonly items: (symbol: string, range: DataRange, descending: boolean) => Iterable<T>;
  readonly msOf: (item: T) => number;
};

const itemsPerPage = { from: 1, to: 10_000, otherwise: 1000 };
/** How old data of the consolidated feed must be on the free plan. */
export const recentMs = 15 * minuteMs;

export const forbiddenFeed = (): BadRequest =>
  new BadRequest(errorReply(403, "subscription does not permit querying recent SIP data"));

/** Symbols of the `symbols` parameter, at least one. */
export function symbolsOf({ query }: Call): readonly string[] {
  const symbols = list(query, "symbols");
  const wrong = symbols.find((symbol) => !/^[A-Z][A-Z0-9./]*$/.test(symbol));
  if (wrong !== undefined) refuse("data", `invalid symbol: ${wrong}`);
  return symbols.length > 0 ? symbols : refuse("data", "symbols is required");
}

/** One page over all symbols in order; the token names the last item of the page before. */
export function pageOf<T>(call: Call, symbols: readonly string[], series: Series<T>): Page<T> {
  const { query } = call;
  const limit = wholeNumber(query, "limit", itemsPerPage, "data");
  const descending = oneOf(query, "sort", ["asc", "desc"], "asc", "data") === "desc";
  const range = dataRange(call);
  const after = readToken(query.get("page_token"), series.tag);
  const found: Found<T>[] = [];
  for (const symbol of symbols.toSorted()) {
    if (after !== undefined && symbol < after.symbol) continue;
    const rest = symbol === after?.symbol ? restOf(range, after.ms, descending) : range;
    for (const item of series.items(symbol, rest, descending)) {
      const ms = series.msOf(item);
      if (symbol === after?.symbol && (descending ? ms >= after.ms : ms <= after.ms)) continue;
      const last = found.at(-1);
      if (found.length === limit && last)
        return { found, token: tokenOf(last.symbol, series.tag, series.msOf(last.item)) };
      found.push({ symbol, item });
    }
  }
  return { found, token: null };
}

/** What is left after the last item of the page before, so that a late page costs no more than the first. */
const restOf = (range: DataRange, afterMs: number, descending: boolean): DataRange =>
  descending
    ? { ...range, toMs: Math.min(range.toMs, afterMs) }
    : { ...range, fromMs: Math.max(range.fromMs, afterMs) };

/** Under each symbol its items; a symbol without any is absent. */
export function bySymbol<T>({ found }: Page<T>, json: (item: T) => unknown): Record<string, unknown[]> {
  const grouped: Record<string, unknown[]> = {};
  for (const { symbol, item } of found) {
    grouped[symbol] ??= [];
    grouped[symbol].push(json(item));
  }
  return grouped;
}

function dataRange({ query, state, plan }: Call): DataRange {
  const { nowMs } = state;
  const feed = oneOf(query, "feed", ["sip", "iex", "otc", "boats"], "sip", "data");
  const delayed = feed === "sip" && plan === "basic";
  const latestMs = delayed ? nowMs - recentMs : nowMs;
  const toMs = endOf(query) ?? latestMs;
  if (delayed && query.get("end") && toMs > latestMs) throw forbiddenFeed();
  const today = midnightOf(newYorkDay(nowMs));
  const start = instantParameter(query, "start", "data");
  const fromMs = start === undefined ? Math.min(today, latestMs) : Number((start + 999_999n) / 1_000_000n);
  if (fromMs > toMs) refuse("data", "end should not be before start");
  return { fromMs, toMs, nowMs: latestMs };
}

/** The end is inclusive; a plain day includes all of that day. */
function endOf(query: URLSearchParams): number | undefined {
  const end = instantParameter(query, "end", "data");
  if (end === undefined) return undefined;
  const ms = Number(end / 1_000_000n);
  return isPlainDay(query.get("end") ?? "") ? midnightOf(newYorkDay(ms + 36 * 3_600_000)) - 1 : ms;
}

const tokenOf = (symbol: string, tag: string, ms: number): string =>
  Buffer.from(`${symbol}|${tag}|${instantFromMs(ms).replace("Z", "000000Z")}`).toString("base64");

function readToken(token: string | null, tag: string): { symbol: string; ms: number } | undefined {
  if (token === null || token === "") return undefined;
  const [symbol = "", given, at = ""] = Buffer.from(token, "base64").toString("utf8").split("|");
  const ms = Date.parse(at);
  return given === tag && !Number.isNaN(ms) ? { symbol, ms } : refuse("data", "invalid page_token");
}
