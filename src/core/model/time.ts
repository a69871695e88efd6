// Instants and trading days: the only shapes in which time travels through the code.

/** A UTC instant with milliseconds, `2026-06-15T13:30:00.000Z`: sorts as text. */
export type Instant = string & { readonly __instant: unique symbol };

/** A day on the exchange's calendar in New York, `2026-06-15`. */
export type TradingDay = string & { readonly __tradingDay: unique symbol };

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** The day written last, with its `T`: nearly all instants are of the same day as the one before. */
let newestDay = { count: Number.NaN, text: "" };
/** The instant written last: as a rule it is the next one that is read. */
let newest = { ms: Number.NaN, text: "" };
const twoDigits: readonly string[] = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));

/** The text of `Date.toISOString`, in a third of its time. Throws RangeError for what is no time. */
export function instantFromMs(given: number): Instant {
  const ms = Math.trunc(given);
  if (ms === newest.ms) return newest.text as Instant;
  const count = Math.floor(ms / dayMs);
  if (count !== newestDay.count)
    newestDay = { count, text: new Date(ms).toISOString().slice(0, -"00:00:00.000Z".length) };
  const restMs = ms - count * dayMs;
  const seconds = Math.floor(restMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const time = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  newest = { ms, text: `${newestDay.text}${time}.${String(1000 + (restMs % 1000)).slice(1)}Z` };
  return newest.text as Instant;
}

export const msFromInstant = (instant: Instant): number => (instant === newest.text ? newest.ms : Date.parse(instant));

/** Reads any ISO 8601 instant that states its offset; undefined when the text is something else. */
export function parseInstant(text: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : instantFromMs(ms);
}

export const addMs = (instant: Instant, ms: number): Instant => instantFromMs(msFromInstant(instant) + ms);

/** Milliseconds from `earlier` to `later`; negative when they are the other way round. */
export const msBetween = (earlier: Instant, later: Instant): number =>
  earlier === later ? 0 : msFromInstant(later) - msFromInstant(earlier);

/** The hour of an instant, `2026-06-15T13`: for what is done or told once an hour. */
export const hourOf = (instant: Instant): string => instant.slice(0, 13);

export const latestOf = (...instants: readonly [Instant, ...Instant[]]): Instant =>
  instants.reduce((latest, each) => (each > latest ? each : latest));

export const earliestOf = (...instants: readonly [Instant, ...Instant[]]): Instant =>
  instants.reduce((earliest, each) => (each < earliest ? each : earliest));

/** A calendar day that exists, `YYYY-MM-DD`; undefined otherwise. */
export function parseTradingDay(text: string): TradingDay | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : (text as TradingDay);
}

export const addDays = (day: TradingDay, days: number): TradingDay =>
  instantFromMs(Date.parse(`${day}T00:00:00Z`) + days * dayMs).slice(0, 10) as TradingDay;
