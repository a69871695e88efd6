// The exchange's sessions out of Alpaca's calendar, which tells them in New York wall time.
import { DateTime } from "luxon";
import { z } from "zod";
import { type Instant, instantFromMs, parseTradingDay, type TradingDay } from "../../core/model/time.ts";
import type { SessionHours } from "../../core/schedule/calendarCheck.ts";
import { instant, parse } from "./wire.ts";

const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day");
const day = z.string().transform((text, context): TradingDay => {
  const value = parseTradingDay(text);
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: "must be a day" });
  return z.NEVER;
});
export const calendarWire = z.array(z.object({ date: day, open: wallTime, close: wallTime }));

export const clockWire = z.object({ timestamp: instant });

/** Throws InvariantError `INTERNAL` for a day or a time that cannot be read. */
export const mapSessions = (wire: unknown): readonly SessionHours[] =>
  parse("calendar", calendarWire, wire)
    .map(({ date, open, close }) => ({ day: date, openAt: inNewYork(date, open), closeAt: inNewYork(date, close) }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));

/** What the broker's clock shows, by its own account. */
export const mapClock = (wire: unknown): Instant => parse("clock", clockWire, wire).timestamp;

const inNewYork = (date: TradingDay, time: string): Instant =>
  instantFromMs(DateTime.fromISO(`${date}T${time}`, { zone: "America/New_York" }).toMillis());
