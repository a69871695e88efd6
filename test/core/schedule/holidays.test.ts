// Good Friday in every year of the calendar and in those in which Easter is hardest to compute, and the names of closures.
import { expect, test } from "vitest";
import { holidaysOf } from "../../../src/core/schedule/holidays.ts";

const goodFridayOf = (year: number): readonly string[] =>
  [...holidaysOf(year)].filter(([, name]) => name === "Good Friday").map(([day]) => String(day));

test("Good Friday from 2000 to 2030 is on the published days", () => {
  const published = [
    ...["2000-04-21", "2001-04-13", "2002-03-29", "2003-04-18", "2004-04-09", "2005-03-25", "2006-04-14"],
    ...["2007-04-06", "2008-03-21", "2009-04-10", "2010-04-02", "2011-04-22", "2012-04-06", "2013-03-29"],
    ...["2014-04-18", "2015-04-03", "2016-03-25", "2017-04-14", "2018-03-30", "2019-04-19", "2020-04-10"],
    ...["2021-04-02", "2022-04-15", "2023-04-07", "2024-03-29", "2025-04-18", "2026-04-03", "2027-03-26"],
    ...["2028-04-14", "2029-03-30", "2030-04-19"],
  ];
  expect(published.flatMap((_, index) => goodFridayOf(2000 + index))).toEqual(published);
});

test.each([
  // The latest Easter there can be, and the earliest of this century.
  [2038, "2038-04-23"],
  [2008, "2008-03-21"],
  // Years in which the computus moves Easter a week forward.
  [2049, "2049-04-16"],
  [2076, "2076-04-17"],
  [2100, "2100-03-26"],
])("of %i is %s", (year, day) => {
  expect(goodFridayOf(year)).toEqual([day]);
});

test("the days of the attack in 2001, and of other closures that no rule foresees, have the name of their occasion", () => {
  expect([...holidaysOf(2001)].filter(([, name]) => name === "Attack on the World Trade Center")).toHaveLength(4);
  expect(new Set(holidaysOf(2012).values())).toContain("Hurricane Sandy");
});
