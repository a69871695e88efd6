// The breakers by their figures alone: where each limit lies, what is counted, and from where it is counted after a resumption.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakersSchema } from "../../../src/core/model/limits.ts";
import { qty, usd } from "../../../src/core/model/money.ts";
import type { BreakerMemory, RecentOrder, Trip } from "../../../src/core/model/monitor.ts";
import type { OrderOutcome } from "../../../src/core/model/order.ts";
import type { ExecutionRecord } from "../../../src/core/model/run.ts";
import { addMs, type Instant, minuteMs } from "../../../src/core/model/time.ts";
import { type BreakerFigures, judgeBreakers } from "../../../src/core/risk/breakers.ts";
import { withRecords } from "../../../src/core/risk/recentOrders.ts";
import { at } from "../examples.ts";

const now = at("2026-06-15T14:00:00Z");
const ago = (minutes: number): Instant => addMs(now, -minutes * minuteMs);
const none: BreakerMemory = { trips: [], recent: [] };

type Equities = { readonly equity: number; readonly dayStart?: number; readonly peak?: number };
const figures = ({ equity, dayStart = 100_000, peak = 100_000 }: Equities, more: Partial<BreakerFigures> = {}) => ({
  now,
  equity: usd(equity),
  dayStartEquity: usd(dayStart),
  peakEquity: usd(Math.max(peak, equity)),
  isNewDay: false,
  records: [],
  confirmed: [],
  ...more,
});
const tripped = (breakers: object, given: BreakerFigures, memory: BreakerMemory = none): readonly string[] =>
  judgeBreakers(breakersSchema.parse(breakers), given, memory)
    .trips.filter((trip) => trip.at === now)
    .map(({ breaker }) => breaker);

describe("losses", () => {
  test.each([
    [98_000.01, []],
    [98_000, ["dailyLoss"]],
    [0, ["dailyLoss"]],
    [-5, ["dailyLoss"]],
    [120_000, []],
  ])("of the day trip at two percent, not before: %d", (equity, expected) => {
    expect(tripped({ dailyLoss: { fraction: 0.02 } }, figures({ equity }))).toEqual(expected);
  });

  test.each([
    [90_000.01, []],
    [90_000, ["drawdown"]],
  ])("from the highest trip at a tenth of it, not before: %d", (equity, expected) => {
    const given = figures({ equity, dayStart: 90_100 });
    expect(tripped({ drawdown: { fraction: 0.1 }, dailyLoss: { fraction: 0.02 } }, given)).toEqual(expected);
  });

  test("of an account that holds nothing are none, until it owes", () => {
    const breakers = { dailyLoss: { fraction: 0.02 }, drawdown: { fraction: 0.1 } };
    expect(tripped(breakers, figures({ equity: 0, dayStart: 0, peak: 0 }))).toEqual([]);
    expect(tripped(breakers, figures({ equity: -1, dayStart: 0, peak: 0 }))).toEqual(["dailyLoss", "drawdown"]);
  });

  test("are judged by nobody where no breaker is set", () => {
    expect(tripped({}, figures({ equity: 1 }))).toEqual([]);
  });

  test("say in words what they are and what the limit is", () => {
    const { trips } = judgeBreakers(
      breakersSchema.parse({ dailyLoss: { fraction: 0.02 } }),
      figures({ equity: 97_500 }),
      none,
    );
    expect(trips).toEqual([
      {
        breaker: "dailyLoss",
        action: "halt",
        at: now,
        reason:
          "equity 97500 is 2500 USD (2.50 % of the day's first) below 100000, the day's first; the limit is 2000 USD",
      },
    ]);
  });

  test.each<[string, object, Equities, Partial<BreakerMemory>, string]>([
    [
      "the day's, since a resumption",
      { dailyLoss: { fraction: 0.02, action: "reduce" } },
      { equity: 95_000 },
      { dailyLossFrom: usd(97_000) },
      "equity 95000 is 2000 USD (2.00 % of the day's first) below 97000, where trading was resumed; the limit is 2000 USD",
    ],
    [
      "from the highest",
      { drawdown: { fraction: 0.1 } },
      { equity: 90_000 },
      {},
      "equity 90000 is 10000 USD (10.00 %) below 100000, its highest; the limit is 10000 USD",
    ],
    [
      "from the highest since a resumption",
      { drawdown: { fraction: 0.1 } },
      { equity: 81_000 },
      { drawdownFrom: usd(90_000) },
      "equity 81000 is 9000 USD (10.00 %) below 90000, its highest since trading was resumed; the limit is 9000 USD",
    ],
  ])("say from where they are measured: %s", (_, breakers, equities, memory, reason) => {
    const { trips } = judgeBreakers(breakersSchema.parse(breakers), figures(equities), { ...none, ...memory });
    expect(trips).toMatchObject([{ reason }]);
  });

  test("leave nothing behind where none trips and nothing was measured anew", () => {
    expect(judgeBreakers(breakersSchema.parse({}), figures({ equity: 95_000 }), none)).toStrictEqual(none);
  });

  test("however they go on, trip once until a resumption, and then after as much again", () => {
    const breakers = breakersSchema.parse({ dailyLoss: { fraction: 0.02 } });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50_000, max: 100_000 }), { minLength: 1, maxLength: 20 }), (equities) => {
        let memory = none;
        let trips = 0;
        for (const equity of equities) {
          memory = judgeBreakers(breakers, figures({ equity }), memory);
          trips = Math.max(trips, memory.trips.length);
        }
        const resumedAt = equities.at(-1) ?? 0;
        expect(trips).toBe(equities.some((equity) => equity <= 98_000) ? 1 : 0);
        if (trips === 0) return;
        const resumed = { ...memory, trips: [] };
        expect(tripped(breakers, figures({ equity: resumedAt - 1999 }), resumed)).toEqual([]);
        expect(tripped(breakers, figures({ equity: resumedAt - 2000 }), resumed)).toEqual(["dailyLoss"]);
      }),
    );
  });

  test("are forgotten with the day, drawdowns are not", () => {
    const resumed = { ...none, dailyLossFrom: usd(90_000), drawdownFrom: usd(90_000) };
    const next = judgeBreakers(breakersSchema.parse({}), figures({ equity: 95_000 }, { isNewDay: true }), resumed);
    expect(next).toEqual({ ...none, drawdownFrom: usd(95_000) });
  });
});

const order = (minutesAgo: number, more: Partial<RecentOrder> = {}): RecentOrder => ({
  clientOrderId: `order-${minutesAgo}-${JSON.stringify(more)}`,
  taskId: "example",
  symbol: "AAA",
  side: "buy",
  at: ago(minutesAgo),
  result: "executed",
  ...more,
});
const quiet = figures({ equity: 100_000 });

describe("executions", () => {
  const breakers = { repeatedExecution: { orders: 3, minutes: 10 } };
  test.each([
    ["three within the minutes", [order(9), order(5), order(0)], ["repeatedExecution"]],
    ["one of them too old", [order(10), order(5), order(0)], []],
    ["one of another task", [order(9), order(5, { taskId: "other" }), order(0)], []],
    ["one of another symbol", [order(9), order(5, { symbol: "BBB" }), order(0)], []],
    ["one of the other side", [order(9), order(5, { side: "sell" }), order(0)], []],
    ["one that was not executed", [order(9), order(5, { result: "taken" }), order(0)], []],
  ] as const)("%s", (_, recent, expected) => {
    expect(tripped(breakers, quiet, { ...none, recent })).toEqual(expected);
  });

  test("before the resumption do not count", () => {
    const recent = [order(9), order(5), order(0)];
    expect(tripped(breakers, quiet, { ...none, recent, executionsAfter: ago(9) })).toEqual([]);
    expect(tripped(breakers, quiet, { ...none, recent, executionsAfter: ago(9.1) })).toEqual(["repeatedExecution"]);
    // A resumption of an hour ago makes the minutes no longer.
    const old = [order(30), order(5), order(0)];
    expect(tripped(breakers, quiet, { ...none, recent: old, executionsAfter: ago(60) })).toEqual([]);
    const after = judgeBreakers(breakersSchema.parse(breakers), quiet, { ...none, recent });
    expect(after).toMatchObject({ trips: [{ breaker: "repeatedExecution" }], executionsAfter: now });
    expect(after).not.toHaveProperty("rejectionsAfter");
  });
});

describe("refusals", () => {
  const breakers = { rejections: { inARow: 3 } };
  const refused = (minutesAgo: number) => order(minutesAgo, { result: "refused" });
  test.each([
    ["three in a row, however far apart", [refused(500), refused(50), refused(5)], ["rejections"]],
    ["two in a row", [refused(50), refused(5)], []],
    ["one taken in between", [refused(50), refused(40), order(30), refused(5)], []],
    ["one taken after them", [refused(50), refused(40), refused(30), order(5, { result: "taken" })], []],
  ] as const)("%s", (_, recent, expected) => {
    expect(tripped(breakers, quiet, { ...none, recent })).toEqual(expected);
  });

  test("before the resumption do not count", () => {
    const recent = [refused(50), refused(40), refused(30)];
    expect(tripped(breakers, quiet, { ...none, recent, rejectionsAfter: ago(30) })).toEqual([]);
    expect(judgeBreakers(breakersSchema.parse(breakers), quiet, { ...none, recent }).rejectionsAfter).toBe(now);
  });
});

describe("what trips it is told", () => {
  const reasons = (breakers: object, given: BreakerFigures, recent: readonly RecentOrder[] = []) =>
    judgeBreakers(breakersSchema.parse(breakers), given, { ...none, recent }).trips.map(({ reason }) => reason);

  test("executions by task, side and symbol, the most frequent ones", () => {
    const recent = [order(9.5, { symbol: "BBB" }), ...[9, 5, 0].map((minutes) => order(minutes))];
    expect(reasons({ repeatedExecution: { orders: 3, minutes: 10 } }, quiet, recent)).toEqual([
      '3 orders of "example buy AAA" were executed within 10 minutes; the limit is 3',
    ]);
  });

  test("refusals with the last order", () => {
    const recent = [9, 5].map((minutes) => order(minutes, { result: "refused", clientOrderId: `tw.${minutes}` }));
    expect(reasons({ rejections: { inARow: 2 } }, quiet, recent)).toEqual([
      "the broker refused 2 orders in a row; the limit is 2, the last one was tw.5",
    ]);
  });

  test("a confirmed drift with both counts, and none where nothing is confirmed or watched", () => {
    const drift = (symbol: string) =>
      ({ symbol, believed: qty(10), atBroker: qty(15), since: now, state: "adopted" }) as const;
    const given = figures({ equity: 100_000 }, { confirmed: [drift("AAA"), drift("BBB")] });
    expect(reasons({ drift: {} }, given)).toEqual([
      "the broker shows 15 shares of AAA, of which our orders explain 10, 15 shares of BBB, of which our orders explain 10",
    ]);
    expect(reasons({ drift: {} }, quiet)).toEqual([]);
    expect(reasons({}, given)).toEqual([]);
  });
});

test("a breaker that has tripped does not trip again while its trip stands", () => {
  const trip: Trip = { breaker: "dailyLoss", action: "halt", reason: "lost", at: ago(1) };
  const breakers = { dailyLoss: { fraction: 0.02 }, drawdown: { fraction: 0.02 } };
  expect(tripped(breakers, figures({ equity: 90_000 }), { ...none, trips: [trip] })).toEqual(["drawdown"]);
});

describe("what is kept of orders", () => {
  const ticket = (symbol: string) => ({ clientOrderId: symbol, symbol, side: "buy" });
  const filled = (filledQty: string, status: string) => ({ order: { filledQty, status } });
  const record = {
    taskId: "example",
    startedAt: ago(9),
    endedAt: ago(8),
    events: [
      { at: ago(9), clientOrderId: "AAA", state: "planned", detail: "" },
      { at: ago(7), clientOrderId: "AAA", state: "rejected", detail: "" },
    ],
    outcomes: [
      { kind: "rejected", ticket: ticket("AAA") },
      { kind: "accepted", ticket: ticket("BBB"), ...filled("3", "canceled") },
      { kind: "accepted", ticket: ticket("CCC"), ...filled("0", "rejected") },
      { kind: "accepted", ticket: ticket("DDD"), ...filled("0", "new") },
      { kind: "unknown", ticket: ticket("EEE") },
      { kind: "withheld", ticket: ticket("FFF") },
      { kind: "notPlaced", ticket: ticket("GGG") },
    ] as unknown as readonly OrderOutcome[],
  } as unknown as ExecutionRecord;
  const breakers = breakersSchema.parse({ repeatedExecution: { orders: 2, minutes: 10 }, rejections: { inARow: 2 } });
  const kept = (recent: readonly RecentOrder[], given = breakers) =>
    withRecords(recent, [record], given, now).map(({ symbol, result, at: when }) => `${symbol} ${result} ${when}`);

  test("is what became of those that reached the broker, by when the run came to know", () => {
    expect(kept([])).toEqual([
      `BBB executed ${ago(8)}`,
      `CCC refused ${ago(8)}`,
      `DDD taken ${ago(8)}`,
      `AAA refused ${ago(7)}`,
    ]);
  });

  test("is each order once, as it has become", () => {
    const before = withRecords([], [record], breakers, now);
    const later = { ...record, outcomes: record.outcomes.slice(3, 4) } as ExecutionRecord;
    const [outcome] = later.outcomes;
    const executed = { ...later, outcomes: [{ ...outcome, ...filled("5", "filled") }] } as unknown as ExecutionRecord;
    const after = withRecords(before, [record, executed], breakers, now);
    expect(after).toHaveLength(4);
    expect(after.find(({ symbol }) => symbol === "DDD")?.result).toBe("executed");
  });

  test("is no more than the breakers count: the minutes of one, the newest of the other", () => {
    const recent = Array.from({ length: 30 }, (_, index) => order(30 - index, { clientOrderId: `old-${index}` }));
    expect(withRecords(recent, [], breakers, now)).toHaveLength(9);
    expect(withRecords(recent, [], breakersSchema.parse({ rejections: { inARow: 2 } }), now)).toHaveLength(2);
    expect(withRecords(recent, [record], breakersSchema.parse({}), now)).toEqual([]);
    const many = Array.from({ length: 6000 }, (_, index) => order(5, { clientOrderId: `many-${index}` }));
    expect(withRecords(many, [], breakers, now)).toHaveLength(5000);
  });
});
