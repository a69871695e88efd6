// The days on which the New York Stock Exchange does not trade, or trades for half a day: its rules, and the exceptions it made.
import { dayMs, type TradingDay } from "../model/time.ts";

/** Closures that no rule foresees. */
const specialClosures: readonly (readonly [day: string, name: string])[] = [
  ["2001-09-11", "Attack on the World Trade Center"],
  ["2001-09-12", "Attack on the World Trade Center"],
  ["2001-09-13", "Attack on the World Trade Center"],
  ["2001-09-14", "Attack on the World Trade Center"],
  ["2004-06-11", "Day of mourning for President Reagan"],
  ["2007-01-02", "Day of mourning for President Ford"],
  ["2012-10-29", "Hurricane Sandy"],
  ["2012-10-30", "Hurricane Sandy"],
  ["2018-12-05", "Day of mourning for President Bush"],
  ["2025-01-09", "Day of mourning for President Carter"],
];

/** Half days that no rule foresees: Fridays after a Thursday holiday, as the exchange used to keep them. */
const specialEarlyCloses = ["2002-07-05", "2003-12-26"];

/** All weekdays of a year on which the exchange is closed, with the name of the occasion. Valid from 2000 on. */
export function holidaysOf(year: number): ReadonlyMap<TradingDay, string> {
  const named: (readonly [ms: number, name: string])[] = [
    [nthWeekday(year, 1, "monday", 3), "Martin Luther King Jr. Day"],
    [nthWeekday(year, 2, "monday", 3), "Presidents' Day"],
    [easterSunday(year) - 2 * dayMs, "Good Friday"],
    [lastMondayOfMay(year), "Memorial Day"],
    [observed(midnight(year, 7, 4)), "Independence Day"],
    [nthWeekday(year, 9, "monday", 1), "Labor Day"],
    [thanksgiving(year), "Thanksgiving"],
    [observed(midnight(year, 12, 25)), "Christmas"],
  ];
  // A New Year's Day on a Saturday would be kept on the last day of the old year, when books are closed: the exchange opens.
  const newYear = midnight(year, 1, 1);
  if (weekdayOf(newYear) !== weekdays.saturday) named.push([observed(newYear), "New Year's Day"]);
  if (year >= 2022) named.push([observed(midnight(year, 6, 19)), "Juneteenth"]);
  return new Map([
    ...named.map(([ms, name]) => [dayOf(ms), name] as const),
    ...specialClosures
      .filter(([day]) => day.startsWith(`${year}-`))
      .map(([day, name]) => [day as TradingDay, name] as const),
  ]);
}

/** All days of a year on which the exchange closes at 13:00. A day among them that is a holiday too stays a holiday. */
export function earlyClosesOf(year: number): ReadonlySet<TradingDay> {
  const eveOfIndependence = midnight(year, 7, 3);
  // Wednesdays joined in 2013; before that year the Friday after was the half day, if any.
  const eveIsHalfDay = weekdayOf(eveOfIndependence) !== weekdays.wednesday || year >= 2013;
  return new Set([
    dayOf(thanksgiving(year) + dayMs),
    dayOf(midnight(year, 12, 24)),
    ...(eveIsHalfDay ? [dayOf(eveOfIndependence)] : []),
    ...specialEarlyCloses.filter((day) => day.startsWith(`${year}-`)).map((day) => day as TradingDay),
  ]);
}

/** As JavaScript counts them. */
const weekdays = { sunday: 0, monday: 1, wednesday: 3, thursday: 4, saturday: 6 };

/** Midnight UTC of a calendar day, standing for the day. Months count from 1. */
const midnight = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day);
const weekdayOf = (ms: number): number => new Date(ms).getUTCDay();
const dayOf = (ms: number): TradingDay => new Date(ms).toISOString().slice(0, 10) as TradingDay;

function nthWeekday(year: number, month: number, weekday: keyof typeof weekdays, n: number): number {
  const first = midnight(year, month, 1);
  return first + (((weekdays[weekday] - weekdayOf(first) + 7) % 7) + 7 * (n - 1)) * dayMs;
}

const lastMondayOfMay = (year: number): number => nthWeekday(year, 6, "monday", 1) - 7 * dayMs;
const thanksgiving = (year: number): number => nthWeekday(year, 11, "thursday", 4);

/** A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. */
function observed(ms: number): number {
  if (weekdayOf(ms) === weekdays.saturday) return ms - dayMs;
  return weekdayOf(ms) === weekdays.sunday ? ms + dayMs : ms;
}

/** Easter Sunday by the Gregorian computus; source: J. Meeus, Astronomical Algorithms, chapter 8. */
function easterSunday(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const leapCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - leapCorrection + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const lateCorrection = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * lateCorrection + 114;
  return midnight(year, Math.floor(days / 31), (days % 31) + 1);
}
