// Faults with their paths, the tightest of several limits, and what messages and stored bars must be.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ConfigError } from "../../../src/core/model/errors.ts";
import { limitsFor, looserWhen, type TaskLimits, withTightest } from "../../../src/core/model/limits.ts";
import { type BarSeries, barSeriesSchema, encodeSeries } from "../../../src/core/model/market.ts";
import {
  faultsOf,
  instant,
  parseWith,
  symbol,
  symbols,
  timeOfDay,
  tradingDay,
  zone,
} from "../../../src/core/model/parse.ts";
import { runRequestSchema } from "../../../src/core/model/run.ts";
import { exampleBars, exampleLimits } from "../examples.ts";

const faults = (schema: z.ZodType, value: unknown, root?: string): readonly string[] => {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : faultsOf(error, root).map(({ path, message }) => `${path}: ${message}`);
};

describe("a fault", () => {
  const schema = z.strictObject({ list: z.array(z.strictObject({ name: z.string().min(2, "is short") })) });

  test("has its path through names and places, from the root where one is given", () => {
    const value = { list: [{ name: "ab" }, { name: "a" }] };
    expect(faults(schema, value)).toEqual(["list[1].name: is short"]);
    expect(faults(schema, value, "body")).toEqual(["body.list[1].name: is short"]);
  });

  test("of the whole says so, and of an unknown name where it stands", () => {
    expect(faults(z.string("must be text"), 1)).toEqual(["(whole): must be text"]);
    expect(faults(schema, { list: [{ name: "ab", one: 1, two: 2 }], three: 3 })).toEqual([
      "list[0].one: is not known here",
      "list[0].two: is not known here",
      "three: is not known here",
    ]);
  });

  test("where one of several shapes is wanted is that of the nearest", () => {
    const shapes = z.strictObject({
      one: z.union([
        z.string("must be text"),
        z.strictObject({ a: z.literal(1, "must be 1"), b: z.literal(2, "must be 2") }),
        z.strictObject({ a: z.literal(1), c: z.literal(3, "must be 3") }),
      ]),
    });
    expect(faults(shapes, { one: { a: 1, c: 4 } })).toEqual(["one.c: must be 3"]);
    expect(faults(shapes, { one: { a: 0, b: 2 } })).toEqual(["one.a: must be 1"]);
    expect(faults(shapes, { one: 5 })).toEqual(["one: must be text"]);
    const worded = z.union([z.literal("a"), z.literal("b")], "must be a or b");
    expect(faults(worded, "c")).toEqual(["(whole): must be a or b"]);
  });

  test("is thrown with all others, under the name of the source", () => {
    expect(parseWith(schema, { list: [] }, "settings")).toEqual({ list: [] });
    const parse = () => parseWith(schema, { list: [{ name: "" }], more: 1 }, "settings");
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow("settings: list[0].name: is short; more: is not known here");
  });
});

test("what is missing is told as missing, and what is no choice by the choices that there are", () => {
  const schema = z.strictObject({ name: z.string(), kind: z.enum(["a", "b"]) });
  expect(faults(schema, { name: 1 })).toEqual([
    "name: expected string, received number",
    'kind: expected one of "a"|"b"',
  ]);
  expect(faults(schema, { kind: "a" })).toEqual(["name: is missing"]);
  expect(faults(schema, { name: "n", kind: "c" })).toEqual(['kind: expected one of "a"|"b"']);
});

describe("texts that many schemas share", () => {
  const symbolFault = "must be a symbol such as SPY";
  test.each<[string, z.ZodType, readonly unknown[], readonly unknown[], string]>([
    [
      "a time of day",
      timeOfDay,
      ["00:00", "09:30", "19:59", "23:59"],
      ["24:00", "9:30", "09:60", "09:30:00", "x09:30"],
      "must be a time of day such as 09:30",
    ],
    [
      "a zone",
      zone,
      ["America/New_York", "UTC", "UTC"],
      ["New York", ""],
      "must be an IANA time zone such as America/New_York",
    ],
    [
      "a symbol",
      symbol,
      ["A", "BRK.B", "ABCDEFGHIJKL"],
      ["", "spy", "1A", "xA", "A-B", "A ", "ABCDEFGHIJKLM"],
      symbolFault,
    ],
    ["a list of symbols", symbols, [["A"], ["A", "B"]], [["A", "B", "A"]], "names a symbol twice"],
    [
      "a day",
      tradingDay,
      ["2026-02-28"],
      ["2026-02-29", "2026-6-1", "2026-06-15T00:00Z"],
      "must be a day such as 2026-12-24",
    ],
    [
      "an instant",
      instant,
      ["2026-06-15T13:30:00.000Z"],
      ["2026-06-15", "2026-06-15T13:30:00", "2026-06-15T25:30Z"],
      "must be an instant such as 2026-06-15T13:30:00Z",
    ],
  ])("%s", (_, schema, good, bad, message) => {
    for (const value of good) expect(schema.parse(value)).toEqual(value);
    for (const value of bad) expect(faults(schema, value), String(value)).toEqual([`(whole): ${message}`]);
  });

  test("an instant is read as UTC whatever offset it states", () => {
    expect(instant.parse("2026-06-15T09:30:00-04:00")).toBe("2026-06-15T13:30:00.000Z");
  });
});

describe("of several limits the tightest holds", () => {
  const names = [
    "maxOrderQty",
    "maxOrderNotionalUsd",
    "minOrderNotionalUsd",
    "priceCollarFraction",
    "maxPositionQty",
  ] as const;
  const more = ["maxPositionUsd", "maxPositionFraction", "cooldownMinutes", "duplicateWindowSeconds"] as const;

  test.each([...names, ...more])("%s, wherever it is given", (name) => {
    const [loose, tight] = looserWhen[name] === "larger" ? [0.5, 0.25] : [0.25, 0.5];
    const base = exampleLimits({ [name]: loose });
    expect(withTightest(base, { [name]: tight }, { [name]: loose })[name]).toBe(tight);
    expect(withTightest(exampleLimits({ [name]: tight }), { [name]: loose })[name]).toBe(tight);
    const { [name]: _, ...without } = base;
    expect(withTightest<TaskLimits>(without, { [name]: loose }, { [name]: tight })[name]).toBe(tight);
    expect(withTightest(without, { [name]: undefined })).toEqual(without);
  });

  test("those of a symbol and of each strategy that speaks; the very same limits where there are none", () => {
    const limits = exampleLimits({
      maxOrderQty: 100,
      symbols: { SPY: { maxOrderQty: 50 } },
      strategies: { macd: { maxOrderQty: 20, cooldownMinutes: 5 }, rsi: { maxOrderQty: 70 } },
    });
    expect(limitsFor(limits, "QQQ", ["pairs"])).toBe(limits);
    expect(limitsFor(limits, "SPY", [])).toEqual({ ...limits, maxOrderQty: 50 });
    expect(limitsFor(limits, "SPY", ["rsi", "macd"])).toEqual({ ...limits, maxOrderQty: 20, cooldownMinutes: 5 });
  });

  test("more lets more through but for the least order, the pauses and the coverage", () => {
    const smaller = Object.entries(looserWhen).flatMap(([name, when]) => (when === "smaller" ? name : []));
    expect(smaller).toEqual([
      "minOrderNotionalUsd",
      "cooldownMinutes",
      "duplicateWindowSeconds",
      "minCoverageFraction",
    ]);
    expect(Object.values(looserWhen).filter((when) => when === "larger")).toHaveLength(15);
  });
});

describe("bars as they are stored", () => {
  const series = (): BarSeries => exampleBars("AAA", [10, 11]);
  const stored = () => JSON.parse(JSON.stringify(encodeSeries(series())));

  test("are read back as they were", () => {
    expect(barSeriesSchema.parse(stored())).toEqual(series());
    for (const timeframe of ["1Min", "5Min", "15Min", "30Min", "1Hour", "1Day", "1Week", "1Month"])
      expect(barSeriesSchema.parse({ ...stored(), timeframe })).toMatchObject({ timeframe });
  });

  test.each([
    [{ close: [10] }, "(whole): columns must have the same length"],
    [{ close: [10, null] }, "close: must be finite numbers"],
    [{ close: "10" }, "close: must be finite numbers"],
    [{ close: { length: 2 } }, "close: must be finite numbers"],
  ])("with %j are none", (changes, fault) => {
    expect(faults(barSeriesSchema, { ...stored(), ...changes })).toEqual([fault]);
  });
});

describe("the request of a run", () => {
  const request = {
    schemaVersion: 1,
    runId: "trend@20260615T140000Z",
    taskId: "trend",
    slot: "2026-06-15T14:00:00.000Z",
    account: "main",
    mode: "paper",
    attempt: 1,
    tickStartedMs: 0,
    enqueuedMs: 1,
  };

  test("is read as it was sent", () => {
    expect(runRequestSchema.parse(request)).toEqual(request);
    expect(runRequestSchema.parse({ ...request, mode: "live", attempt: 100 })).toMatchObject({ mode: "live" });
  });

  test.each([
    [{ runId: "trend@20260615T140100Z" }, "runId: is not the id of this task and slot"],
    [{ taskId: "other" }, "runId: is not the id of this task and slot"],
    [{ slot: "at ten" }, "slot: must be an instant such as 2026-06-15T13:30:00Z"],
    [{ more: 1 }, "more: is not known here"],
  ])("with %j is none", (changes, fault) => {
    expect(faults(runRequestSchema, { ...request, ...changes })).toEqual([fault]);
  });

  test.each([
    { schemaVersion: 2 },
    { account: "" },
    { account: "a".repeat(41) },
    { mode: "demo" },
    { attempt: 0 },
    { attempt: 101 },
    { tickStartedMs: "0" },
  ])("with %j is none", (changes) => {
    expect(faults(runRequestSchema, { ...request, ...changes })).toHaveLength(1);
  });
});
