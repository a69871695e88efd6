// Inputs as text: canonical, and refused when they are not what was written.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../../../src/core/model/errors.ts";
import type { BarSeries } from "../../../src/core/model/market.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import { canonicalJson, decodeInputs, encodeInputs } from "../../../src/core/planning/canonicalJson.ts";
import { at, day, exampleControl, exampleInputs, exampleMarket, exampleOrder, examplePortfolio } from "../examples.ts";

describe("canonical JSON", () => {
  test.each([
    [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
    [{ z: { y: 2, x: 1 } }, '{"z":{"x":1,"y":2}}'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [Float64Array.of(1, 2.5, 1e21), "[1,2.5,1e+21]"],
    ["é\n", '"é\\n"'],
    [['a"b', "a\\b", "\u007f", "\ud800"], '["a\\"b","a\\\\b","\u007f","\\ud800"]'],
    [
      [
        { b: 1, a: 2 },
        { a: 1, b: 2 },
        { a: 1, c: 2 },
        { b: 1, a: 2 },
      ],
      '[{"a":2,"b":1},{"a":1,"b":2},{"a":1,"c":2},{"a":2,"b":1}]',
    ],
    [[], "[]"],
  ])("of %j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([
    [Number.NaN, "NaN cannot be written as JSON"],
    [Number.NEGATIVE_INFINITY, "-Infinity cannot be written as JSON"],
    [{ a: [Number.NaN] }, "NaN cannot be written as JSON"],
    [Float64Array.of(1, Number.NaN), "a column holds a number that is not finite"],
  ])("refuses what would be null in it, and says so: %j", (value, message) => {
    expect(() => canonicalJson(value)).toThrow(new RangeError(message));
  });
});

test("canonical JSON of any value reads back as that value, and is the same for its keys in any order", () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reversed(item)]),
          )
        : value;
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

describe("stored inputs", () => {
  const stored = (): Record<string, unknown> => JSON.parse(JSON.stringify(encodeInputs(exampleInputs())));
  const changed = (path: readonly (string | number)[], value: unknown): unknown => {
    const root = stored();
    const parent = path
      .slice(0, -1)
      .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, root);
    parent[path.at(-1) ?? ""] = value;
    return root;
  };

  test("come back as they were, columns and all", () => {
    expect(decodeInputs(stored())).toEqual(exampleInputs());
  });

  test("come back with quotes, the close before and bars of several timeframes", () => {
    const market = exampleMarket({ AAA: 100 });
    const bars = market.bars.flatMap((series): BarSeries[] => [{ ...series, timeframe: "5Min" }, series]);
    const previousClose = { day: day("2026-06-12"), price: price("99.5") };
    const latest = market.latest.map((each) => ({ ...each, bid: price("99.9"), ask: price("100.1"), previousClose }));
    const inputs = exampleInputs({ market: { ...market, bars, latest } });
    const decoded = decodeInputs(JSON.parse(JSON.stringify(encodeInputs(inputs))));
    expect(decoded).toEqual(inputs);
    expect(canonicalJson(decoded)).toBe(canonicalJson(inputs));
  });

  test("come back with orders, their exits, what is in doubt, losses and restrictions", () => {
    const leg = exampleOrder({
      symbol: "AAA",
      side: "sell",
      exitOf: "tw.x",
      limitPrice: price(9),
      stopPrice: price(8),
    });
    const order = exampleOrder({ symbol: "AAA", side: "buy", qty: null, filledAvgPrice: price(10), legs: [leg] });
    const doubt = { clientOrderId: "tw.x", symbol: "AAA", side: "sell", qty: qty(1), price: price(10) } as const;
    const doubts = [doubt, { ...doubt, side: "buy" } as const];
    const portfolio = examplePortfolio({ blocked: "why", openOrders: [order], uncertainOrders: doubts });
    const lossMarks = { dayStartEquity: usd(1), dailyLossFrom: usd(2), drawdownFrom: usd(3) };
    const on = { automation: "stopped", tradingState: "halted", reason: "r", actor: "a" } as const;
    const inputs = exampleInputs({
      portfolio: { ...portfolio, exits: [leg] },
      recentOrders: [order, leg],
      lossMarks: { ...lossMarks, executionsAfter: at("2026-06-15T13:00Z") },
      losses: { AAA: at("2026-06-15T13:00Z") },
      trades: { mode: "live", expectedAccountId: "A-1" },
      control: exampleControl({
        trippedBy: "drift",
        restrictions: [{ ...on, scope: { kind: "symbol", id: "AAA" }, changedAt: at("2026-06-15T13:00Z") }],
        scheduled: [
          { action: "start", at: at("2026-06-16T13:00Z"), scope: { kind: "account" }, reason: "r", actor: "a" },
        ],
      }),
      market: { ...exampleMarket({ AAA: 100 }), excluded: [{ symbol: "BBB", code: "NO_DATA", detail: "d" }] },
    });
    expect(decodeInputs(JSON.parse(JSON.stringify(encodeInputs(inputs))))).toEqual(inputs);
  });

  test.each<[string, readonly (string | number)[], unknown]>([
    ["a column with a hole", ["market", "bars", 0, "close", 3], null],
    ["columns of different lengths", ["market", "bars", 0, "close"], [1, 2]],
    ["money that is no decimal", ["portfolio", "account", "equity"], "1e5"],
    ["money as a number", ["portfolio", "account", "equity"], 100000],
    ["an instant without milliseconds", ["asOf"], "2026-06-15T14:00:00Z"],
    ["a key of a newer version", ["leverage"], 2],
    ["a trading state that does not exist", ["control", "tradingState"], "paused"],
    ["a task that is not valid", ["task", "symbols"], []],
  ])("with %s cannot be read, and the error names the place", (_, path, value) => {
    const place = String(path.findLast((key) => typeof key === "string"));
    expect(() => decodeInputs(changed(path, value))).toThrow(
      expect.objectContaining({ name: "InvariantError", code: "UNREADABLE_ROW" }),
    );
    if (place !== "leverage" && path.length < 4) expect(() => decodeInputs(changed(path, value))).toThrow(place);
  });

  test.each([null, undefined, "text", 7, []])("that are %j cannot be read", (value) => {
    expect(() => decodeInputs(value)).toThrow(InvariantError);
  });
});
