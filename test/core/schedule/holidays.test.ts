// Good Friday in the years in which Easter is hardest to compute.
import { expect, test } from "vitest";
import { holidaysOf } from "../../../src/core/schedule/holidays.ts";

test.each([
  // The latest Easter there can be, and the earliest of this century.
  [2038, "2038-04-23"],
  [2008, "2008-03-21"],
  // Years in which the computus moves Easter a week forward.
  [2049, "2049-04-16"],
  [2076, "2076-04-17"],
  [2100, "2100-03-26"],
])("of %i is %s", (year, day) => {
  const found = [...holidaysOf(year)].filter(([, name]) => name === "Good Friday").map(([each]) => String(each));
  expect(found).toEqual([day]);
});

test("the days of the attack in 2001, and of other closures that no rule foresees, have the name of their occasion", () => {
  expect([...holidaysOf(2001)].filter(([, name]) => name === "Attack on the World Trade Center")).toHaveLength(4);
  expect(new Set(holidaysOf(2012).values())).toContain("Hurricane Sandy");
});
