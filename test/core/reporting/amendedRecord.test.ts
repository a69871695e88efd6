// What becomes of a final record while its orders go on, and when nothing more can come.
import { describe, expect, test } from "vitest";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { BrokerFill, BrokerOrder, OrderOutcome, OrderTicket } from "../../../src/core/model/order.ts";
import type { ExecutionRecord } from "../../../src/core/model/run.ts";
import {
  amendedRecord,
  areOrdersFinal,
  concernsMonitor,
  isSettled,
  sentByAnother,
  withAccepted,
} from "../../../src/core/reporting/amendedRecord.ts";
import { at, exampleOrder } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const ticket = (symbol = "AAA"): OrderTicket => ({
  stage: 1,
  clientOrderId: `tw.${symbol}`,
  strategy: "macd",
  symbol,
  side: "buy",
  qty: qty(10),
  type: "market",
  timeInForce: "day",
  referencePrice: price(100),
});
const accepted = (changes: Partial<BrokerOrder> = {}, symbol = "AAA"): OrderOutcome => ({
  kind: "accepted",
  ticket: ticket(symbol),
  order: exampleOrder({ symbol, side: "buy", clientOrderId: `tw.${symbol}`, ...changes }),
});
const filled = { status: "filled", filledQty: qty(10), filledAvgPrice: price(101) };
const doubt = (symbol = "AAA"): OrderOutcome => ({
  kind: "unknown",
  ticket: ticket(symbol),
  message: "no answer",
  since: now,
});
const withheld: OrderOutcome = { kind: "withheld", ticket: ticket(), code: "HALTED", message: "halted" };
const fill = (id: string, shares: number, brokerOrderId = "b-1"): BrokerFill => {
  return { id, brokerOrderId, symbol: "AAA", side: "buy", qty: qty(shares), price: price(101), at: now };
};
const record = (changes: Partial<ExecutionRecord> = {}): ExecutionRecord =>
  ({
    status: "partial",
    code: "",
    reason: "buy AAA unknown: no answer",
    equityBefore: usd(1000),
    equityAfter: usd(1000),
    strategyFailures: [],
    verdicts: [],
    outcomes: [doubt()],
    events: [{ at: now, clientOrderId: "tw.AAA", state: "unknown", detail: "" }],
    fills: [fill("f-1", 4)],
    ...changes,
  }) as unknown as ExecutionRecord;

describe("a record with what has become of its orders", () => {
  const event = { at: now, clientOrderId: "tw.AAA", state: "filled", detail: "10 filled at 101" };
  const since = () => ({ outcomes: [accepted(filled)], events: [event], fills: [fill("f-1", 4), fill("f-2", 6)] });

  test("is concluded anew, with each event and each execution once", () => {
    const before = record();
    expect(amendedRecord(before, since())).toEqual({
      ...before,
      status: "succeeded",
      code: "",
      reason: "",
      ordersAccepted: 1,
      ordersFilled: 1,
      equityAfter: "990",
      outcomes: since().outcomes,
      events: [...before.events, event],
      fills: [fill("f-1", 4), fill("f-2", 6)],
    });
  });

  test("stays failed as it failed, and has no equity where none was read", () => {
    const failed = record({
      status: "failed",
      code: "INTERNAL",
      reason: "it threw",
      equityBefore: null,
      equityAfter: null,
    });
    const after = amendedRecord(failed, since());
    expect(after).toMatchObject({ status: "failed", code: "INTERNAL", reason: "it threw", equityAfter: null });
    expect(after.outcomes).toEqual(since().outcomes);
    expect(after).not.toHaveProperty("ordersFilled");
  });
});

test.each<[string, readonly OrderOutcome[], readonly BrokerFill[], boolean, boolean]>([
  ["nothing was sent", [], [], true, true],
  ["an order is in doubt", [doubt()], [], false, false],
  ["an order is open", [accepted()], [], false, false],
  [
    "one of two is open",
    [accepted(filled), accepted({ brokerOrderId: "b-2" }, "BBB")],
    [fill("f-1", 10)],
    false,
    false,
  ],
  ["an order was filled and its execution is there", [accepted(filled)], [fill("f-1", 4), fill("f-2", 6)], true, true],
  ["a part of its executions is missing", [accepted(filled)], [fill("f-1", 4)], true, false],
  ["the executions are of another order", [accepted(filled)], [fill("f-1", 10, "b-2")], true, false],
  ["an order was cancelled unfilled", [accepted({ status: "canceled" })], [], true, true],
  [
    "the exit of an order was filled and its execution is missing",
    [accepted({ ...filled, legs: [exampleOrder({ symbol: "AAA", side: "sell", brokerOrderId: "b-9", ...filled })] })],
    [fill("f-1", 10)],
    true,
    false,
  ],
  ["an order was withheld", [withheld], [], true, true],
])("where %s", (_, outcomes, fills, isFinal, settled) => {
  expect(areOrdersFinal({ outcomes })).toBe(isFinal);
  expect(isSettled({ outcomes, fills })).toBe(settled);
});

test("the monitor looks once more at what the broker took, refused, or may have", () => {
  const notPlaced: OrderOutcome = { kind: "notPlaced", ticket: ticket(), message: "", actor: "monitor" };
  const rejected: OrderOutcome = { kind: "rejected", ticket: ticket(), code: "OTHER", message: "" };
  expect([[], [withheld], [notPlaced], [withheld, notPlaced]].map((outcomes) => concernsMonitor({ outcomes }))).toEqual(
    [false, false, false, false],
  );
  expect(
    [[accepted()], [rejected], [doubt()], [withheld, doubt()]].map((outcomes) => concernsMonitor({ outcomes })),
  ).toEqual([true, true, true, true]);
});

describe("a second record of the same run", () => {
  test("gives the standing one the orders that the broker took for it", () => {
    const standing = record({ outcomes: [doubt(), doubt("BBB"), withheld], events: [], fills: [] });
    const other = record({ outcomes: [accepted(filled), doubt("BBB")] });
    const merged = withAccepted(standing, other, now);
    expect(merged.outcomes).toEqual([accepted(filled), doubt("BBB"), accepted(filled)]);
    expect(merged.events).toMatchObject([
      { at: now, clientOrderId: "tw.AAA", state: "filled", detail: "10 filled at 101" },
      { at: now, clientOrderId: "tw.AAA", state: "filled" },
    ]);
    expect(merged.fills).toEqual([]);
  });

  test("changes nothing where the standing one knows them, or the other has none", () => {
    const standing = record({ outcomes: [accepted(filled)] });
    expect(withAccepted(standing, record({ outcomes: [accepted({ status: "canceled" })] }), now)).toBe(standing);
    const doubtful = record();
    expect(withAccepted(doubtful, record({ outcomes: [withheld] }), now)).toBe(doubtful);
    const notPlaced: OrderOutcome = { kind: "notPlaced", ticket: ticket(), message: "", actor: "ana" };
    const decided = record({ outcomes: [notPlaced] });
    expect(withAccepted(decided, record({ outcomes: [doubt()] }), now)).toBe(decided);
  });

  test("gives it those that the broker may have, where it says that they were refused or held back", () => {
    const rejected: OrderOutcome = { kind: "rejected", ticket: ticket("BBB"), code: "OTHER", message: "" };
    const standing = record({ outcomes: [withheld, rejected] });
    const other = record({ outcomes: [doubt(), doubt("BBB")] });
    expect(withAccepted(standing, other, now).outcomes).toEqual([doubt(), doubt("BBB")]);
  });

  test("gives a standing one that knows of no plan its orders", () => {
    const standing = record({ status: "failed", equityBefore: null, outcomes: [] });
    const other = record({ outcomes: [accepted(filled), doubt("BBB"), withheld] });
    expect(withAccepted(standing, other, now).outcomes).toEqual([accepted(filled), doubt("BBB")]);
  });
});

test("what was held back is in doubt where another worker took the run up, and nothing else is", () => {
  const doubted = sentByAnother(record({ outcomes: [withheld, accepted(filled, "BBB")] }), now);
  const message = "not sent now (HALTED: halted), perhaps before or by another worker";
  expect(doubted).toMatchObject({ resumed: true, status: "partial", reason: `buy AAA unknown: ${message}` });
  expect(doubted.outcomes).toEqual([{ ...doubt(), message }, accepted(filled, "BBB")]);
  expect(doubted.events.slice(1)).toEqual([{ at: now, clientOrderId: "tw.AAA", state: "unknown", detail: message }]);
});
