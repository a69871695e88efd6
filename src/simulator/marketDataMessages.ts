// What the market data stream has to tell about a stretch of time: the trades, quotes and bars of the tape.
import { dayMs, minuteMs } from "../core/model/time.ts";
import { dayBar } from "./bars.ts";
import type { Intervention } from "./exchangeState.ts";
import { barJson, nanos, quoteJson, tradeJson } from "./marketDataShapes.ts";
import type { MarketTape } from "./marketTape.ts";
import { newYorkDay, type Session, tradingDaysTouching } from "./sessions.ts";

export const dataChannels = ["trades", "quotes", "bars", "dailyBars", "statuses"] as const;
export type DataChannel = (typeof dataChannels)[number];

/** `message` has the keys of the wire; its `t` is text, as in JSON. */
export type DataMessage = {
  readonly channel: DataChannel;
  readonly symbol: string;
  readonly atMs: number;
  readonly message: Readonly<Record<string, unknown>>;
};

/**
 * Everything about the symbols after `afterMs` up to `toMs`, in order of time: a trade and a quote whenever the tape has a new
 * price, a bar when its minute is over. A clock that leaps by more than a day is told about the last day only.
 */
export function messagesBetween(
  tape: MarketTape,
  symbols: Iterable<string>,
  afterMs: number,
  toMs: number,
): readonly DataMessage[] {
  const fromMs = Math.max(afterMs, toMs - dayMs);
  const within = (ms: number): boolean => ms > fromMs && ms <= toMs;
  const sessions = tradingDaysTouching(fromMs, toMs);
  return [...symbols]
    .flatMap((symbol) => sessions.flatMap((session) => messagesOf(tape, symbol, session, within)))
    .sort((a, b) => a.atMs - b.atMs);
}

function messagesOf(
  tape: MarketTape,
  symbol: string,
  session: Session,
  within: (ms: number) => boolean,
): readonly DataMessage[] {
  const ended = tape
    .minuteBars(symbol, newYorkDay(session.openMs))
    .map((bar) => ({ bar, endMs: bar.startMs + minuteMs }))
    .filter(({ endMs }) => within(endMs));
  const started = tape.intervals(symbol, session.day).filter((interval) => within(interval.fromMs));
  return [
    ...ended.flatMap(({ bar, endMs }) => [
      made("bars", "b", symbol, endMs, barJson(bar)),
      made("dailyBars", "d", symbol, endMs, barJson(dayBar(tape, symbol, session, endMs))),
    ]),
    ...started.flatMap(({ fromMs }) => [
      made("trades", "t", symbol, fromMs, tradeJson(tape.lastTrade(symbol, fromMs))),
      made("quotes", "q", symbol, fromMs, quoteJson(tape.quote(symbol, fromMs))),
    ]),
  ].flatMap((each) => each ?? []);
}

const made = (
  channel: DataChannel,
  type: string,
  symbol: string,
  atMs: number,
  content: Readonly<Record<string, unknown>> | undefined,
): DataMessage | undefined => content && { channel, symbol, atMs, message: { T: type, S: symbol, ...content } };

/** Status codes of the tape that lists the symbols of New York. */
const statuses = {
  haltSymbol: { sc: "2", sm: "Trading Halt", rc: "M", rm: "Trading Pause" },
  resumeSymbol: { sc: "3", sm: "Resume", rc: "", rm: "" },
} as const;

/** What an intervention tells the market about a symbol; nothing for one that concerns the account alone. */
export function statusOf(intervention: Intervention, atMs: number): readonly DataMessage[] {
  if (intervention.kind !== "haltSymbol" && intervention.kind !== "resumeSymbol") return [];
  const status = { ...statuses[intervention.kind], t: nanos(atMs), z: "A" };
  return [made("statuses", "s", intervention.symbol, atMs, status)].flatMap((each) => each ?? []);
}
