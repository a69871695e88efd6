// What differs between two values, and which differences loosen a risk limit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differencesOf, sectionDifferences } from "../../../src/core/model/differences.ts";
import { riskLimitsSchema } from "../../../src/core/model/limits.ts";
import { canonicalJson } from "../../../src/core/planning/canonicalJson.ts";

describe("the differences of two values", () => {
  test("name each field by its path, absent ones as undefined, and lists as wholes", () => {
    const from = { name: "a", sizing: { method: "m", share: 0.5 }, symbols: ["A", "B"], grace: 5 };
    const to = { name: "a", sizing: { method: "m", share: 0.4 }, symbols: ["B"], window: { zone: "UTC" } };
    expect(differencesOf(from, to)).toEqual([
      { path: "grace", from: 5, to: undefined, loosens: false },
      { path: "sizing.share", from: 0.5, to: 0.4, loosens: false },
      { path: "symbols", from: ["A", "B"], to: ["B"], loosens: false },
      { path: "window", from: undefined, to: { zone: "UTC" }, loosens: false },
    ]);
  });

  test("are none exactly when both are the same JSON", () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map((value): unknown => JSON.parse(JSON.stringify(value)));
    const pairs = fc.oneof(
      fc.tuple(json, json),
      json.map((value) => [value, structuredClone(value)] as const),
    );
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(differencesOf(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
  });
});

const limits = (more: object = {}) =>
  riskLimitsSchema.parse({
    maxOrderNotionalUsd: 1000,
    minOrderNotionalUsd: 10,
    priceCollarFraction: 0.05,
    maxPriceAgeSeconds: 600,
    minCoverageFraction: 0.9,
    implausibleMoveFraction: 0.5,
    maxClockSkewSeconds: 10,
    maxPositionFraction: 0.2,
    maxGrossFraction: 0.9,
    ...more,
  });
const breakers = {
  dailyLoss: { fraction: 0.02, action: "halt" },
  drawdown: { fraction: 0.1, action: "reduce" },
  repeatedExecution: { orders: 10, minutes: 5, action: "halt" },
  rejections: { inARow: 5, action: "halt" },
  drift: { action: "halt" },
};
const watched = limits({ breakers });
/** The same with one breaker given otherwise, or not at all. */
const withBreaker = (name: keyof typeof breakers, value: object | undefined) =>
  limits({ breakers: { ...breakers, [name]: value } });

const ofSymbol = (those: object) => limits({ symbols: { "BRK.B": those } });
const ofStrategy = (those: object) => limits({ strategies: { macdTrend: those } });

/** From the first to the second loosens, and so the way back tightens. */
const loosenings: readonly (readonly [string, unknown, unknown])[] = [
  ["a larger order", limits(), limits({ maxOrderNotionalUsd: 1001 })],
  ["a larger position", limits(), limits({ maxPositionFraction: 0.21 })],
  ["more gross exposure", limits(), limits({ maxGrossFraction: 1.1 })],
  ["a smaller least order", limits(), limits({ minOrderNotionalUsd: 9 })],
  ["a wider price collar", limits(), limits({ priceCollarFraction: 0.06 })],
  ["older prices", limits(), limits({ maxPriceAgeSeconds: 601 })],
  ["more gaps in the data", limits(), limits({ minCoverageFraction: 0.89 })],
  ["larger moves", limits(), limits({ implausibleMoveFraction: 0.6 })],
  ["a clock further off", limits(), limits({ maxClockSkewSeconds: 11 })],
  ...(
    [
      ["maxOrderQty", 10, 11],
      ["maxPositionQty", 10, 11],
      ["maxPositionUsd", 10, 11],
      ["maxNetFraction", 0.5, 0.6],
      ["maxOpenPositions", 10, 11],
      ["maxOpenOrders", 10, 11],
      ["maxOrdersPerMinute", 10, 11],
      ["maxOrdersPerDay", 10, 11],
      ["cooldownMinutes", 10, 9],
      ["duplicateWindowSeconds", 10, 9],
    ] as const
  ).flatMap(([name, tight, loose]) => [
    [`${name} ${loose} where it was ${tight}`, limits({ [name]: tight }), limits({ [name]: loose })] as const,
    [`no ${name} any more`, limits({ [name]: tight }), limits()] as const,
  ]),
  ["one restricted symbol less", limits({ restrictedSymbols: ["A", "B"] }), limits({ restrictedSymbols: ["B"] })],
  ["no restricted symbols any more", limits({ restrictedSymbols: ["A"] }), limits()],
  ["one allowed symbol more", limits({ allowedSymbols: ["A"] }), limits({ allowedSymbols: ["A", "B"] })],
  ["every symbol where some were allowed", limits({ allowedSymbols: ["A"] }), limits()],
  ["a larger order in one symbol", ofSymbol({ maxOrderQty: 10 }), ofSymbol({ maxOrderQty: 11 })],
  ["a shorter cooldown of one symbol", ofSymbol({ cooldownMinutes: 10 }), ofSymbol({ cooldownMinutes: 9 })],
  ["one limit of a symbol less", ofSymbol({ maxOrderQty: 10 }), ofSymbol({})],
  ["no limits of a symbol any more", ofSymbol({ maxOrderQty: 10 }), limits()],
  ["a larger order of a strategy", ofStrategy({ maxOrderQty: 10 }), ofStrategy({ maxOrderQty: 11 })],
  ["no limits of a strategy any more", ofStrategy({ maxOrderQty: 10 }), limits()],
  ["no breakers any more", watched, limits()],
  ["a list of no breakers", watched, limits({ breakers: {} })],
  ["no daily loss any more", watched, withBreaker("dailyLoss", undefined)],
  ["no drift any more", watched, withBreaker("drift", undefined)],
  ["a larger daily loss", watched, withBreaker("dailyLoss", { fraction: 0.03, action: "halt" })],
  ["a larger drawdown", watched, withBreaker("drawdown", { fraction: 0.11, action: "reduce" })],
  ["more executions", watched, withBreaker("repeatedExecution", { orders: 11, minutes: 5, action: "halt" })],
  ["as many in fewer minutes", watched, withBreaker("repeatedExecution", { orders: 10, minutes: 4, action: "halt" })],
  ["more rejections", watched, withBreaker("rejections", { inARow: 6, action: "halt" })],
  ["reducing where it halted", watched, withBreaker("dailyLoss", { fraction: 0.02, action: "reduce" })],
];

describe("of the risk limits", () => {
  const loosens = (from: unknown, to: unknown): boolean =>
    sectionDifferences("risk_limits", from, to).some((each) => each.loosens);

  test.each(loosenings)("%s loosens, and its opposite does not", (_, from, to) => {
    expect(loosens(from, to)).toBe(true);
    expect(loosens(to, from)).toBe(false);
  });

  test("every limit and every breaker that there is has its direction in the table above", () => {
    const paths = (value: object, at = ""): string[] =>
      Object.entries(value).flatMap(([name, part]) =>
        typeof part === "object" ? paths(part, `${at}${name}.`) : [`${at}${name}`],
      );
    const groups = ["breakers", "symbols", "strategies"];
    const fields = [
      ...Object.keys(riskLimitsSchema.shape).filter((name) => !groups.includes(name)),
      ...paths({ breakers }),
      "symbols.BRK.B",
      "strategies.macdTrend",
    ];
    const tried = new Set(
      loosenings.flatMap(([, from, to]) => sectionDifferences("risk_limits", from, to).map(({ path }) => path)),
    );
    expect(fields.filter((path) => !tried.has(path) && !path.endsWith(".action"))).toEqual([]);
  });

  test("exchanging one listed symbol for another loosens, either way", () => {
    const [a, b] = [limits({ restrictedSymbols: ["A"] }), limits({ restrictedSymbols: ["B"] })];
    expect([loosens(a, b), loosens(b, a)]).toEqual([true, true]);
    const [c, d] = [limits({ allowedSymbols: ["A"] }), limits({ allowedSymbols: ["B"] })];
    expect([loosens(c, d), loosens(d, c)]).toEqual([true, true]);
  });

  test("limits of a symbol that say nothing are none", () => {
    expect(loosens(ofSymbol({}), limits())).toBe(false);
    expect(loosens(limits(), ofSymbol({}))).toBe(false);
  });

  test("a limit that is not known counts as loosened, whichever way it goes", () => {
    expect(loosens({ newLimit: 1 }, { newLimit: 2 })).toBe(true);
    expect(loosens({ newLimit: 2 }, { newLimit: 1 })).toBe(true);
    expect(loosens({}, { newLimit: 1 })).toBe(true);
    expect(loosens({ newLimit: 1 }, {})).toBe(true);
    expect(loosens({ symbols: {} }, { symbols: { AAA: { newLimit: 1 } } })).toBe(true);
  });

  test("no breakers and a list of none are equally strong", () => {
    expect(loosens(limits({ breakers: {} }), limits())).toBe(false);
    expect(loosens(limits(), limits({ breakers: {} }))).toBe(false);
  });

  test("other sections have nothing to loosen", () => {
    const [from, to] = [{ unknownGraceMinutes: 5 }, { unknownGraceMinutes: 50 }];
    expect(sectionDifferences("monitor", from, to)).toMatchObject([{ loosens: false }]);
  });
});
