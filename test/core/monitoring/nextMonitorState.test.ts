// What the monitor remembers of a check: which executions explain the positions, from where losses are measured, and what is counted.
import { describe, expect, test } from "vitest";
import { breakersSchema } from "../../../src/core/model/limits.ts";
import { price, qty, usd } from "../../../src/core/model/money.ts";
import type { BreakerMemory, MonitorState } from "../../../src/core/model/monitor.ts";
import type { BrokerFill } from "../../../src/core/model/order.ts";
import type { ExecutionRecord } from "../../../src/core/model/run.ts";
import { addMs } from "../../../src/core/model/time.ts";
import { idleMonitorState, nextMonitorState, type Shown } from "../../../src/core/monitoring/nextMonitorState.ts";
import { at, day, exampleIntent, exampleOrder, examplePortfolio } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const memory: BreakerMemory = { trips: [], recent: [] };
const rules = { driftPolicy: "flatten", breakers: {} } as const;
const ownId = "tw.trend@20260615T133500Z.macd.AAA.buy.1";

type Holdings = Parameters<typeof examplePortfolio>[0];
const shown = (holdings: Holdings, more: Partial<Shown> = {}): Shown => {
  const { account, positions } = examplePortfolio(holdings);
  return { account, positions, orders: [], fills: [], ...more };
};
const fill = (id: string, changes: Partial<BrokerFill> = {}): BrokerFill => ({
  id,
  brokerOrderId: "b-1",
  symbol: "AAA",
  side: "buy",
  qty: qty(5),
  price: price(100),
  at: at("2026-06-15T13:59Z"),
  ...changes,
});
const own = (changes: object = {}) =>
  exampleOrder({ symbol: "AAA", side: "buy", clientOrderId: ownId, brokerOrderId: "b-1", ...changes });
/** The record of a run, as far as the monitor looks at it. */
const recordOf = (...outcomes: readonly object[]): ExecutionRecord =>
  ({
    outcomes: outcomes.map((outcome) => ({ ticket: { clientOrderId: ownId }, ...outcome })),
    events: [],
    verdicts: [],
    fills: [],
  }) as unknown as ExecutionRecord;
const next = (earlier: MonitorState | undefined, given: Shown, records: readonly ExecutionRecord[] = []) =>
  nextMonitorState(earlier, given, records, rules, { now, memory }).next;
const earlierState = (changes: Partial<MonitorState> = {}): MonitorState => ({
  ...next(undefined, shown({ equity: 100_000, positions: { AAA: [10, 1000] } })),
  checkedAt: addMs(now, -60_000),
  fillsThrough: addMs(now, -120_000),
  ...changes,
});

test("the first check takes what is held as it is, and measures from the equity it finds", () => {
  const state = next(
    undefined,
    shown({ equity: 100_000, positions: { AAA: [10, 1000] } }, { fills: [fill("f-1")], orders: [own()] }),
  );
  expect(state).toEqual({
    checkedAt: now,
    fillsThrough: "2026-06-15T13:59:00.000Z",
    readFillIds: ["f-1"],
    believed: { AAA: "10" },
    attributed: {},
    drifts: [],
    equity: "100000",
    peakEquity: "100000",
    dayStartEquity: "100000",
    tradingDay: "2026-06-15",
    costs: { AAA: "1" },
    losses: {},
    unknownOrders: 0,
    breakers: memory,
  });
  expect(next(undefined, shown({})).fillsThrough).toBe(now);
});

describe("a change of what is held", () => {
  const held = (shares: number, more: Partial<Shown>) => shown({ positions: { AAA: [shares, shares * 100] } }, more);

  test.each<[string, Partial<Shown>, readonly ExecutionRecord[]]>([
    ["by an order of a run that the broker shows", { orders: [own()] }, []],
    [
      "by a leg of such an order",
      { orders: [own({ brokerOrderId: "b-0", legs: [own({ clientOrderId: "leg" })] })] },
      [],
    ],
    ["by an order that a record holds", {}, [recordOf({ kind: "accepted", order: own() })]],
  ])("is explained by an execution %s", (_, more, records) => {
    const state = next(earlierState(), held(15, { ...more, fills: [fill("f-1")] }), records);
    expect(state).toMatchObject({ believed: { AAA: "15" }, drifts: [] });
  });

  test.each<[string, Partial<Shown>, Partial<MonitorState>, readonly ExecutionRecord[]]>([
    ["by somebody's order", { orders: [own({ clientOrderId: "theirs" })] }, {}, []],
    ["by an order that trades a drift back", { orders: [own({ clientOrderId: "tw.drift.AAA.1" })] }, {}, []],
    ["that was read before", { orders: [own()] }, { readFillIds: ["f-1"] }, []],
    ["of another order", { orders: [own({ brokerOrderId: "b-2" })] }, {}, []],
    ["of an order in doubt", {}, {}, [recordOf({ kind: "unknown", order: own() })]],
  ])("is not explained by one %s", (_, more, changes, records) => {
    const state = next(earlierState(changes), held(15, { ...more, fills: [fill("f-1")] }), records);
    expect(state).toMatchObject({ believed: { AAA: "10" }, drifts: [{ atBroker: "15", state: "suspected" }] });
  });

  test("that stands is confirmed once, under the id of the order that trades it back", () => {
    const suspected = {
      symbol: "AAA",
      believed: qty(10),
      atBroker: qty(15),
      since: addMs(now, -60_000),
      state: "suspected",
    } as const;
    const earlier = earlierState({ drifts: [suspected] });
    const { next: state, confirmed } = nextMonitorState(earlier, held(15, {}), [], rules, { now, memory });
    const flattening = { ...suspected, state: "flattening", clientOrderId: "tw.drift.AAA.20260615140000000" };
    expect(confirmed).toEqual([flattening]);
    expect(state.drifts).toEqual([flattening]);
    const again = nextMonitorState(state, held(15, {}), [], rules, { now: addMs(now, 60_000), memory });
    expect([again.confirmed, again.next.drifts]).toEqual([[], [flattening]]);
  });
});

describe("the shares that a fill brings", () => {
  const intent = {
    ...exampleIntent("buy", "AAA", 10, 100),
    strategy: "macd",
    attribution: [{ strategy: "macd", weight: 1 }],
  };
  const verdicts = [{ intent, decision: "approved", qty: qty(10), figures: [], stage: 1 } as const];
  const runId = "trend@20260615T133500Z";
  const record = (fills: readonly BrokerFill[] = []): ExecutionRecord =>
    ({ executionId: runId, verdicts, fills, outcomes: [], events: [] }) as unknown as ExecutionRecord;
  const fills = [fill("f-1")];
  const bought = shown({ positions: { AAA: [15, 1500] } }, { orders: [own()], fills });
  const attributed = (earlier: MonitorState | undefined, given: Shown, ...records: readonly ExecutionRecord[]) =>
    next(earlier, given, records).attributed;

  // Ten were held by nobody. The order, once filled, makes all twenty those of macd; a half of it goes half of that way.
  test("are those of the strategies that had asked for it, by a record or by a run under way", () => {
    expect(attributed(earlierState(), bought, record())).toEqual({ AAA: { macd: "10" } });
    const underWay = [{ runId, verdicts }];
    const { next: state } = nextMonitorState(earlierState(), bought, [], rules, { now, memory, underWay });
    expect(state.attributed).toEqual({ AAA: { macd: "10" } });
    expect(attributed(earlierState(), bought)).toEqual({});
  });

  test("count with what was filled of the order before, be it read by a check or held by a record", () => {
    const first = fill("f-0");
    expect(attributed(earlierState(), bought, record([first]))).toEqual({ AAA: { macd: "15" } });
    const both = { ...bought, fills: [first, ...fills] };
    expect(attributed(earlierState({ readFillIds: ["f-0"] }), both, record())).toEqual({ AAA: { macd: "15" } });
  });

  test("count from what was held before it, at the first check too", () => {
    expect(attributed(undefined, bought, record())).toEqual({ AAA: { macd: "10" } });
    // Twenty were held before five were sold: a half of the way to the ten that macd wants for itself alone.
    const selling = { ...intent, side: "sell" as const };
    const sale = { ...record(), verdicts: [{ ...verdicts[0], intent: selling }] } as ExecutionRecord;
    const sellId = ownId.replace(".buy.", ".sell.");
    const left = shown(
      { positions: { AAA: [15, 1500] } },
      { orders: [own({ side: "sell", clientOrderId: sellId })], fills: [fill("f-1", { side: "sell" })] },
    );
    expect(attributed(undefined, left, sale)).toEqual({ AAA: { macd: "5" } });
    const earlier = earlierState({ attributed: { AAA: { pairs: qty(10) } } });
    expect(attributed(earlier, bought, record())).toEqual({ AAA: { macd: "10", pairs: "5" } });
    expect(attributed(earlier, shown({ positions: { AAA: [10, 1000] } }))).toEqual({ AAA: { pairs: "10" } });
  });
});

test("what was read is remembered until nothing newer comes", () => {
  const fills = [fill("f-1", { at: addMs(now, -50_000) }), fill("f-2", { at: addMs(now, -40_000) })];
  const state = next(earlierState({ readFillIds: ["f-0"] }), shown({}, { fills }));
  expect(state).toMatchObject({ readFillIds: ["f-1", "f-2"], fillsThrough: addMs(now, -40_000) });
  expect(next(earlierState(), shown({}))).toMatchObject({ readFillIds: [], fillsThrough: addMs(now, -120_000) });
});

test("a loss is told once, by the execution that no check has read", () => {
  const earlier = earlierState({ costs: { AAA: price(120) } });
  const sold = fill("f-1", { side: "sell", brokerOrderId: "b-7" });
  expect(next(earlier, shown({}, { fills: [sold] })).losses).toEqual({ AAA: sold.at });
  expect(next({ ...earlier, readFillIds: ["f-1"] }, shown({}, { fills: [sold] })).losses).toEqual({});
});

test("the peak stays where equity falls, and the day's first equity until the day is over", () => {
  const earlier = earlierState({ peakEquity: usd(130_000), dayStartEquity: usd(110_000) });
  expect(next(earlier, shown({ equity: 90_000 }))).toMatchObject({
    equity: "90000",
    peakEquity: "130000",
    dayStartEquity: "110000",
  });
  expect(next(earlier, shown({ equity: 140_000 })).peakEquity).toBe("140000");
  expect(next({ ...earlier, tradingDay: day("2026-06-12") }, shown({ equity: 90_000 }))).toMatchObject({
    dayStartEquity: "90000",
    tradingDay: "2026-06-15",
  });
});

test("orders in doubt are counted over all records", () => {
  const records = [recordOf({ kind: "unknown" }, { kind: "rejected" }), recordOf({ kind: "unknown" })];
  expect(next(earlierState(), shown({}), records).unknownOrders).toBe(2);
});

describe("the breakers", () => {
  const breakers = breakersSchema.parse({ dailyLoss: { fraction: 0.02 }, drawdown: { fraction: 0.1 }, drift: {} });
  const watched = { driftPolicy: "ignore", breakers } as const;

  test("are judged by what a check finds", () => {
    const earlier = earlierState({ peakEquity: usd(130_000), dayStartEquity: usd(110_000) });
    const { next: state } = nextMonitorState(
      earlier,
      shown({ equity: 100_000, positions: { AAA: [10, 1000] } }),
      [],
      watched,
      {
        now,
        memory,
      },
    );
    expect(state.breakers.trips.map(({ breaker }) => breaker)).toEqual(["dailyLoss", "drawdown"]);
  });

  test("are judged by the last equity while the broker is not asked, the loss of a day that is over no more", () => {
    const earlier = earlierState({ equity: usd(100_000), peakEquity: usd(110_000), dayStartEquity: usd(110_000) });
    const idle = idleMonitorState(earlier, breakers, { now, memory });
    expect(idle).toEqual({ ...earlier, breakers: idle.breakers });
    expect(idle.breakers.trips.map(({ breaker }) => breaker)).toEqual(["dailyLoss"]);
    const nextDay = idleMonitorState(earlier, breakers, { now: addMs(now, 86_400_000), memory });
    expect(nextDay.breakers.trips).toEqual([]);
    const resumed = { ...memory, dailyLossFrom: usd(120_000) };
    expect(
      idleMonitorState(earlier, breakers, { now: addMs(now, 86_400_000), memory: resumed }).breakers.trips,
    ).toEqual([]);
  });
});
