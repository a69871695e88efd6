// How far the built-in calendar can be trusted: when it ends, and where the broker's calendar says otherwise.
import { dayMs, type TradingDay } from "../model/time.ts";
import { calendarRange } from "./tradingCalendar.ts";

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

const msOf = (day: TradingDay): number => Date.parse(`${day}T00:00:00Z`);
