// What is recorded of an order, after the broker was asked: doubt ends when the order is found, or when it is missing for long enough.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { BrokerOrder, OrderOutcome, OrderTicket } from "../../../src/core/model/order.ts";
import { addMs } from "../../../src/core/model/time.ts";
import { eventOf, plannedEvents, resolveOutcome, type Sighting } from "../../../src/core/monitoring/orderTruth.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import { at, exampleInputs, exampleOrder } from "../examples.ts";

const since = at("2026-06-15T14:00Z");
const ticket: OrderTicket = {
  clientOrderId: "tw.trend@20260615T140000Z.targetWeights.AAA.buy.1",
  stage: 1,
  strategy: "targetWeights",
  symbol: "AAA",
  side: "buy",
  qty: qty(10),
  type: "market",
  timeInForce: "day",
  referencePrice: price(100),
};
const order = (changes: Partial<BrokerOrder> = {}): BrokerOrder =>
  exampleOrder({ symbol: "AAA", side: "buy", clientOrderId: ticket.clientOrderId, ...changes });

const outcomes = {
  unknown: { kind: "unknown", ticket, message: "the connection broke", since },
  accepted: { kind: "accepted", ticket, order: order() },
  rejected: { kind: "rejected", ticket, code: "WASH_TRADE", message: "opposite order open" },
  withheld: { kind: "withheld", ticket, code: "HALTED", message: "trading is halted" },
  notPlaced: { kind: "notPlaced", ticket, message: "not there", actor: "operator" },
} as const satisfies Record<string, OrderOutcome>;

const found = (changes: Partial<BrokerOrder> = {}): Sighting => ({ kind: "found", order: order(changes) });
const missing: Sighting = { kind: "missing" };
const unseen: Sighting = { kind: "unseen" };

const resolved = (outcome: OrderOutcome, sighting: Sighting, afterMs = 0): OrderOutcome =>
  resolveOutcome(outcome, sighting, { now: addMs(since, afterMs), graceMinutes: 3 });

describe("an order in doubt", () => {
  test.each([0, 86_400_000])("is accepted as soon as the broker shows it, %i ms after", (afterMs) => {
    const shown = found({ status: "filled", filledQty: qty(10), filledAvgPrice: price("99.5") });
    expect(resolved(outcomes.unknown, shown, afterMs)).toEqual({
      kind: "accepted",
      ticket,
      order: order({ status: "filled", filledQty: qty(10), filledAvgPrice: price("99.5") }),
    });
  });

  test.each([found(), missing])("keeps the quote that the gate judged it by: $kind", (sighting) => {
    const gateQuote = { symbol: "AAA", price: price(100), at: since };
    expect(resolved({ ...outcomes.unknown, gateQuote }, sighting, 86_400_000)).toMatchObject({ ticket, gateQuote });
  });

  test("stays in doubt while it is missing for less than the grace: its request may be on the way", () => {
    expect(resolved(outcomes.unknown, missing, 3 * 60_000 - 1)).toBe(outcomes.unknown);
  });

  test("was never placed when it is missing at the end of the grace, and says for how long and what the doubt was", () => {
    expect(resolved(outcomes.unknown, missing, 3 * 60_000)).toEqual({
      kind: "notPlaced",
      ticket,
      message: "the broker did not know it 3 minutes after the doubt began (the connection broke)",
      actor: "monitor",
    });
  });

  test("stays in doubt for as long as nobody could ask, whatever the time", () => {
    expect(resolved(outcomes.unknown, unseen, 86_400_000)).toBe(outcomes.unknown);
  });
});

describe("an accepted order", () => {
  test.each<[string, Partial<BrokerOrder>]>([
    ["status", { status: "canceled" }],
    ["filled quantity", { filledQty: qty(4) }],
    ["average price", { filledAvgPrice: price("99.5") }],
  ])("is renewed when its %s is another", (_, changes) => {
    expect(resolved(outcomes.accepted, found(changes))).toEqual({ kind: "accepted", ticket, order: order(changes) });
  });

  test("is renewed when one of its exits is another or one more is shown, and not otherwise", () => {
    const leg = order({ side: "sell" });
    const withLeg: OrderOutcome = { ...outcomes.accepted, order: order({ legs: [leg] }) };
    expect(resolved(withLeg, found({ legs: [{ ...leg }] }))).toBe(withLeg);
    for (const legs of [[order({ side: "sell", status: "filled" })], [leg, leg], []])
      expect(resolved(withLeg, found({ legs }))).toEqual({ kind: "accepted", ticket, order: order({ legs }) });
  });

  test("is the same object when nothing is new, so that nothing is written", () => {
    expect(resolved(outcomes.accepted, found())).toBe(outcomes.accepted);
  });

  test.each([missing, unseen])("is never taken back: $kind", (sighting) => {
    expect(resolved(outcomes.accepted, sighting, 86_400_000)).toBe(outcomes.accepted);
  });
});

test.each(["rejected", "withheld", "notPlaced"] as const)(
  "an order that is %s is so for good, unless the broker shows it",
  (kind) => {
    for (const sighting of [missing, unseen]) {
      expect(resolved(outcomes[kind], sighting, 86_400_000)).toBe(outcomes[kind]);
    }
    const shown = { kind: "accepted", ticket, order: order({ status: "filled" }) };
    expect(resolved(outcomes[kind], found({ status: "filled" }))).toEqual(shown);
  },
);

describe("the event of an outcome", () => {
  const now = at("2026-06-15T14:05Z");

  test.each([
    ["unknown", "the connection broke"],
    ["rejected", "opposite order open"],
    ["withheld", "trading is halted"],
    ["notPlaced", "not there"],
  ] as const)("%s says why", (kind, detail) => {
    const event = { at: now, clientOrderId: ticket.clientOrderId, state: kind, detail };
    expect(eventOf(outcomes[kind], now)).toEqual(event);
  });

  test.each<[Partial<BrokerOrder>, string, string]>([
    [{}, "new", ""],
    [{ status: "canceled" }, "canceled", ""],
    [
      { status: "partially_filled", filledQty: qty(4), filledAvgPrice: price("99.5") },
      "partially_filled",
      "4 filled at 99.5",
    ],
    [{ status: "filled", filledQty: qty(10), filledAvgPrice: price(100) }, "filled", "10 filled at 100"],
    [
      {
        status: "filled",
        filledQty: qty(10),
        filledAvgPrice: price(100),
        legs: [order({ status: "filled", filledAvgPrice: price(95) }), order({ status: "canceled" })],
      },
      "filled",
      "10 filled at 100, exit filled at 95, exit canceled",
    ],
  ])("of an accepted order with %o is the broker's status, and what was filled", (changes, state, detail) => {
    const outcome: OrderOutcome = { ...outcomes.accepted, order: order(changes) };
    expect(eventOf(outcome, now)).toEqual({ at: now, clientOrderId: ticket.clientOrderId, state, detail });
  });
});

test("every ticket of a plan begins as planned, at the time of the plan, with its stage", () => {
  const plan = planRun(exampleInputs());
  expect(plan.tickets.length).toBeGreaterThan(1);
  const second = { ...ticket, clientOrderId: "second", stage: 2 } as const;
  expect(plannedEvents({ ...plan, tickets: [ticket, second] })).toEqual([
    { at: plan.asOf, clientOrderId: ticket.clientOrderId, state: "planned", detail: "stage 1" },
    { at: plan.asOf, clientOrderId: "second", state: "planned", detail: "stage 2" },
  ]);
});
