// The order policies of a task: which type, price and time in force its orders go out with.
import { describe, expect, test } from "vitest";
import type { LatestPrice } from "../../../src/core/model/market.ts";
import { price, qty } from "../../../src/core/model/money.ts";
import { orderPolicySchema } from "../../../src/core/model/sizing.ts";
import type { Task } from "../../../src/core/model/task.ts";
import { ticketsOf } from "../../../src/core/planning/tickets.ts";
import { exampleIntent, exampleMarket, examplePortfolio } from "../examples.ts";

type Given = {
  readonly orders?: object;
  readonly side?: "buy" | "sell";
  readonly last?: number | string;
  readonly quote?: Partial<LatestPrice>;
  readonly protection?: Task["protection"];
  readonly held?: number;
};

function ticketOf({ orders = {}, side = "buy", last = 100, quote = {}, protection, held = 0 }: Given) {
  const { latest } = exampleMarket({ AAA: last });
  const [ticket] = ticketsOf(
    {
      runId: "trend@20260615T140000Z",
      task: { orders: orderPolicySchema.parse(orders), ...(protection && { protection }) } as Task,
      market: { latest: latest.map((each) => ({ ...each, ...quote })) },
      portfolio: examplePortfolio(held === 0 ? {} : { positions: { AAA: [held, held * 100] } }),
    },
    [{ intent: exampleIntent(side, "AAA", 10, last), decision: "reduced", qty: qty(7), figures: [], stage: 1 }],
  );
  if (ticket === undefined) throw new Error("no ticket");
  return ticket;
}
const told = (given: Given): string => {
  const { type, timeInForce, limitPrice } = ticketOf(given);
  return [type, timeInForce, ...(limitPrice === undefined ? [] : [limitPrice])].join(" ");
};
const quote = { bid: price("99.90"), ask: price("100.11") };

test.each<[string, Given, string]>([
  ["market unless the task says otherwise", {}, "market day"],
  ["a limit buys at the most the collar above the last price", { orders: { type: "limit" } }, "limit day 100.5"],
  ["and sells at the least the collar below it", { orders: { type: "limit" }, side: "sell" }, "limit day 99.5"],
  ["a collar of nothing is the last price", { orders: { type: "limit", collarFraction: 0 } }, "limit day 100"],
  [
    "a buy is rounded down to the cent",
    { orders: { type: "limit", collarFraction: 0.001 }, last: "33.33" },
    "limit day 33.36",
  ],
  ["a sell up", { orders: { type: "limit", collarFraction: 0.001 }, last: "33.33", side: "sell" }, "limit day 33.3"],
  ["below a dollar to a hundredth of one", { orders: { type: "limit" }, last: "0.5555" }, "limit day 0.5582"],
  ["a marketable limit buys from the ask", { orders: { type: "marketableLimit" }, quote }, "limit day 100.61"],
  ["and sells from the bid", { orders: { type: "marketableLimit" }, quote, side: "sell" }, "limit day 99.41"],
  ["without a quote from the last price", { orders: { type: "marketableLimit" } }, "limit day 100.5"],
  ["market on open", { orders: { type: "marketOnOpen" } }, "market opg"],
  ["market on close", { orders: { type: "marketOnClose" } }, "market cls"],
])("%s", (_, given, expected) => {
  expect(told(given)).toBe(expected);
});

test("a ticket is of what the verdict leaves, under the id that follows from the run", () => {
  expect(ticketOf({})).toMatchObject({
    clientOrderId: "tw.trend@20260615T140000Z.targetWeights.AAA.buy.1",
    qty: "7",
    referencePrice: "100",
    stage: 1,
  });
});

describe("a bracket", () => {
  const protection = { stopLossFraction: 0.05, takeProfitFraction: 0.1, fromSignals: false };

  test("goes with what buys long, and stays until it is cancelled", () => {
    const { exits, timeInForce, type } = ticketOf({ protection, orders: { type: "limit" } });
    expect({ exits, timeInForce, type }).toEqual({
      exits: { stopLoss: "95", takeProfit: "110" },
      timeInForce: "gtc",
      type: "limit",
    });
    expect(ticketOf({ protection, held: 5 }).exits).toBeDefined();
  });

  test("does not go with a sell, nor with what covers a short position", () => {
    expect(ticketOf({ protection, side: "sell", held: 10 }).exits).toBeUndefined();
    expect(ticketOf({ protection, held: -10 })).not.toHaveProperty("exits");
    expect(ticketOf({ protection, held: -10 }).timeInForce).toBe("day");
  });
});
