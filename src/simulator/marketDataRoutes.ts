// The market data host's routes: bars with paging, latest trades, quotes and bars, snapshots.
import { instantFromMs, minuteMs } from "../core/model/time.ts";
import { dayBar, knownBars, parseTimeframe, type Timeframe } from "./bars.ts";
import { barJson, quoteJson, tradeJson } from "./marketDataShapes.ts";
import type { TapeBar } from "./marketTape.ts";
import { instantParameter, isPlainDay, list, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { latestSession, midnightOf, newYorkDay, sessionBefore } from "./sessions.ts";
import { BadRequest, type Call, errorReply, type Reply, type Route } from "./wireTypes.ts";

const barsPerPage = { from: 1, to: 10_000, otherwise: 1000 };
const recentMs = 15 * minuteMs;

/** Each kind of latest data under the singular of its name on the wire. */
const latest: Readonly<Record<string, (call: Call, symbol: string) => unknown>> = {
  trade: ({ tape, state }, symbol) => tradeJson(tape.lastTrade(symbol, state.nowMs)),
  quote: ({ tape, state }, symbol) => quoteJson(tape.quote(symbol, state.nowMs)),
  bar: (call, symbol) => barJson(latestMinute(call, symbol)),
};

export const marketDataRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/stocks/bars", serve: (call) => multiBars(call) },
  {
    method: "GET",
    path: "/v2/stocks/{symbol}/bars",
    serve: (call) => {
      const symbol = call.params.symbol ?? "";
      const { bars, token } = pageOfBars(call, [symbol]);
      return ok({ bars: bars.map(({ bar }) => barJson(bar)), next_page_token: token, symbol });
    },
  },
  ...Object.entries(latest).flatMap(([kind, find]): readonly Route[] => [
    {
      method: "GET",
      path: `/v2/stocks/${kind}s/latest`,
      serve: (call) => ok({ [`${kind}s`]: keyedBySymbol(call, (symbol) => find(call, symbol)) }),
    },
    {
      method: "GET",
      path: `/v2/stocks/{symbol}/${kind}s/latest`,
      serve: (call) => single(call, (symbol) => ({ symbol, [kind]: found(find(call, symbol), symbol) })),
    },
  ]),
  {
    method: "GET",
    path: "/v2/stocks/snapshots",
    serve: (call) => ok(keyedBySymbol(call, (symbol) => snapshot(call, symbol))),
  },
  {
    method: "GET",
    path: "/v2/stocks/{symbol}/snapshot",
    serve: (call) => single(call, (symbol) => ({ symbol, ...found(snapshot(call, symbol), symbol) })),
  },
];

const ok = (body: unknown): Reply => ({ status: 200, body });

const forbiddenFeed = (): BadRequest =>
  new BadRequest(errorReply(403, "subscription does not permit querying recent SIP data"));

function symbolsOf({ query }: Call): readonly string[] {
  const symbols = list(query, "symbols");
  return symbols.length > 0 ? symbols : refuse("data", "symbols is required");
}

function checkLatestFeed({ query, plan }: Call): void {
  const feeds = ["iex", "sip", "delayed_sip", "otc", "boats", "overnight"] as const;
  const feed = oneOf(query, "feed", feeds, plan === "basic" ? "iex" : "sip", "data");
  if (plan === "basic" && feed === "sip") throw forbiddenFeed();
}

function keyedBySymbol(call: Call, find: (symbol: string) => unknown): Record<string, unknown> {
  checkLatestFeed(call);
  const entries = symbolsOf(call).map((symbol) => [symbol, find(symbol)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function single(call: Call, body: (symbol: string) => unknown): Reply {
  checkLatestFeed(call);
  return ok(body(call.params.symbol ?? ""));
}

function found<T>(value: T | undefined, symbol: string): T {
  if (value === undefined) throw new BadRequest(errorReply(404, `no data found for ${symbol}`));
  return value;
}

function multiBars(call: Call): Reply {
  const { bars, token } = pageOfBars(call, symbolsOf(call).toSorted());
  const bySymbol: Record<string, unknown[]> = {};
  for (const { symbol, bar } of bars) {
    bySymbol[symbol] ??= [];
    bySymbol[symbol].push(barJson(bar));
  }
  return ok({ bars: bySymbol, next_page_token: token });
}

type SymbolBar = { readonly symbol: string; readonly bar: TapeBar };

/** One page over all symbols in order; the token names the last bar of the page before. */
function pageOfBars(call: Call, symbols: readonly string[]): { bars: readonly SymbolBar[]; token: string | null } {
  const { query, tape } = call;
  const timeframeText = query.get("timeframe") ?? "";
  const timeframe = parseTimeframe(timeframeText) ?? refuse("data", `invalid timeframe: ${timeframeText}`);
  const limit = wholeNumber(query, "limit", barsPerPage, "data");
  const descending = oneOf(query, "sort", ["asc", "desc"], "asc", "data") === "desc";
  checkAdjustment(query);
  const range = barRange(call);
  const after = readToken(query.get("page_token"), timeframe);
  const bars: SymbolBar[] = [];
  for (const symbol of symbols) {
    if (after !== undefined && symbol < after.symbol) continue;
    const known = knownBars(tape, symbol, timeframe, range);
    for (const bar of descending ? known.toReversed() : known) {
      const seen = symbol === after?.symbol && (descending ? bar.startMs >= after.ms : bar.startMs <= after.ms);
      if (seen) continue;
      const last = bars.at(-1);
      if (bars.length === limit && last) return { bars, token: tokenOf(last, timeframe) };
      bars.push({ symbol, bar });
    }
  }
  return { bars, token: null };
}

/** Prices on a tape are unadjusted and know of no splits or dividends, so every adjustment leaves them as they are. */
function checkAdjustment(query: URLSearchParams): void {
  const adjustments = ["raw", "split", "dividend", "spin-off", "all"];
  const wrong = list(query, "adjustment").find((each) => !adjustments.includes(each));
  if (wrong !== undefined) refuse("data", `invalid adjustment: ${wrong}`);
}

function barRange({ query, state, plan }: Call): { fromMs: number; toMs: number; nowMs: number } {
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

const tokenOf = ({ symbol, bar }: SymbolBar, { unit }: Timeframe): string =>
  Buffer.from(`${symbol}|${unit[0]}|${instantFromMs(bar.startMs).replace("Z", "000000Z")}`).toString("base64");

function readToken(token: string | null, { unit }: Timeframe): { symbol: string; ms: number } | undefined {
  if (token === null || token === "") return undefined;
  const [symbol = "", letter, at = ""] = Buffer.from(token, "base64").toString("utf8").split("|");
  const ms = Date.parse(at);
  return letter === unit[0] && !Number.isNaN(ms) ? { symbol, ms } : refuse("data", "invalid page_token");
}

function latestMinute({ tape, state }: Call, symbol: string): TapeBar | undefined {
  const { nowMs } = state;
  const session = latestSession(nowMs);
  const days = session === undefined ? [] : [newYorkDay(nowMs), session.day, sessionBefore(session)?.day ?? ""];
  for (const day of days) {
    const bar = tape.minuteBars(symbol, day).findLast(({ startMs }) => startMs + minuteMs <= nowMs);
    if (bar !== undefined) return bar;
  }
  return undefined;
}

/** Parts that are not there are left out; undefined for a symbol that has never traded. */
function snapshot(call: Call, symbol: string): Record<string, unknown> | undefined {
  const { tape, state } = call;
  const trade = tape.lastTrade(symbol, state.nowMs);
  if (trade === undefined) return undefined;
  const session = latestSession(state.nowMs);
  const forming = session && dayBar(tape, symbol, session, state.nowMs);
  // In the first minute of a session the day has no bar yet, and the day before is still the newest.
  const newest = session && forming === undefined ? sessionBefore(session) : session;
  const previous = newest && sessionBefore(newest);
  const parts = {
    dailyBar: barJson(forming ?? (newest && dayBar(tape, symbol, newest, state.nowMs))),
    latestQuote: quoteJson(tape.quote(symbol, state.nowMs)),
    latestTrade: tradeJson(trade),
    minuteBar: barJson(latestMinute(call, symbol)),
    prevDailyBar: barJson(previous && dayBar(tape, symbol, previous, state.nowMs)),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}
