// Opening and closing auctions: the first and the last price of a day, once they are known.
import { dayBar } from "./bars.ts";
import type { DataRange } from "./marketDataPages.ts";
import { nanos } from "./marketDataShapes.ts";
import type { MarketTape } from "./marketTape.ts";
import { newYorkDay, type Session, sessionsFromTo } from "./sessions.ts";

export type DayAuctions = { readonly session: Session; readonly open: number; readonly close: number | undefined };

export function auctionsIn(tape: MarketTape, symbol: string, range: DataRange): readonly DayAuctions[] {
  const { fromMs, toMs, nowMs } = range;
  return sessionsFromTo(newYorkDay(fromMs), newYorkDay(Math.min(toMs, nowMs))).flatMap((session) => {
    const bar = dayBar(tape, symbol, session, nowMs);
    if (bar === undefined || session.openMs < fromMs || session.openMs > toMs) return [];
    const close = session.closeMs <= Math.min(toMs, nowMs) ? bar.close : undefined;
    return [{ session, open: bar.open, close }];
  });
}

export const auctionsJson = ({ session, open, close }: DayAuctions) => ({
  d: session.day,
  o: [{ c: "O", p: open, t: nanos(session.openMs), x: "N" }],
  c: close === undefined ? [] : [{ c: "M", p: close, t: nanos(session.closeMs), x: "N" }],
});
