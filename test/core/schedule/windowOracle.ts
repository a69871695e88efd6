// The rule of the trading window told once more, minute by minute and by what clocks show: what the real one is held against.
import { DateTime } from "luxon";
import type { TradingWindow } from "../../../src/core/model/settings.ts";
import { type Instant, minuteMs, msFromInstant } from "../../../src/core/model/time.ts";
import { type Session, sessionOn } from "../../../src/core/schedule/tradingCalendar.ts";
import { day } from "../examples.ts";

/** What clocks show at one minute. */
type Minute = { readonly ms: number; readonly date: string; readonly time: string; readonly weekday: number };

/** Every minute from the first instant to the second, as clocks in the zone show it. */
function minutesIn(zone: string, fromMs: number, untilMs: number): readonly Minute[] {
  return Array.from({ length: (untilMs - fromMs) / minuteMs }, (_, index) => {
    const ms = fromMs + index * minuteMs;
    const shown = DateTime.fromMillis(ms, { zone });
    return { ms, date: shown.toISODate() ?? "", time: shown.toFormat("HH:mm"), weekday: shown.weekday };
  });
}

/** Asking for the time in a zone is slow, and the same weeks are asked for again. */
const known = new Map<string, readonly Minute[]>();
export function minutesOf(zone: string, fromMs: number, untilMs: number): readonly Minute[] {
  const key = `${zone} ${fromMs} ${untilMs}`;
  const found = known.get(key) ?? minutesIn(zone, fromMs, untilMs);
  known.set(key, found);
  return found;
}

/** The place of the first minute of a date at which clocks there show this time or a later one. */
function firstAt(minutes: readonly Minute[], date: string, time: string): number {
  const found = minutes.findIndex((minute) => minute.date === date && minute.time >= time);
  return found === -1 ? minutes.findLastIndex((minute) => minute.date === date) + 1 : found;
}

/** Whether the window is open at each of the minutes: the rule told once more, without any sum of hours. */
export function openMinutes(window: TradingWindow, fromMs: number, untilMs: number): readonly boolean[] {
  const here = minutesOf(window.zone, fromMs, untilMs);
  const newYork = minutesOf("America/New_York", fromMs, untilMs);
  const inRange = here.map(() => false);
  for (const date of new Set(here.map((minute) => minute.date)))
    for (const { start, end } of window.ranges)
      inRange.fill(true, firstAt(here, date, start), firstAt(here, date, end));
  const sessions = new Map([...new Set(newYork.map(({ date }) => date))].map((date) => [date, sessionOn(day(date))]));
  const ends = new Map(
    [...sessions].map(([date, session]) => [date, session && endsOf(window, session, here, newYork)]),
  );
  return here.map(({ ms, date, weekday }, index) => {
    const tradingDay = newYork[index]?.date ?? "";
    const hours = ends.get(tradingDay);
    return (
      hours !== undefined &&
      hours.first <= ms &&
      ms < hours.end &&
      inRange[index] === true &&
      window.weekdays.includes(weekday) &&
      !window.holidays.some((holiday) => holiday === tradingDay) &&
      !window.blackouts.some(({ from, to }) =>
        from.length === 10
          ? from <= date && date <= to
          : msFromInstant(from as Instant) <= ms && ms < msFromInstant(to as Instant),
      )
    );
  });
}

/** When orders may be sent in a session at the most: its hours by the clock in New York, less early closes and buffers. */
function endsOf(window: TradingWindow, session: Session, here: readonly Minute[], newYork: readonly Minute[]) {
  const ofDay = newYork.flatMap((minute, index) => (minute.date === session.day ? [{ ...minute, index }] : []));
  const msAt = (time: string): number => ofDay.find((minute) => minute.time === time)?.ms ?? Number.NaN;
  const open = window.extendedHours ? "04:00" : "09:30";
  const close = window.extendedHours ? (session.early ? "17:00" : "20:00") : session.early ? "13:00" : "16:00";
  const earlier = window.earlyCloses
    .filter((each) => each.day === session.day)
    .map((each) => ofDay.find(({ index }) => here[index]?.time === each.at)?.ms ?? Number.NaN);
  return {
    first: msAt(open) + window.openBufferMinutes * minuteMs,
    end: Math.min(msAt(close), ...earlier) - window.closeBufferMinutes * minuteMs,
  };
}
