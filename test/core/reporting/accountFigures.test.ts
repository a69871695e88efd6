// The account in figures: the day's profit, and how much of its limits is used.
import { expect, test } from "vitest";
import { usd } from "../../../src/core/model/money.ts";
import type { MonitorState } from "../../../src/core/model/monitor.ts";
import type { Position } from "../../../src/core/model/portfolio.ts";
import { accountFigures } from "../../../src/core/reporting/accountFigures.ts";

const state = (more: Partial<MonitorState> = {}) =>
  ({
    equity: usd(98_500),
    dayStartEquity: usd(100_000),
    peakEquity: usd(110_000),
    believed: { AAA: "1", BBB: "2" },
    drifts: [],
    unknownOrders: 1,
    breakers: { trips: [], recent: [] },
    ...more,
  }) as unknown as MonitorState;
const holding = (marketValue: number) => ({ marketValue: usd(marketValue) }) as Position;
const limits = { maxGrossFraction: 0.5, breakers: { dailyLoss: { fraction: 0.03, action: "halt" } } } as const;

test("half of the loss that is allowed is a half, and what is held long and short counts alike", () => {
  expect(accountFigures(state(), [holding(19_700), holding(-4_925)], limits)).toEqual({
    equity: 98_500,
    peakEquity: 110_000,
    dayProfit: -1_500,
    dailyLossUsed: 0.5,
    grossUsed: 0.5,
    positions: 2,
    drifts: 0,
    unknownOrders: 1,
  });
});

test("the loss counts from where trading was resumed, as the breaker counts it", () => {
  const resumed = state({ breakers: { trips: [], recent: [], dailyLossFrom: usd(98_800) } });
  expect(accountFigures(resumed, [], limits)).toMatchObject({ dailyLossUsed: 0.1, dayProfit: -1_500 });
});

test("a gain uses nothing of the loss, and without a breaker there is no such figure", () => {
  expect(accountFigures(state({ equity: usd(101_000) }), [], limits)).toMatchObject({ dailyLossUsed: 0 });
  expect(accountFigures(state(), [], { maxGrossFraction: 1 })).not.toHaveProperty("dailyLossUsed");
});

test("an empty account uses nothing", () => {
  const empty = state({ equity: usd(0), dayStartEquity: usd(0) });
  expect(accountFigures(empty, [], limits)).toMatchObject({ grossUsed: 0, dailyLossUsed: 0 });
});
