// Stands in for the app's trading calendar until that exists: rules for regular NYSE holidays and early closes.
import type { Instant, TradingDay } from "../core/model/time.ts";

export type CalendarSession = {
  readonly day: TradingDay;
  readonly openAt: Instant;
  readonly closeAt: Instant;
  readonly early: boolean;
};

const iso = (date: Date): string => date.toISOString().slice(0, 10);
const utc = (year: number, month: number, day: number): Date => new Date(Date.UTC(year, month - 1, day));

function nth(year: number, month: number, weekday: number, n: number): Date {
  const first = utc(year, month, 1).getUTCDay();
  return utc(year, month, 1 + ((weekday - first + 7) % 7) + (n - 1) * 7);
}

function easter(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  return utc(year, Math.floor((h + l - 7 * m + 114) / 31), ((h + l - 7 * m + 114) % 31) + 1);
}

const observed = (date: Date): Date => {
  const shift = date.getUTCDay() === 6 ? -1 : date.getUTCDay() === 0 ? 1 : 0;
  return new Date(date.getTime() + shift * 86_400_000);
};

function holidays(year: number): Set<string> {
  const lastMonday = new Date(nth(year, 6, 1, 1).getTime() - 7 * 86_400_000);
  const newYear = utc(year, 1, 1);
  return new Set(
    [
      ...(newYear.getUTCDay() === 6 ? [] : [observed(newYear)]),
      nth(year, 1, 1, 3),
      nth(year, 2, 1, 3),
      new Date(easter(year).getTime() - 2 * 86_400_000),
      lastMonday,
      ...(year >= 2022 ? [observed(utc(year, 6, 19))] : []),
      observed(utc(year, 7, 4)),
      nth(year, 9, 1, 1),
      nth(year, 11, 4, 4),
      observed(utc(year, 12, 25)),
    ].map(iso),
  );
}

function sessionOf(date: Date): CalendarSession | undefined {
  const year = date.getUTCFullYear();
  const day = iso(date);
  const weekday = date.getUTCDay();
  if (weekday === 0 || weekday === 6 || holidays(year).has(day)) return undefined;
  const early =
    iso(new Date(nth(year, 11, 4, 4).getTime() + 86_400_000)) === day ||
    day.endsWith("-12-24") ||
    (day.endsWith("-07-03") && weekday < 5);
  const summer = day >= iso(nth(year, 3, 0, 2)) && day < iso(nth(year, 11, 0, 1));
  const at = (hours: number): Instant =>
    new Date(date.getTime() + (hours + (summer ? 4 : 5)) * 3_600_000).toISOString() as Instant;
  return { day: day as TradingDay, openAt: at(9.5), closeAt: at(early ? 13 : 16), early };
}

export function sessionsBetween(from: TradingDay, to: TradingDay): readonly CalendarSession[] {
  const sessions: CalendarSession[] = [];
  for (let ms = Date.parse(`${from}T00:00:00Z`); ms <= Date.parse(`${to}T00:00:00Z`); ms += 86_400_000) {
    const session = sessionOf(new Date(ms));
    if (session !== undefined) sessions.push(session);
  }
  return sessions;
}
