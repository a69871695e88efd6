// The receipt: whole for every order, sent or not, and its numbers lead to its quantity.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { qty } from "../../../src/core/model/money.ts";
import type { OrderOutcome } from "../../../src/core/model/order.ts";
import type { RunInputs } from "../../../src/core/model/run.ts";
import { canonicalJson } from "../../../src/core/planning/canonicalJson.ts";
import { planRun } from "../../../src/core/planning/planRun.ts";
import { completedRecord, startedRecord } from "../../../src/core/reporting/executionRecord.ts";
import { receiptOf, type StoredRun } from "../../../src/core/reporting/orderReceipt.ts";
import {
  at,
  exampleControl,
  exampleInputs,
  exampleLimits,
  exampleMarket,
  exampleOrder,
  examplePortfolio,
  exampleTask,
} from "../examples.ts";

const runId = "trend@20260615T140000Z";
const buyAaa = `tw.${runId}.targetWeights.AAA.buy.1`;

const task = exampleTask({
  strategies: [
    { name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.25 } }, weight: 2 },
    { name: "movingAverageCross", params: { fast: 3, slow: 10 }, weight: 1 },
  ],
  combine: "firstThatSpeaks",
});

/** A run as it is stored, each of its orders filled at the price it was planned at. */
function stored(changes: Partial<RunInputs> = {}): StoredRun {
  const inputs = exampleInputs({ task, ...changes });
  const plan = planRun(inputs);
  const outcomes = plan.tickets.map((ticket, index): OrderOutcome => {
    const { symbol, side, clientOrderId } = ticket;
    const order = exampleOrder({ symbol, side, clientOrderId, brokerOrderId: `b-${index}`, status: "filled" });
    const gateQuote = { symbol, price: ticket.referencePrice, at: at("2026-06-15T14:00:02Z") };
    return { kind: "accepted", ticket, order: { ...order, filledAvgPrice: ticket.referencePrice }, gateQuote };
  });
  const request = { schemaVersion: 1, runId, taskId: "trend", slot: inputs.slot, account: "main" } as const;
  const measured = { mode: "paper", attempt: 1, tickStartedMs: 0, enqueuedMs: 0 } as const;
  const record = completedRecord({
    started: startedRecord({ ...request, ...measured }, task, inputs.asOf),
    plan,
    inputs,
    outcomes,
    events: plan.tickets.map(({ clientOrderId }) => ({ at: inputs.asOf, clientOrderId, state: "filled", detail: "" })),
    endedAt: inputs.asOf,
    timings: null,
  });
  const fills = plan.tickets.map(({ symbol, side, referencePrice }, index) => {
    const fill = { id: `f-${index}`, brokerOrderId: `b-${index}`, symbol, side, price: referencePrice };
    return { ...fill, qty: qty(10), at: inputs.asOf };
  });
  return { record: { ...record, fills }, plan, inputs };
}

describe("the receipt of an order that was sent", () => {
  test("names the data by digest, and per timeframe the bars: how many, from when to when, and their digest", () => {
    const run = stored();
    const receipt = receiptOf(run, buyAaa);
    const series = run.inputs.market.bars.find(({ symbol }) => symbol === "AAA");
    expect(receipt?.data).toEqual({
      inputsDigest: run.plan.inputsDigest,
      feed: "iex",
      adjustment: "raw",
      bars: [
        {
          timeframe: "1Day",
          count: 40,
          firstAt: "2026-04-17T13:30:00.000Z",
          lastAt: "2026-06-12T13:30:00.000Z",
          digest: createHash("sha256").update(canonicalJson(series)).digest("hex"),
        },
      ],
      otherBars: [],
      latest: run.inputs.market.latest[0],
      asset: run.inputs.market.assets[0],
      excluded: null,
    });
  });

  test("names the bars of the other symbols that a strategy decides by as well, and of no others", () => {
    const pairs = { name: "pairs", params: { first: "AAA", second: "CCC", period: 10 }, weight: 1 };
    const rotation = { name: "crossSectionalMomentum", params: { lookback: 10, skip: 0 }, weight: 1 };
    const others = (strategy: typeof pairs | typeof rotation, symbol: string) => {
      const given = stored({ task: exampleTask({ strategies: [strategy] }) });
      return receiptOf(given, symbol)?.data.otherBars.map(
        (each) => `${each.symbol} ${each.count} ${each.digest.length}`,
      );
    };
    expect(others(pairs, "AAA")).toEqual(["CCC 40 64"]);
    expect(others(pairs, "BBB")).toEqual([]);
    expect(others(rotation, "BBB")).toEqual(["AAA 40 64", "CCC 40 64"]);
  });

  test("says whose the shares were", () => {
    expect(receiptOf(stored(), buyAaa)?.attributed).toBeNull();
    const attributed = { CCC: { trend: qty(20) } };
    expect(receiptOf(stored({ attributed }), buyAaa)?.attributed).toEqual({});
    expect(receiptOf(stored({ attributed }), "CCC")?.attributed).toEqual({ trend: "20" });
  });

  test("names the conflict of its strategies and what was made of it, and none where they agreed", () => {
    const both = exampleTask({
      strategies: [
        { name: "targetWeights", params: { weights: { AAA: 0, BBB: 0.5 } }, weight: 2 },
        { name: "movingAverageCross", params: { fast: 3, slow: 10 }, weight: 1 },
      ],
    });
    const run = stored({ task: both });
    expect(receiptOf(run, "BBB")?.conflict).toBeNull();
    expect(receiptOf(run, "AAA")?.conflict).toMatchObject({
      symbol: "AAA",
      wishes: [{ strategy: "movingAverageCross" }, { strategy: "targetWeights", weight: 0 }],
    });
  });

  test("another bar is another digest", () => {
    const run = stored();
    const receipt = receiptOf(run, buyAaa);
    const [first, ...others] = run.inputs.market.bars;
    if (first === undefined) throw new Error("no bars");
    const close = first.close.map((each, index) => (index === 3 ? each + 0.01 : each));
    const bars = [{ ...first, close }, ...others];
    const other = receiptOf({ ...run, inputs: { ...run.inputs, market: { ...run.inputs.market, bars } } }, buyAaa);
    expect(other?.data.bars[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(other?.data.bars[0]?.digest).not.toBe(receipt?.data.bars[0]?.digest);
  });

  test("holds the values of the indicators, the sizing in numbers, every rule's headroom, the quote at the gate and the fills", () => {
    const receipt = receiptOf(stored(), buyAaa);
    expect(receipt?.signals.map(({ strategy, symbol }) => `${strategy} ${symbol}`)).toEqual([
      "movingAverageCross AAA",
      "targetWeights AAA",
    ]);
    expect(receipt?.signals[0]?.reasons).toMatchObject({ fast: expect.any(Number), slow: expect.any(Number) });
    expect(receipt?.sizing).toMatchObject({ equity: "100000", value: expect.any(String), qty: receipt?.ticket?.qty });
    const rules = receipt?.verdict?.figures.map(({ rule }) => rule) ?? [];
    expect(rules).toEqual(expect.arrayContaining(["maxOrderNotional", "maxPosition", "maxGross", "buyingPower"]));
    expect(receipt?.verdict?.figures.every(({ headroom }) => headroom !== "")).toBe(true);
    expect(receipt?.gateQuote).toMatchObject({ symbol: "AAA", price: "100" });
    expect(receipt?.outcome).toMatchObject({ kind: "accepted" });
    expect(receipt?.events).toMatchObject([{ clientOrderId: buyAaa, state: "filled" }]);
    expect(receipt?.fills).toMatchObject([{ symbol: "AAA" }]);
  });
});

describe("what was not sent has a receipt too", () => {
  test("a denied order, by the id that it would have had", () => {
    const receipt = receiptOf(stored({ limits: exampleLimits({ restrictedSymbols: ["AAA"] }) }), buyAaa);
    expect(receipt).toMatchObject({
      clientOrderId: buyAaa,
      verdict: { decision: "denied", code: "RESTRICTED_SYMBOL" },
      sizing: { symbol: "AAA" },
      ticket: null,
      outcome: null,
      gateQuote: null,
      events: [],
      fills: [],
    });
  });

  test("a symbol that is right as it is, by its name", () => {
    const portfolio = examplePortfolio({ positions: { BBB: [495, 24_997.5] } });
    const fixed = exampleTask();
    const receipt = receiptOf(stored({ task: fixed, portfolio }), "BBB");
    expect(receipt).toMatchObject({
      symbol: "BBB",
      clientOrderId: null,
      signals: [{ symbol: "BBB", targetWeight: 0.25 }],
      untraded: expect.stringContaining("nothing is missing"),
      sizing: { wanted: "495", held: "495", missing: "0", qty: "0" },
      verdict: null,
    });
  });

  test("a symbol without data, with the fault", () => {
    const market = {
      ...exampleMarket({ AAA: 100 }),
      excluded: [{ symbol: "CCC", code: "NO_PRICE", detail: "the feed has no latest price" } as const],
    };
    expect(receiptOf(stored({ market }), "CCC")).toMatchObject({
      data: { bars: [], latest: null, asset: null, excluded: { code: "NO_PRICE" } },
      signals: [],
      sizing: null,
    });
  });

  test("a symbol of a run that was skipped, with the reason", () => {
    const run = stored({ control: exampleControl({ tradingState: "halted" }) });
    expect(receiptOf(run, "AAA")).toMatchObject({ skip: { code: "HALTED" }, signals: [], verdict: null });
  });
});

test("a symbol names its order where it has one", () => {
  expect(receiptOf(stored(), "AAA")).toEqual(receiptOf(stored(), buyAaa));
});

test("what the run does not know has none", () => {
  for (const other of ["ZZZ", `${buyAaa}1`, "", "trend"]) expect(receiptOf(stored(), other), other).toBeUndefined();
});

test("exits that are sent on their own have one without sizing and verdict", () => {
  const exit = exampleOrder({
    symbol: "CCC",
    side: "sell",
    brokerOrderId: "x-1",
    clientOrderId: "leg",
    exitOf: "tw.trend@20260612T140000Z.targetWeights.CCC.buy.1",
    limitPrice: null,
  });
  const portfolio = { ...examplePortfolio({ positions: { CCC: [300, 6000] } }), exits: [exit] };
  const fixed = exampleTask({ strategies: [{ name: "targetWeights", params: { weights: { CCC: 0.03 } }, weight: 1 }] });
  const run = stored({ task: fixed, portfolio });
  const renewal = run.plan.tickets.find(({ type }) => type === "exit");
  expect(receiptOf(run, renewal?.clientOrderId ?? "")).toMatchObject({
    symbol: "CCC",
    ticket: { type: "exit" },
    sizing: null,
    verdict: null,
    outcome: { kind: "accepted" },
  });
});
