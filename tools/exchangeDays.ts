// infra/exchangeDays.json, made from the built-in calendar: the weekdays without a session, and those that close early. The alert on the heartbeat knows them by it.

import { addDays, type TradingDay } from "../src/core/model/time.ts";
import { calendarRange, holidayName, sessionsBetween } from "../src/core/schedule/tradingCalendar.ts";

/** The first year that anything of this runs in. */
const from = "2026-01-01" as TradingDay;

export type ExchangeDays = { readonly closed: readonly string[]; readonly early: readonly string[] };

export function exchangeDays(): ExchangeDays {
  const early = sessionsBetween(from, calendarRange.to).flatMap((session) => (session.early ? [session.day] : []));
  return { closed: daysUntil(calendarRange.to).filter((day) => holidayName(day) !== undefined), early };
}

export const exchangeDaysFile = (): string => `${JSON.stringify(exchangeDays(), null, 2)}\n`;

function daysUntil(last: TradingDay): readonly TradingDay[] {
  const days: TradingDay[] = [];
  for (let day = from; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
