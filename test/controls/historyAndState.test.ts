// The controls 12 to 26 through the whole stack: the stores, the broker or a person bring the state about, and the API tells the code.
import { expect, test } from "vitest";
import { price, usd } from "../../src/core/model/money.ts";
import type { OrderTicket } from "../../src/core/model/order.ts";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { intervene } from "../support/disturb.ts";
import { asked, at } from "../support/memoryStack.ts";
import { afterPlan, both, open, order, read, remember, run, stack, tickAt } from "./controlledStack.ts";

const breakers = { dailyLoss: { fraction: 0.1 }, drawdown: { fraction: 0.2 } };

test("control 12: a run is skipped once the day has lost too much", async () => {
  await open({ limits: { breakers } });
  await remember({ dayStartEquity: usd(112_000) });
  expect(await run()).toEqual(["skipped MAX_DAILY_LOSS"]);
});

test("control 13: a run is skipped once too much is lost since the highest", async () => {
  await open({ limits: { breakers } });
  await remember({ peakEquity: usd(126_000) });
  expect(await run()).toEqual(["skipped MAX_DRAWDOWN"]);
});

test("control 14: orders above their most a minute are denied", async () => {
  await open({ limits: { maxOrdersPerMinute: 1 } });
  expect(await run()).toEqual(["BBB ORDER_RATE"]);
});

test("control 15: what was executed too often is not done again", async () => {
  await open({ limits: { breakers: { repeatedExecution: { orders: 2, minutes: 60 } } } });
  await order("buy", 1, { clientOrderId: "tw.example@20260615T133000Z.targetWeights.AAA.buy.1" });
  await order("buy", 1, { clientOrderId: "tw.example@20260615T133100Z.targetWeights.AAA.buy.1" });
  expect(await run()).toEqual(["AAA REPEATED_EXECUTION"]);
});

test("control 16: the same order again is denied", async () => {
  await open({ limits: { duplicateWindowSeconds: 300 } });
  await order("buy", 5);
  expect(await run()).toEqual(["AAA DUPLICATE_ORDER"]);
});

test.each([
  ["restricted", { restrictedSymbols: ["AAA"] }],
  ["not allowed", { allowedSymbols: ["BBB"] }],
])("control 17: a symbol that is %s is not traded", async (_, limits) => {
  await open({ limits });
  expect(await run()).toEqual(["AAA RESTRICTED_SYMBOL"]);
});

test("control 18: what the broker does not trade is not ordered", async () => {
  const asset = (seeded: MarketTape): MarketTape["asset"] => {
    return (symbol) => {
      const known = seeded.asset(symbol);
      return known && symbol === "AAA" ? { ...known, tradable: false } : known;
    };
  };
  await open({ market: (seeded) => ({ ...seeded, asset: asset(seeded) }) });
  expect(await run()).toEqual(["AAA ASSET_FLAG"]);
});

test("control 19: nothing is sent that would trade with an open order", async () => {
  await open();
  await order("sell", 1, { type: "limit", limitPrice: price(80) });
  expect(await run()).toEqual(["AAA SELF_TRADE"]);
});

test("control 20: a symbol that has just lost is not bought again", async () => {
  await open({ limits: { cooldownMinutes: 60 } });
  await remember({ losses: { AAA: at("2026-06-15T13:00:00Z") } });
  expect(await run()).toEqual(["AAA COOLDOWN"]);
});

test("control 21: a run is skipped while trading is halted", async () => {
  await open();
  await tickAt("2026-06-15T13:35:00Z");
  await stack.app.controlService.change(asked("halt"));
  await stack.deliverAll();
  expect(await read("example@20260615T133500Z")).toEqual(["skipped HALTED"]);
});

test("control 21: what adds exposure is denied while trading is reducing", async () => {
  await open();
  await stack.app.controlService.change(asked("reduce"));
  expect(await run()).toEqual(both("REDUCING"));
});

test("control 21: orders are withheld when trading is halted after their plan was made", async () => {
  await open();
  afterPlan(() => stack.app.controlService.change(asked("halt")));
  expect(await run()).toEqual(["AAA withheld HALTED", "BBB withheld HALTED"]);
});

test("control 22: a run is skipped while the broker blocks the account", async () => {
  await open();
  await intervene(stack, { kind: "blockTrading", blocked: true });
  expect(await run()).toEqual(["skipped ACCOUNT_BLOCKED"]);
});

test("control 22: a run is skipped on another account than the one that is named", async () => {
  await open({ ports: { expectedAccountId: "another" } });
  expect(await run()).toEqual(["skipped WRONG_ACCOUNT"]);
});

test("control 23: a run is skipped while our clock is too far from the broker's", async () => {
  await open();
  stack.simulator.arm({ kind: "clockSkew", path: "/v2/clock", skewMs: 60_000 });
  expect(await run()).toEqual(["skipped CLOCK_SKEW"]);
});

test("control 24: nothing is sent in a symbol with an order that may or may not be at the broker", async () => {
  // Ten shares are wished for in portions of six, so the second run goes on where the first one was.
  await open({ limits: { symbols: { AAA: { maxOrderQty: 6 } } } });
  stack.simulator.arm({ method: "POST", path: "/v2/orders", kind: "dropBeforeEffect" });
  expect(await run()).toEqual(["AAA MAX_ORDER_QTY", expect.stringContaining("AAA unknown")]);
  expect(await run()).toEqual(["AAA UNKNOWN_OUTSTANDING"]);
});

test("control 25: no more is sent than was planned", async () => {
  await open();
  // A defect of ours doubles the list of what is to be sent.
  afterPlan(({ tickets }) => (tickets as OrderTicket[]).push(...tickets));
  expect(await run()).toEqual(["AAA withheld IN_OUT_MISMATCH", "BBB withheld IN_OUT_MISMATCH"]);
});

test("control 26: a run is skipped that begins after the window has closed", async () => {
  await open({ task: { graceMinutes: 30 } });
  await tickAt("2026-06-15T19:55:00Z");
  stack.setNow("2026-06-15T20:01:00Z");
  await stack.deliverAll();
  expect(await read("example@20260615T195500Z")).toEqual(["skipped WINDOW_CLOSED"]);
});

test("control 26: orders are withheld when the window closes after their plan was made", async () => {
  await open({ task: { graceMinutes: 30 } });
  afterPlan(() => stack.setNow("2026-06-15T20:01:00Z"));
  await tickAt("2026-06-15T19:55:00Z");
  await stack.deliverAll();
  expect(await read("example@20260615T195500Z")).toEqual(["AAA withheld WINDOW_CLOSED", "BBB withheld WINDOW_CLOSED"]);
});
