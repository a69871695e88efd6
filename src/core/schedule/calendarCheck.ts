// How far the built-in calendar can be trusted: when it ends, and where the broker's calendar says otherwise.
import { dayMs, type TradingDay } from "../model/time.ts";
import { calendarRange, type Session } from "./tradingCalendar.ts";

/** The last day the built-in calendar knows. */
export const calendarExpiresOn: TradingDay = calendarRange.to;

/** How many days before the end of the calendar its warning begins. */
const warningDays = 90;

/** What people should be told about the end of the calendar; undefined while it is further away than ninety days. */
export function calendarWarning(today: TradingDay): string | undefined {
  const daysLeft = Math.round((msOf(calendarExpiresOn) - msOf(today)) / dayMs);
  if (daysLeft > warningDays) return undefined;
  if (daysLeft < 0) return `the trading calendar ended on ${calendarExpiresOn}: nothing is traded until it is extended`;
  const left = daysLeft === 0 ? "today" : `in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}`;
  return `the trading calendar ends on ${calendarExpiresOn}, ${left}: nothing is traded after it until it is extended`;
}

/** The hours of a session as any calendar tells them. */
export type SessionHours = Pick<Session, "day" | "openAt" | "closeAt">;

/** A day on which the calendars disagree; a side that is undefined has no session. */
export type CalendarDifference = {
  readonly day: TradingDay;
  readonly builtIn: SessionHours | undefined;
  readonly atBroker: SessionHours | undefined;
};

/** Every day on which one calendar has a session that the other has not, or has at other hours; oldest first. */
export function compareCalendars(
  builtIn: readonly SessionHours[],
  atBroker: readonly SessionHours[],
): readonly CalendarDifference[] {
  const ours = new Map(builtIn.map((session) => [session.day, session]));
  const theirs = new Map(atBroker.map((session) => [session.day, session]));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .sort()
    .map((day) => ({ day, builtIn: ours.get(day), atBroker: theirs.get(day) }))
    .filter(({ builtIn: a, atBroker: b }) => a?.openAt !== b?.openAt || a?.closeAt !== b?.closeAt);
}

/** One line for people: `2026-11-27: 14:30 to 18:00 UTC by the built-in calendar, closed by the broker's`. */
export const describeDifference = ({ day, builtIn, atBroker }: CalendarDifference): string =>
  `${day}: ${hoursOf(builtIn)} by the built-in calendar, ${hoursOf(atBroker)} by the broker's`;

const hoursOf = (session: SessionHours | undefined): string =>
  session === undefined ? "closed" : `${session.openAt.slice(11, 16)} to ${session.closeAt.slice(11, 16)} UTC`;

const msOf = (day: TradingDay): number => Date.parse(`${day}T00:00:00Z`);
