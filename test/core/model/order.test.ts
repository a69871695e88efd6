// Whose an order is, by its client order id: ours or somebody's, of a run or of a drift, an exit or not.
import { expect, test } from "vitest";
import {
  isOfRun,
  isOrderOf,
  isOwnExit,
  isOwnOrder,
  isTerminal,
  terminalOrderStatuses,
  withLegs,
} from "../../../src/core/model/order.ts";
import { exampleOrder } from "../examples.ts";

const runId = "trend@20260615T140000Z";
const ofRun = `tw.${runId}.macdTrend.AAA.buy.1`;
const exitAlone = `tw.${runId}.exit.AAA.sell.1`;
const ofDrift = "tw.drift.AAA.20260615140000000";

test.each([
  ["an order of a run", ofRun, { own: true, ofThisRun: true, ofAnyRun: true, exit: false }],
  [
    "one of another run",
    `tw.trend@20260615T1400.macdTrend.AAA.buy.1`,
    { own: true, ofThisRun: false, ofAnyRun: true, exit: false },
  ],
  ["an exit that was sent on its own", exitAlone, { own: true, ofThisRun: true, ofAnyRun: true, exit: true }],
  ["one that trades a drift back", ofDrift, { own: true, ofThisRun: false, ofAnyRun: false, exit: false }],
  ["somebody's", "a-1", { own: false, ofThisRun: false, ofAnyRun: false, exit: false }],
  ["somebody's whose id begins alike", "two.exit.exit", { own: false, ofThisRun: false, ofAnyRun: false, exit: false }],
])("%s is told by its id", (_, clientOrderId, expected) => {
  const order = { clientOrderId };
  expect({
    own: isOwnOrder(order),
    ofThisRun: isOrderOf(runId, order),
    ofAnyRun: isOfRun(order),
    exit: isOwnExit(order),
  }).toEqual(expected);
});

test("a leg is an exit of ours where its order is ours, whatever its own id", () => {
  expect(isOwnExit({ clientOrderId: "leg-1", exitOf: ofRun })).toBe(true);
  expect(isOwnExit({ clientOrderId: exitAlone, exitOf: "a-1" })).toBe(false);
});

test("an order comes with its legs, and one without any alone", () => {
  const leg = exampleOrder({ symbol: "AAA", side: "sell" });
  const order = exampleOrder({ symbol: "AAA", side: "buy", legs: [leg] });
  expect(withLegs(order)).toEqual([order, leg]);
  expect(withLegs(leg)).toEqual([leg]);
});

test("an order has ended in these states, and in no other", () => {
  expect(terminalOrderStatuses).toEqual(["filled", "canceled", "expired", "rejected", "replaced"]);
  for (const status of terminalOrderStatuses) expect(isTerminal({ status })).toBe(true);
  for (const status of ["new", "accepted", "partially_filled", "pending_cancel", "held", ""])
    expect(isTerminal({ status })).toBe(false);
});
