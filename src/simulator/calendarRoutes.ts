// Clock and calendar, in the legacy (v2) and the current (v3) shapes.
import { instantParameter, refuse } from "./queryParameters.ts";
import {
  currentOrNextSession,
  midnightOf,
  newYorkDay,
  newYorkTime,
  nextSession,
  openSessionAt,
  postCloseMs,
  preOpenMs,
  type Session,
  sessionOfDay,
  sessionsFromTo,
} from "./sessions.ts";
import { BadRequest, type Call, errorReply, type Reply, type Route } from "./wireTypes.ts";

const markets = [
  { acronym: "NYSE", bic: "XNYSUS33XXX", mic: "XNYS", name: "New York Stock Exchange", timezone: "America/New_York" },
  { acronym: "NASDAQ", bic: "XNASUS33XXX", mic: "XNAS", name: "Nasdaq Stock Market", timezone: "America/New_York" },
];

export const calendarRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/clock", serve: legacyClock },
  { method: "GET", path: "/v3/clock", serve: clock },
  { method: "GET", path: "/v2/calendar", serve: legacyCalendar },
  { method: "GET", path: "/v3/calendar/{market}", serve: calendar },
];

const ok = (body: unknown): Reply => ({ status: 200, body });
const timeOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : newYorkTime(ms));

function legacyClock({ state: { nowMs } }: Call): Reply {
  return ok({
    timestamp: newYorkTime(nowMs),
    is_open: openSessionAt(nowMs) !== undefined,
    next_open: timeOrNull(nextSession(nowMs)?.openMs),
    next_close: timeOrNull(currentOrNextSession(nowMs)?.closeMs),
  });
}

const marketOf = (name: string) => markets.find(({ acronym, bic, mic }) => [acronym, bic, mic].includes(name));

function clock({ state, query }: Call): Reply {
  const time = instantParameter(query, "time", "data");
  const nowMs = time === undefined ? state.nowMs : Number(time / 1_000_000n);
  const wanted = (query.get("markets") ?? "NYSE,NASDAQ").split(",");
  return ok({
    clocks: wanted.map((name) => ({
      market: marketOf(name) ?? refuse("data", `invalid market: ${name}`),
      timestamp: newYorkTime(nowMs),
      is_market_day: sessionOfDay(newYorkDay(nowMs)) !== undefined,
      next_market_open: timeOrNull(nextSession(nowMs)?.openMs),
      next_market_close: timeOrNull(currentOrNextSession(nowMs)?.closeMs),
      ...phaseAt(nowMs),
    })),
  });
}

function phaseAt(nowMs: number): { phase: string; phase_until: string | null } {
  const today = sessionOfDay(newYorkDay(nowMs));
  const phases =
    today &&
    ([
      ["closed", preOpenMs(today)],
      ["pre", today.openMs],
      ["core", today.closeMs],
      ["post", postCloseMs(today)],
    ] as const);
  const [phase, until] = phases?.find(([, endMs]) => nowMs < endMs) ?? ["closed", undefined];
  const next = nextSession(nowMs);
  return { phase, phase_until: timeOrNull(until ?? (next && preOpenMs(next))) };
}

function dayParameter(query: URLSearchParams, name: string, otherwise: string): string {
  const nanos = instantParameter(query, name, "data");
  // A date arrives plain or as an instant at midnight UTC, which is the day before in New York.
  const text = query.get(name) ?? "";
  return nanos === undefined ? otherwise : text.slice(0, 10);
}

const hhmm = (ms: number): string => newYorkTime(ms).slice(11, 16);

function legacyCalendar({ query }: Call): Reply {
  const sessions = sessionsFromTo(dayParameter(query, "start", "1970-01-01"), dayParameter(query, "end", "2029-12-31"));
  return ok(
    sessions.map((session) => ({
      date: session.day,
      open: hhmm(session.openMs),
      close: hhmm(session.closeMs),
      session_open: hhmm(preOpenMs(session)).replace(":", ""),
      session_close: hhmm(postCloseMs(session)).replace(":", ""),
      settlement_date: settlementDay(session),
    })),
  );
}

function calendar({ query, params, state }: Call): Reply {
  const market = marketOf(params.market ?? "");
  if (market === undefined) throw new BadRequest(errorReply(400, `invalid market: ${params.market}`));
  const start = dayParameter(query, "start", newYorkDay(state.nowMs));
  const end = dayParameter(query, "end", newYorkDay(midnightOf(start) + 7.5 * 86_400_000));
  const utc = query.get("timezone") === "UTC";
  const at = (ms: number): string => (utc ? new Date(ms).toISOString().replace(".000", "") : newYorkTime(ms));
  return ok({
    market,
    calendar: sessionsFromTo(start, end).map((session) => ({
      date: session.day,
      pre_start: at(preOpenMs(session)),
      pre_end: at(session.openMs),
      core_start: at(session.openMs),
      core_end: at(session.closeMs),
      post_start: at(session.closeMs),
      post_end: at(postCloseMs(session)),
      settlement_date: settlementDay(session),
    })),
  });
}

/** Trades settled after three sessions, after two from 2017-09-05, and after one since 2024-05-28. Bank holidays are left out. */
function settlementDay({ day, openMs }: Session): string {
  const sessions = day >= "2024-05-28" ? 1 : day >= "2017-09-05" ? 2 : 3;
  let settles: Session | undefined;
  for (let count = 0, fromMs = openMs; count < sessions; count++) {
    settles = nextSession(fromMs);
    fromMs = settles?.openMs ?? fromMs;
  }
  return settles?.day ?? day;
}
