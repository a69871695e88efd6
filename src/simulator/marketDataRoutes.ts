// The market data host's routes: what was, the latest trades, quotes and bars, and snapshots.
import { minuteMs } from "../core/model/time.ts";
import { dayBar } from "./bars.ts";
import { historicalRoutes } from "./historicalRoutes.ts";
import { forbiddenFeed, recentMs, symbolsOf } from "./marketDataPages.ts";
import { barJson, quoteJson, tradeJson } from "./marketDataShapes.ts";
import type { MarketTape, TapeBar } from "./marketTape.ts";
import { oneOf } from "./queryParameters.ts";
import { referenceRoutes } from "./referenceRoutes.ts";
import { latestSession, newYorkDay, sessionBefore } from "./sessions.ts";
import { BadRequest, type Call, errorReply, ok, type Reply, type Route } from "./wireTypes.ts";

/** Each kind of latest data under the singular of its name on the wire. */
const latest: Readonly<Record<string, (tape: MarketTape, symbol: string, nowMs: number) => unknown>> = {
  trade: (tape, symbol, nowMs) => tradeJson(tape.lastTrade(symbol, nowMs)),
  quote: (tape, symbol, nowMs) => quoteJson(tape.quote(symbol, nowMs)),
  bar: (tape, symbol, nowMs) => barJson(latestMinute(tape, symbol, nowMs)),
};

export const marketDataRoutes: readonly Route[] = [
  ...historicalRoutes,
  ...Object.entries(latest).flatMap(([kind, find]): readonly Route[] => [
    {
      method: "GET",
      path: `/v2/stocks/${kind}s/latest`,
      serve: (call) => ok({ [`${kind}s`]: keyedBySymbol(call, find) }),
    },
    {
      method: "GET",
      path: `/v2/stocks/{symbol}/${kind}s/latest`,
      serve: (call) => single(call, (symbol, nowMs) => ({ [kind]: found(find(call.tape, symbol, nowMs), symbol) })),
    },
  ]),
  { method: "GET", path: "/v2/stocks/snapshots", serve: (call) => ok(keyedBySymbol(call, snapshot)) },
  {
    method: "GET",
    path: "/v2/stocks/{symbol}/snapshot",
    serve: (call) => single(call, (symbol, nowMs) => found(snapshot(call.tape, symbol, nowMs), symbol)),
  },
  ...referenceRoutes,
];

/** The instant that counts as now for the feed asked for. */
function latestMs({ query, plan, state }: Call): number {
  const feeds = ["iex", "sip", "delayed_sip", "otc", "boats", "overnight"] as const;
  const feed = oneOf(query, "feed", feeds, plan === "basic" ? "iex" : "sip", "data");
  if (plan === "basic" && feed === "sip") throw forbiddenFeed();
  return feed === "delayed_sip" ? state.nowMs - recentMs : state.nowMs;
}

type Find = (tape: MarketTape, symbol: string, nowMs: number) => unknown;

function keyedBySymbol(call: Call, find: Find): Record<string, unknown> {
  const nowMs = latestMs(call);
  const entries = symbolsOf(call).map((symbol) => [symbol, find(call.tape, symbol, nowMs)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function single(call: Call, body: (symbol: string, nowMs: number) => Record<string, unknown>): Reply {
  const symbol = call.params.symbol ?? "";
  return ok({ symbol, ...body(symbol, latestMs(call)) });
}

function found<T>(value: T | undefined, symbol: string): T {
  if (value === undefined) throw new BadRequest(errorReply(404, `no data found for ${symbol}`));
  return value;
}

function latestMinute(tape: MarketTape, symbol: string, nowMs: number): TapeBar | undefined {
  const session = latestSession(nowMs);
  const days = session === undefined ? [] : [newYorkDay(nowMs), session.day, sessionBefore(session)?.day ?? ""];
  for (const day of days) {
    const bar = tape.minuteBars(symbol, day).findLast(({ startMs }) => startMs + minuteMs <= nowMs);
    if (bar !== undefined) return bar;
  }
  return undefined;
}

/** Parts that are not there are left out; undefined for a symbol that has never traded. */
function snapshot(tape: MarketTape, symbol: string, nowMs: number): Record<string, unknown> | undefined {
  const trade = tape.lastTrade(symbol, nowMs);
  if (trade === undefined) return undefined;
  const session = latestSession(nowMs);
  const forming = session && dayBar(tape, symbol, session, nowMs);
  // In the first minute of a session the day has no bar yet, and the day before is still the newest.
  const newest = session && forming === undefined ? sessionBefore(session) : session;
  const previous = newest && sessionBefore(newest);
  const parts = {
    dailyBar: barJson(forming ?? (newest && dayBar(tape, symbol, newest, nowMs))),
    latestQuote: quoteJson(tape.quote(symbol, nowMs)),
    latestTrade: tradeJson(trade),
    minuteBar: barJson(latestMinute(tape, symbol, nowMs)),
    prevDailyBar: barJson(previous && dayBar(tape, symbol, previous, nowMs)),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}
