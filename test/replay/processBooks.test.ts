// The judgement of the books under real processes: what agrees passes, and each way to disagree is named.
import { expect, test } from "vitest";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { type Books, judgeBooks } from "../../src/replay/processBooks.ts";

const runId = "even@20260615T140000Z";
const orderId = `tw.${runId}.targetWeights.SPY.buy.1`;
const booked = { client_order_id: orderId, status: "filled", filled_qty: "67.5" };
const accepted = {
  kind: "accepted",
  ticket: { clientOrderId: orderId },
  order: { status: "filled", filledQty: "67.500" },
};
const record = (changes: object = {}): ExecutionRecord =>
  ({
    executionId: runId,
    status: "succeeded",
    reason: "",
    outcomes: [accepted],
    ...changes,
  }) as unknown as ExecutionRecord;

const books = (changes: Partial<Books> = {}): Books => ({
  orders: [booked],
  dueRunIds: [runId],
  listedIds: [runId],
  records: new Map([[runId, record()]]),
  ...changes,
});
const recorded = (changes: object): Partial<Books> => ({ records: new Map([[runId, record(changes)]]) });

test("books that agree leave nothing to say", () => {
  expect(judgeBooks(books())).toEqual([]);
});

test.each<[string, Partial<Books>, string]>([
  ["the same client order id twice", { orders: [booked, booked] }, `${orderId} is at the exchange more than once`],
  ["an execution listed twice", { listedIds: [runId, runId] }, "is listed more than once"],
  ["an execution that was not due", { listedIds: [runId, "odd@20260615T140000Z"] }, "was due at no slot, and is there"],
  ["an order of no run", { orders: [booked, { ...booked, client_order_id: "x" }] }, "was due at no slot, and is there"],
  ["a run that failed and says nothing", recorded({ status: "failed" }), "ended as failed without a reason"],
])("%s can never mend itself", (_, changes, what) => {
  expect(judgeBooks(books(changes))).toEqual([expect.objectContaining({ what, lasting: true })]);
});

test.each<[string, Partial<Books>, string]>([
  ["a slot without an execution", { orders: [], records: new Map() }, "its slot has no execution"],
  ["a running execution", recorded({ status: "running", outcomes: [] }), "its execution is still running"],
  [
    "an order that the record does not have",
    recorded({ outcomes: [] }),
    `${orderId} is at the exchange, and its record says nothing`,
  ],
  [
    "an order held to have never been placed",
    recorded({ outcomes: [{ ...accepted, kind: "notPlaced" }] }),
    `${orderId} is at the exchange, and its record says notPlaced`,
  ],
  [
    "another filled quantity",
    recorded({ outcomes: [{ ...accepted, order: { status: "filled", filledQty: "67" } }] }),
    `${orderId} is filled with 67.5 filled, and its record says filled with 67`,
  ],
  [
    "an order that only the record knows",
    { orders: [] },
    `${orderId} is recorded as accepted, and is not at the exchange`,
  ],
  [
    "an order still in doubt",
    { orders: [], ...recorded({ outcomes: [{ ...accepted, kind: "unknown" }] }) },
    `${orderId} has not come to an end: its record says unknown`,
  ],
])("%s is given time", (_, changes, what) => {
  expect(judgeBooks(books(changes))).toEqual([{ runId, what, lasting: false }]);
});
