// Trades and quotes of the past: those that the latest trade and quote have been, in the order in which they came up.
import type { DataRange } from "./marketDataPages.ts";
import type { MarketTape } from "./marketTape.ts";
import { newYorkDay, type Session, sessionsFromTo } from "./sessions.ts";

type Tick = { readonly atMs: number };

/** What `tickAt` has answered at any instant up to the present, each once, if its own time lies in the range. */
export function* ticksIn<T extends Tick>(
  tape: MarketTape,
  symbol: string,
  { fromMs, toMs, nowMs }: DataRange,
  descending: boolean,
  tickAt: (symbol: string, ms: number) => T | undefined,
): Generator<T> {
  const sessions = sessionsFromTo(newYorkDay(fromMs), newYorkDay(Math.min(toMs, nowMs)));
  for (const session of descending ? sessions.toReversed() : sessions) {
    const ticks = new Map<number, T>();
    for (const ms of changesOf(tape, symbol, session)) {
      const tick = ms <= nowMs ? tickAt(symbol, ms) : undefined;
      const belongs = tick !== undefined && tick.atMs >= session.midnightMs && tick.atMs >= fromMs && tick.atMs <= toMs;
      if (belongs) ticks.set(tick.atMs, tick);
    }
    const ordered = [...ticks.values()].sort((a, b) => a.atMs - b.atMs);
    yield* descending ? ordered.reverse() : ordered;
  }
}

/** When the latest trade or quote may change: where an interval begins or ends. */
const changesOf = (tape: MarketTape, symbol: string, { day }: Session): Iterable<number> =>
  new Set(tape.intervals(symbol, day).flatMap(({ fromMs, toMs }) => [fromMs, toMs]));
