// Positions against the fills that explain them: what is a drift, when it is confirmed, and what each policy does about it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addQty, negateQty, price, type Qty, qty, zeroQty } from "../../../src/core/model/money.ts";
import type { Drift } from "../../../src/core/model/monitor.ts";
import type { BrokerFill, Side } from "../../../src/core/model/order.ts";
import type { MonitorSettings } from "../../../src/core/model/settings.ts";
import { addMs } from "../../../src/core/model/time.ts";
import { believedOf, reconcile, withFills } from "../../../src/core/monitoring/reconcile.ts";
import { at, examplePortfolio } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const secondsLater = (seconds: number) => addMs(now, seconds * 1000);

type Shares = Readonly<Record<string, string>>;
const believe = (shares: Shares): Readonly<Record<string, Qty>> =>
  Object.fromEntries(Object.entries(shares).map(([symbol, count]) => [symbol, qty(count)]));
const positionsOf = (shares: Shares) =>
  examplePortfolio({
    positions: Object.fromEntries(Object.entries(shares).map(([symbol, count]) => [symbol, [count, 0] as const])),
  }).positions;
const fill = (symbol: string, side: Side, shares: string): BrokerFill => ({
  id: `${symbol} ${side} ${shares}`,
  brokerOrderId: "b-1",
  symbol,
  side,
  qty: qty(shares),
  price: price(10),
  at: now,
});
const drift = (believed: string, atBroker: string, state: Drift["state"] = "suspected"): Drift => ({
  symbol: "AAA",
  believed: qty(believed),
  atBroker: qty(atBroker),
  since: now,
  state,
});

/** AAA seen for the first time, and again after so many seconds. */
function seenTwice(believed: string, atBroker: string, policy: MonitorSettings["driftPolicy"], seconds = 60) {
  const [explained, positions] = [believe({ AAA: believed }), positionsOf({ AAA: atBroker })];
  const first = reconcile(explained, positions, [], { now, policy });
  return reconcile(first.believed, positions, first.drifts, { now: secondsLater(seconds), policy });
}

describe("fills on top of positions", () => {
  test.each<[string, Shares, readonly BrokerFill[], Shares]>([
    ["a buy adds", { AAA: "10" }, [fill("AAA", "buy", "2.5")], { AAA: "12.5" }],
    ["a sell takes away", { AAA: "10" }, [fill("AAA", "sell", "4")], { AAA: "6" }],
    ["the first buy begins a position", {}, [fill("AAA", "buy", "1")], { AAA: "1" }],
    ["a sell of all leaves the symbol out", { AAA: "10", BBB: "1" }, [fill("AAA", "sell", "10")], { BBB: "1" }],
    ["a sell of more than all is a short position", { AAA: "1" }, [fill("AAA", "sell", "3")], { AAA: "-2" }],
    ["many count one by one", {}, [fill("AAA", "buy", "0.1"), fill("AAA", "buy", "0.2")], { AAA: "0.3" }],
    ["no fills change nothing", { AAA: "10" }, [], { AAA: "10" }],
  ])("%s", (_, before, fills, expected) => {
    expect(withFills(believe(before), fills)).toEqual(expected);
  });

  test("the symbols are sorted, so that equal beliefs are equal text", () => {
    expect(Object.keys(withFills(believe({ CCC: "1" }), [fill("BBB", "buy", "1"), fill("AAA", "buy", "1")]))).toEqual([
      "AAA",
      "BBB",
      "CCC",
    ]);
  });

  test("and what the broker shows is read as it is, short positions included", () => {
    expect(believedOf(positionsOf({ AAA: "3", BBB: "-2" }))).toEqual({ AAA: "3", BBB: "-2" });
  });
});

describe("a difference", () => {
  test.each<[string, Shares, Shares]>([
    ["equal positions have none", { AAA: "10", BBB: "-2" }, { AAA: "10", BBB: "-2" }],
    ["nothing anywhere has none", {}, {}],
    ["the same number written otherwise is none", { AAA: "10" }, { AAA: "10.00" }],
    ["a symbol with none of its shares is one that is not there", { AAA: "0" }, {}],
  ])("%s", (_, explained, shown) => {
    const { drifts, confirmed } = reconcile(believe(explained), positionsOf(shown), [], { now, policy: "adopt" });
    expect([drifts, confirmed]).toEqual([[], []]);
  });

  test("is suspected at first sight, believed no more than before, and told to nobody", () => {
    const seen = reconcile(believe({ AAA: "10" }), positionsOf({ AAA: "15", BBB: "1" }), [], { now, policy: "adopt" });
    expect(seen.drifts).toEqual([drift("10", "15"), { ...drift("0", "1"), symbol: "BBB" }]);
    expect(seen.confirmed).toEqual([]);
    expect(seen.believed).toEqual({ AAA: "10" });
  });

  test("of a symbol that the broker does not show is one from zero", () => {
    expect(reconcile(believe({ AAA: "10" }), [], [], { now, policy: "adopt" }).drifts).toEqual([drift("10", "0")]);
  });

  test.each([
    [44.999, 0],
    [45, 1],
  ])("that still stands after %d seconds is confirmed %d times", (seconds, times) => {
    const { confirmed, drifts } = seenTwice("10", "15", "ignore", seconds);
    expect(confirmed).toHaveLength(times);
    expect(drifts[0]?.since).toBe(now);
  });

  test("that a fill explains by then is gone", () => {
    const explained = withFills(believe({ AAA: "10" }), [fill("AAA", "buy", "5")]);
    const seen = reconcile(explained, positionsOf({ AAA: "15" }), [drift("10", "15")], {
      now: secondsLater(60),
      policy: "flatten",
    });
    expect(seen).toEqual({ believed: { AAA: "15" }, drifts: [], confirmed: [] });
  });

  test.each([
    ["the broker shows another number", "10", "16"],
    ["the fills explain another number", "11", "15"],
  ])("begins anew when %s", (_, believed, atBroker) => {
    const options = { now: secondsLater(60), policy: "adopt" } as const;
    const seen = reconcile(believe({ AAA: believed }), positionsOf({ AAA: atBroker }), [drift("10", "15")], options);
    expect(seen.drifts).toEqual([{ ...drift(believed, atBroker), since: secondsLater(60) }]);
    expect(seen.confirmed).toEqual([]);
  });

  test("of one symbol is no matter of another", () => {
    const earlier = [{ ...drift("10", "15"), symbol: "BBB" }];
    const options = { now: secondsLater(60), policy: "adopt" } as const;
    expect(reconcile(believe({ AAA: "10" }), positionsOf({ AAA: "15" }), earlier, options).confirmed).toEqual([]);
  });
});

describe("once confirmed", () => {
  test.each([
    ["adopt", "10", "15", "adopted"],
    ["adopt", "10", "0", "adopted"],
    ["ignore", "10", "15", "ignored"],
    ["ignore", "10", "0", "ignored"],
    ["flatten", "10", "15", "flattening"],
    ["flatten", "0", "5", "flattening"],
    ["flatten", "-3", "2", "flattening"],
    ["flatten", "0", "-5", "flattening"],
    ["flatten", "-3", "-5", "flattening"],
    ["flatten", "10", "-5", "flattening"],
    ["flatten", "10", "8", "adopted"],
    ["flatten", "10", "0", "adopted"],
    ["flatten", "-5", "-3", "adopted"],
    ["flatten", "-5", "0", "adopted"],
  ] as const)("%s makes of %s explained and %s shown: %s", (policy, believed, atBroker, state) => {
    const { confirmed, drifts, believed: then } = seenTwice(believed, atBroker, policy);
    expect(confirmed).toEqual([drift(believed, atBroker, state)]);
    const isAdopted = state === "adopted";
    expect(drifts).toEqual(isAdopted ? [] : confirmed);
    const expected = isAdopted ? atBroker : believed;
    expect(then).toEqual(expected === "0" ? {} : { AAA: expected });
  });

  test.each(["ignored", "flattening"] as const)(
    "a drift that is %s stands, with its order, and is not told again",
    (state) => {
      const earlier = [{ ...drift("10", "15", state), clientOrderId: "tw.drift.AAA.1" }];
      const options = { now: secondsLater(3600), policy: "adopt" } as const;
      const seen = reconcile(believe({ AAA: "10" }), positionsOf({ AAA: "15" }), earlier, options);
      expect(seen).toEqual({ believed: { AAA: "10" }, drifts: earlier, confirmed: [] });
    },
  );

  test("each symbol is answered alone, in the order of their names", () => {
    const explained = believe({ BBB: "2", CCC: "1" });
    const positions = positionsOf({ AAA: "1", BBB: "2", CCC: "4" });
    const first = reconcile(explained, positions, [], { now, policy: "adopt" });
    const second = reconcile(explained, positions, first.drifts, { now: secondsLater(60), policy: "adopt" });
    expect(second.confirmed.map(({ symbol }) => symbol)).toEqual(["AAA", "CCC"]);
    expect(second.believed).toEqual({ AAA: "1", BBB: "2", CCC: "4" });
    expect(Object.keys(second.believed)).toEqual(["AAA", "BBB", "CCC"]);
  });
});

const someShares = fc.dictionary(
  fc.constantFrom("AAA", "BBB", "CCC"),
  fc.integer({ min: -50, max: 50 }).map((tenths) => qty(tenths / 10)),
);

test("after two checks `adopt` has no drift left and believes exactly what the broker shows", () => {
  fc.assert(
    fc.property(someShares, someShares, (explained, shown) => {
      const first = reconcile(explained, positionsOf(shown), [], { now, policy: "adopt" });
      const second = reconcile(first.believed, positionsOf(shown), first.drifts, {
        now: secondsLater(60),
        policy: "adopt",
      });
      const held = Object.entries(shown).filter(([, count]) => count !== zeroQty);
      expect(second.believed).toEqual(Object.fromEntries(held));
      expect(second.drifts).toEqual([]);
      const differing = ["AAA", "BBB", "CCC"].filter(
        (each) => (explained[each] ?? zeroQty) !== (shown[each] ?? zeroQty),
      );
      expect(second.confirmed.map(({ symbol }) => symbol)).toEqual(differing);
    }),
  );
});

test("what `flatten` trades back is at most what is held, unless that is on the other side of zero than what is explained", () => {
  const shares = fc.integer({ min: -50, max: 50 });
  fc.assert(
    fc.property(shares, shares, (believed, atBroker) => {
      const [named] = seenTwice(String(believed), String(atBroker), "flatten").confirmed;
      if (named?.state !== "flattening") return;
      const traded = addQty(named.atBroker, negateQty(named.believed));
      if (believed * atBroker >= 0) expect(Math.abs(Number(traded))).toBeLessThanOrEqual(Math.abs(atBroker));
      expect(Math.sign(Number(traded))).toBe(Math.sign(atBroker));
    }),
  );
});
