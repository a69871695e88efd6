// Records: what each end of a run says, what it cost, and what people are told.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import { notificationSchema } from "../../../src/core/model/notification.ts";
import type { BrokerOrder, OrderOutcome, OrderTicket } from "../../../src/core/model/order.ts";
import type { ExecutionRecord, RunInputs, RunRequest } from "../../../src/core/model/run.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import {
  completedRecord,
  describeSummary,
  endedRecord,
  notificationOf,
  startedRecord,
  summaryOf,
} from "../../../src/core/reporting/executionRecord.ts";
import {
  at,
  exampleControl,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  exampleTask,
} from "../examples.ts";

const request: RunRequest = {
  schemaVersion: 1,
  runId: "trend@20260615T140000Z",
  taskId: "trend",
  slot: at("2026-06-15T14:00Z"),
  account: "main",
  mode: "paper",
  attempt: 2,
  tickStartedMs: 1,
  enqueuedMs: 2,
};
const started = startedRecord(request, exampleTask(), at("2026-06-15T14:00:01Z"));
const timings = { tickToEnqueued: 1, enqueuedToStarted: 2, startedToLastOrder: 3, total: 6 };

const accepted = (ticket: OrderTicket, changes: Partial<BrokerOrder> = {}): OrderOutcome => ({
  kind: "accepted",
  ticket,
  order: exampleOrder({
    symbol: ticket.symbol,
    side: ticket.side,
    clientOrderId: ticket.clientOrderId,
    qty: ticket.qty,
    filledQty: ticket.qty,
    filledAvgPrice: ticket.referencePrice,
    status: "filled",
    ...changes,
  }),
});

/** The record of a run with the example's three orders: sell 30 CCC at 20, buy 500 AAA at 100, buy 495 BBB at 50.5. */
const task = exampleTask({
  strategies: [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.25, CCC: 0 } }, weight: 1 }],
});
function completed(
  outcomeOf: (ticket: OrderTicket) => OrderOutcome,
  changes: Partial<RunInputs> = {},
): ExecutionRecord {
  const inputs = exampleInputs({ task, ...changes });
  const plan = planRun(inputs);
  return completedRecord({
    started,
    plan,
    inputs,
    outcomes: plan.tickets.map(outcomeOf),
    events: [],
    endedAt: at("2026-06-15T14:00:02Z"),
    timings,
  });
}
const lineOf = (record: ExecutionRecord): string => describeSummary(summaryOf(record));

describe("a started run", () => {
  test("is running, and names its task", () => {
    expect(started).toMatchObject({ status: "running", taskName: "Trend", attempt: 2, endedAt: null, timingsMs: null });
    expect(lineOf(started)).toBe("Trend, 2026-06-15 14:00 UTC: running");
  });

  test("of a task that is gone is named by the task's id", () => {
    expect(startedRecord(request, undefined, request.slot).taskName).toBe("trend");
  });
});

describe("a completed run", () => {
  test("whose orders are all filled succeeded", () => {
    const record = completed((ticket) => accepted(ticket));
    expect(record).toMatchObject({
      status: "succeeded",
      code: "",
      reason: "",
      ordersPlanned: 3,
      ordersAccepted: 3,
      ordersFilled: 3,
      denials: 0,
      equityBefore: "100000",
      equityAfter: "100000",
      timingsMs: timings,
    });
    expect(record.outcomes).toHaveLength(3);
    expect(lineOf(record)).toBe("Trend, 2026-06-15 14:00 UTC: succeeded, 3 of 3 orders accepted, 3 filled");
  });

  test("with an order still working succeeded so far", () => {
    const record = completed((ticket) => accepted(ticket, { status: "new", filledQty: qty(0), filledAvgPrice: null }));
    expect(record).toMatchObject({ status: "succeeded", ordersAccepted: 3, ordersFilled: 0, equityAfter: "100000" });
  });

  test("without anything to send succeeded", () => {
    const idle = exampleTask({ strategies: [{ name: "targetWeights", params: { weights: { AAA: 0 } }, weight: 1 }] });
    const record = completed((ticket) => accepted(ticket), { task: idle });
    expect(lineOf(record)).toBe("Trend, 2026-06-15 14:00 UTC: succeeded, nothing to send");
  });

  test("with denials succeeded, and says which rule denied", () => {
    const record = completed((ticket) => accepted(ticket), { limits: exampleLimits({ maxOrderNotionalUsd: 75 }) });
    expect(record).toMatchObject({ status: "succeeded", code: "MAX_ORDER_NOTIONAL", denials: 1, ordersPlanned: 2 });
    expect(record.reason).toBe("buy AAA denied: the order is above 75 USD");
    // Sells come first, and a denied order has none; a symbol is looked up by its name.
    expect(record.verdicts.map(({ intent }) => intent.symbol)).toEqual(["CCC", "AAA", "BBB"]);
    expect(summaryOf(record).symbols).toEqual(["AAA", "BBB", "CCC"]);
  });

  test.each<[string, (ticket: OrderTicket) => OrderOutcome, string]>([
    [
      "rejected",
      (ticket) => ({ kind: "rejected", ticket, code: "NOT_TRADABLE", message: 'asset "AAA" is not tradable' }),
      'buy AAA rejected (NOT_TRADABLE): asset "AAA" is not tradable',
    ],
    [
      "withheld",
      (ticket) => ({ kind: "withheld", ticket, code: "HALTED", message: "trading was halted" }),
      "buy AAA withheld (HALTED): trading was halted",
    ],
    [
      "that was never placed",
      (ticket) => ({ kind: "notPlaced", ticket, message: "not there", actor: "monitor" }),
      "buy AAA never reached the broker: not there",
    ],
    [
      "unknown",
      (ticket) => ({ kind: "unknown", ticket, message: "time-out", since: at("2026-06-15T14:00:02Z") }),
      "buy AAA unknown: time-out",
    ],
    [
      "canceled after it was accepted",
      (ticket) => accepted(ticket, { status: "canceled" }),
      "buy AAA ended as canceled",
    ],
  ])("with an order %s is partial and says so", (_, bad, reason) => {
    const record = completed((ticket) => (ticket.symbol === "AAA" ? bad(ticket) : accepted(ticket)));
    expect(record).toMatchObject({ status: "partial", code: "", reason, ordersPlanned: 3, ordersFilled: 2 });
    expect(notificationOf(summaryOf(record)).severity).toBe("warning");
    expect(lineOf(record)).toContain(`: partial, ${record.ordersAccepted} of 3 orders accepted, 2 filled`);
    expect(lineOf(record)).toContain(`(${reason})`);
  });

  test("with a strategy that failed is partial", () => {
    const strategies = [...task.strategies, { name: "movingAverageCross", params: { fast: 0 }, weight: 1 }];
    const record = completed((ticket) => accepted(ticket), { task: exampleTask({ strategies }) });
    expect(record.status).toBe("partial");
    expect(record.reason).toMatch(/^strategy movingAverageCross failed: fast: /);
  });

  test("with many problems tells the first five and how many more there are", () => {
    const symbols = ["A", "B", "C", "D", "E", "F", "G"];
    const weights = Object.fromEntries(symbols.map((symbol) => [symbol, 0.1]));
    const record = completed(
      (ticket) => ({ kind: "unknown", ticket, message: "time-out", since: at("2026-06-15T14:00:02Z") }),
      {
        task: exampleTask({ symbols, strategies: [{ name: "targetWeights", params: { weights }, weight: 1 }] }),
        market: exampleMarket(Object.fromEntries(symbols.map((symbol) => [symbol, 10]))),
      },
    );
    expect(record.reason).toMatch(/^buy A unknown: time-out; .*; buy E unknown: time-out; and 2 more$/);
  });

  test("that was skipped says why, and its equity is what it was", () => {
    const control = exampleControl({ tradingState: "halted", reason: "drill" });
    const record = completed((ticket) => accepted(ticket), { control });
    expect(record).toMatchObject({ status: "skipped", code: "HALTED", equityBefore: "100000", equityAfter: "100000" });
    expect(lineOf(record)).toBe("Trend, 2026-06-15 14:00 UTC: skipped HALTED (trading was halted by operator: drill)");
  });
});

describe("equity after", () => {
  test("is less by what fills cost beyond the planned prices, exactly", () => {
    const worse: Record<string, string> = { AAA: "100.07", BBB: "50.493333", CCC: "19.99" };
    const record = completed((ticket) => accepted(ticket, { filledAvgPrice: price(worse[ticket.symbol] ?? 0) }));
    // −500 × 0.07 + 495 × 0.006667 − 30 × 0.01
    expect(record.equityAfter).toBe("99968.000165");
  });

  test("counts a partial fill by what was filled", () => {
    const record = completed((ticket) =>
      accepted(ticket, { status: "partially_filled", filledQty: qty("0.5"), filledAvgPrice: price(0) }),
    );
    // A fill at nothing: +0.5 × 100 + 0.5 × 50.5 − 0.5 × 20
    expect(record.equityAfter).toBe("100065.25");
  });

  test("does not depend on fills at the planned prices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), (filled) => {
        const record = completed((ticket) => accepted(ticket, { filledQty: qty(filled) }));
        expect(record.equityAfter).toBe(record.equityBefore);
      }),
    );
  });
});

describe("an end without a run", () => {
  const base = {
    executionId: request.runId,
    taskId: "trend",
    slot: request.slot,
    mode: "paper",
    at: started.startedAt,
  } as const;

  test("is a whole record with its reason", () => {
    const record = endedRecord({ ...base, task: exampleTask(), status: "missed", code: "MISSED", reason: "too late" });
    expect(record).toMatchObject({ status: "missed", account: "main", attempt: 1, endedAt: base.at, ordersPlanned: 0 });
    expect(lineOf(record)).toBe("Trend, 2026-06-15 14:00 UTC: missed MISSED (too late)");
  });

  test("without a task is named by its id, of an account as given or unknown", () => {
    const failed = { ...base, status: "failed", code: "UNKNOWN_TASK", reason: 'there is no task "trend"' } as const;
    expect(endedRecord(failed)).toMatchObject({ taskName: "trend", account: "unknown" });
    expect(endedRecord({ ...request, ...failed })).toMatchObject({ account: "main", attempt: 2 });
  });

  test.each([
    ["skipped", "info"],
    ["blocked", "info"],
    ["missed", "warning"],
    ["failed", "error"],
  ] as const)("that is %s notifies as %s, once by its id", (status, severity) => {
    const notification = notificationOf(summaryOf(endedRecord({ ...base, status, code: "INTERNAL", reason: "why" })));
    expect(notification).toMatchObject({ severity, id: `run.${request.runId}.${status}`, attempt: 1 });
  });

  test("is the same trouble by its task, end and cause, whatever the figures; a good end is above all of them", () => {
    const fingerprintOf = (
      status: "failed" | "missed" | "skipped",
      code: "INTERNAL" | "WINDOW_CLOSED" | "",
      reason: string,
    ) => notificationOf(summaryOf(endedRecord({ ...base, status, code, reason }))).fingerprint ?? "";
    const late = fingerprintOf("missed", "", "looked at 312.5 s late");
    expect(fingerprintOf("missed", "", "looked at 77 s late")).toBe(late);
    expect(fingerprintOf("missed", "", "the app was down")).not.toBe(late);
    expect(fingerprintOf("failed", "INTERNAL", "one")).toBe(fingerprintOf("failed", "INTERNAL", "other"));
    const good = notificationOf({
      ...summaryOf(endedRecord({ ...base, status: "skipped", code: "", reason: "" })),
      status: "succeeded",
    });
    expect(good.resolves).toBe(true);
    expect(late.startsWith(`${good.fingerprint}/`)).toBe(true);
  });

  test("shows as facts its task, slot and end, its orders, denials and symbols where there are any", () => {
    const summary = summaryOf(endedRecord({ ...base, status: "skipped", code: "HALTED", reason: "" }));
    const slot = { name: "Slot", value: "2026-06-15T14:00:00.000Z" };
    const few = [{ name: "Task", value: "trend" }, slot, { name: "Status", value: "skipped (HALTED)" }];
    expect(notificationOf(summary).facts).toEqual(few);
    const symbols = Array.from({ length: 14 }, (_, index) => `S${index}`);
    const orders = { ordersPlanned: 3, ordersAccepted: 2, ordersFilled: 1, denials: 4 };
    expect(notificationOf({ ...summary, ...orders, status: "succeeded", code: "", symbols }).facts).toEqual([
      ...few.slice(0, 2),
      { name: "Status", value: "succeeded" },
      { name: "Orders", value: "3 planned, 2 accepted, 1 filled" },
      { name: "Denied", value: "4" },
      { name: "Symbols", value: `${symbols.slice(0, 12).join(", ")} and 2 more` },
    ]);
    const dozen = notificationOf({ ...summary, symbols: symbols.slice(0, 12) }).facts;
    expect(dozen?.at(-1)).toEqual({ name: "Symbols", value: symbols.slice(0, 12).join(", ") });
  });

  test("makes a valid notification however long its reason", () => {
    const reason = "long ".repeat(3000);
    const executionId = `${"t".repeat(40)}@20260615T140000Z`;
    const task = exampleTask({ name: "n".repeat(100) });
    const record = endedRecord({ ...base, executionId, task, status: "failed", code: "INTERNAL", reason });
    expect(notificationSchema.safeParse(notificationOf(summaryOf(record))).success).toBe(true);
  });
});
