// The account's equity through time, worked out from its fills and the prices of the tape at each instant.
import { type Decimal, dec, text, zero } from "./decimal.ts";
import type { ExchangeState } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { latestSession, midnightOf, newYorkDay } from "./sessions.ts";

/** A point is labelled with `stampMs`, where its window begins, and valued at `valueMs`, where it ends. */
export type HistoryPoint = { readonly stampMs: number; readonly valueMs: number };

export type History = {
  readonly timestamp: readonly number[];
  readonly equity: readonly number[];
  readonly profit_loss: readonly number[];
  readonly profit_loss_pct: readonly number[];
  readonly base_value: number | null;
  readonly base_value_asof?: string;
};

/** Equity in whole cents at each instant; the instants must not go back. */
export function equitiesAt(state: ExchangeState, tape: MarketTape, instants: readonly number[]): readonly Decimal[] {
  let cash = dec(state.account.startingCash);
  const held = new Map<string, Decimal>();
  let next = 0;
  return instants.map((ms) => {
    for (let fill = state.fills[next]; fill !== undefined && fill.atMs <= ms; fill = state.fills[++next]) {
      cash = cash.plus(fill.cashChange);
      const signed = dec(fill.qty).times(fill.side === "buy" ? 1 : -1);
      held.set(fill.symbol, (held.get(fill.symbol) ?? zero).plus(signed));
    }
    let equity = cash;
    for (const [symbol, qty] of held) {
      if (!qty.eq(0)) equity = equity.plus(qty.times(String(tape.lastTrade(symbol, ms)?.price ?? 0)));
    }
    return equity.round(2);
  });
}

/**
 * Equity, and the profit or loss against the close before the first point or, with `resetsDaily`, before each point's own day. Of
 * an account that was not there at that close, against the first equity.
 */
export function historyOf(
  state: ExchangeState,
  tape: MarketTape,
  points: readonly HistoryPoint[],
  resetsDaily: boolean,
): History {
  const known = points.filter(({ valueMs }) => valueMs > state.account.createdAtMs);
  const [start] = known;
  const equity = equitiesAt(
    state,
    tape,
    known.map(({ valueMs }) => valueMs),
  );
  const first = equity[0];
  if (start === undefined || first === undefined) {
    return { timestamp: [], equity: [], profit_loss: [], profit_loss_pct: [], base_value: null };
  }
  const closeBefore = closingEquities(state, tape);
  const base = closeBefore(newYorkDay(start.stampMs));
  const bases = known.map(({ stampMs }) => (resetsDaily ? closeBefore(newYorkDay(stampMs)) : base)?.equity ?? first);
  const gains = equity.map((value, index) => value.minus(bases[index] ?? first));
  return {
    timestamp: known.map(({ stampMs }) => stampMs / 1000),
    equity: equity.map(toNumber),
    profit_loss: gains.map(toNumber),
    profit_loss_pct: gains.map((gain, index) => toNumber(share(gain, bases[index] ?? first))),
    base_value: toNumber(base?.equity ?? first),
    ...(base && { base_value_asof: base.day }),
  };
}

const toNumber = (value: Decimal): number => Number(text(value));
const share = (part: Decimal, whole: Decimal): Decimal => (whole.eq(0) ? zero : part.div(whole).round(4));

type Closing = { readonly day: string; readonly equity: Decimal };

/** The equity at the last close before a day; undefined when the account was opened later. */
function closingEquities(state: ExchangeState, tape: MarketTape): (day: string) => Closing | undefined {
  const found = new Map<string, Closing | undefined>();
  return (day) => {
    if (!found.has(day)) {
      const session = latestSession(midnightOf(day));
      const isKnown = session !== undefined && session.closeMs >= state.account.createdAtMs;
      const [equity] = isKnown ? equitiesAt(state, tape, [session.closeMs]) : [];
      found.set(day, session && equity && { day: session.day, equity });
    }
    return found.get(day);
  };
}
