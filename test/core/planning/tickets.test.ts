// From verdicts to what is sent: the type and the limit by the task's policy, the exits that follow a buy, and the way around those that are there.
import { describe, expect, test } from "vitest";
import { price, qty } from "../../../src/core/model/money.ts";
import type { BrokerOrder, OrderTicket, Side } from "../../../src/core/model/order.ts";
import type { Task } from "../../../src/core/model/task.ts";
import { buysLong, exitPricesOf, separateExits, workAroundExits } from "../../../src/core/planning/exits.ts";
import { ticketsOf } from "../../../src/core/planning/tickets.ts";
import { exampleIntent, exampleMarket, exampleOrder, examplePortfolio, exampleTask } from "../examples.ts";

const runId = "trend@20260615T140000Z";
const ownOrder = `tw.${runId}.macd.AAA.buy.1`;
type Held = Readonly<Record<string, readonly [number, number]>>;

/** The ticket of ten shares of AAA at 100 dollars, bid 99 and asked 101. */
function ticket(
  side: Side,
  task: Partial<Task>,
  { held = {}, quoted = true }: { held?: Held; quoted?: boolean } = {},
): OrderTicket {
  const intent = exampleIntent(side, "AAA", 10, 100);
  const { latest } = exampleMarket({ AAA: 100, BBB: 50 });
  const quote = { bid: price(99), ask: price(101) };
  const inputs = {
    runId,
    task: exampleTask(task),
    market: { latest: latest.map((each) => (quoted ? { ...each, ...quote } : each)) },
    portfolio: examplePortfolio({ positions: held }),
  };
  const verdict = { intent, decision: "reduced", qty: qty(8), figures: [], stage: 2 } as const;
  const [made] = ticketsOf(inputs, [verdict]);
  if (made === undefined) throw new Error("a ticket for each verdict");
  return made;
}
const terms = (side: Side, orders: Partial<Task["orders"]>, quoted = true): string => {
  const {
    type,
    timeInForce,
    limitPrice = "no limit",
  } = ticket(side, { orders: { type: "market", collarFraction: 0.01, ...orders } }, { quoted });
  return `${type} ${timeInForce} ${limitPrice}`;
};

test("a ticket is of what the verdict leaves, in its stage, under an id of its own", () => {
  expect(ticket("buy", {})).toEqual({
    stage: 2,
    clientOrderId: `tw.${runId}.targetWeights.AAA.buy.1`,
    strategy: "targetWeights",
    symbol: "AAA",
    side: "buy",
    qty: "8",
    type: "market",
    timeInForce: "day",
    referencePrice: "100",
  });
});

describe("by the task's policy", () => {
  test.each<[Task["orders"]["type"], string, string]>([
    ["market", "market day no limit", "market day no limit"],
    ["limit", "limit day 101", "limit day 99"],
    ["marketableLimit", "limit day 102.01", "limit day 98.01"],
    ["marketOnOpen", "market opg no limit", "market opg no limit"],
    ["marketOnClose", "market cls no limit", "market cls no limit"],
  ])("%s, a buy is sent as %s and a sell as %s", (type, bought, sold) => {
    expect(terms("buy", { type })).toBe(bought);
    expect(terms("sell", { type })).toBe(sold);
  });

  test("a marketable limit without a quote goes from the last trade", () => {
    expect(terms("buy", { type: "marketableLimit" }, false)).toBe("limit day 101");
    expect(terms("sell", { type: "marketableLimit" }, false)).toBe("limit day 99");
  });

  test("a limit is rounded towards the price", () => {
    expect(terms("buy", { type: "limit", collarFraction: 0.00019 })).toBe("limit day 100.01");
    expect(terms("sell", { type: "limit", collarFraction: 0.00019 })).toBe("limit day 99.99");
  });
});

describe("the exits of a buy", () => {
  const protection = { stopLossFraction: 0.1, takeProfitFraction: 0.2, fromSignals: false };

  test("follow it until they are cancelled, on both sides of its price", () => {
    const exits = { stopLoss: "90", takeProfit: "120" };
    expect(ticket("buy", { protection })).toMatchObject({ type: "market", timeInForce: "gtc", exits });
    expect(ticket("buy", { protection }, { held: { AAA: [5, 500] } })).toMatchObject({ exits });
    expect(ticket("buy", { protection }, { held: { BBB: [-5, -250] } })).toMatchObject({ exits });
  });

  test("are none for a sell, for a buy that covers, and for a task that says none", () => {
    for (const made of [
      ticket("sell", { protection }),
      ticket("buy", { protection }, { held: { AAA: [-20, -2000] } }),
      ticket("buy", {}),
    ]) {
      expect(made).not.toHaveProperty("exits");
      expect(made.timeInForce).toBe("day");
    }
    expect([undefined, 0, 1, -1].map((shares) => buysLong(shares === undefined ? undefined : held(shares)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
  const held = (shares: number) => {
    const [position] = examplePortfolio({ positions: { AAA: [1, 100] } }).positions;
    return position && { ...position, qty: qty(shares) };
  };

  const intent = { referencePrice: price("99.99"), stopFraction: 0.01, targetFraction: 0.02 };
  test.each<[string, Partial<Task["protection"]>, Partial<typeof intent>, object | undefined]>([
    ["the task's, whatever the signal says", protection, {}, { stopLoss: "89.99", takeProfit: "119.99" }],
    [
      "the signal's, where the task goes by signals",
      { ...protection, fromSignals: true },
      {},
      { stopLoss: "98.99", takeProfit: "101.99" },
    ],
    [
      "the task's, where the signal says nothing",
      { ...protection, fromSignals: true },
      { stopFraction: undefined, targetFraction: undefined } as object,
      { stopLoss: "89.99", takeProfit: "119.99" },
    ],
    ["a stop alone", { stopLossFraction: 0.5, fromSignals: false }, {}, { stopLoss: "49.99" }],
    ["a target alone", { takeProfitFraction: 0.5, fromSignals: false }, {}, { takeProfit: "149.99" }],
    [
      "none, where nobody says any",
      { fromSignals: true },
      { stopFraction: undefined, targetFraction: undefined } as object,
      undefined,
    ],
  ])("are %s", (_, own, changes, expected) => {
    const prices = exitPricesOf({ protection: { fromSignals: false, ...own } }, { ...intent, ...changes });
    expect(prices).toStrictEqual(expected);
  });
});

const exit = (changes: Partial<BrokerOrder> = {}): BrokerOrder =>
  exampleOrder({
    symbol: "AAA",
    side: "sell",
    clientOrderId: "leg",
    exitOf: ownOrder,
    stopPrice: price(90),
    ...changes,
  });

describe("exits among open orders", () => {
  const { positions } = examplePortfolio({ positions: { AAA: [10, 1000], BBB: [10, 500] } });
  const taken = positions.map((position) => ({ ...position, available: qty(0) }));
  const availableOf = (orders: readonly BrokerOrder[]) =>
    separateExits(taken, orders).positions.map(({ available }) => available);

  test("are told from the others, and what they hold counts as free", () => {
    const others = [exampleOrder({ symbol: "AAA", side: "sell", qty: qty(4), filledQty: qty(1) })];
    const parted = separateExits(taken, [exit(), ...others]);
    expect(parted.exits).toEqual([exit()]);
    expect(parted.openOrders).toEqual(others);
    expect(parted.positions.map(({ symbol, available }) => `${symbol} ${available}`)).toEqual(["AAA 7", "BBB 0"]);
  });

  test("leave what other sells of the symbol still promise, and never less than nothing", () => {
    expect(availableOf([exit(), exampleOrder({ symbol: "AAA", side: "buy", qty: qty(4) })])).toEqual(["10", "0"]);
    expect(availableOf([exit(), exampleOrder({ symbol: "BBB", side: "sell", qty: qty(4) })])).toEqual(["10", "0"]);
    expect(
      availableOf([exit(), exampleOrder({ symbol: "AAA", side: "sell", qty: qty(4), status: "canceled" })]),
    ).toEqual(["10", "0"]);
    expect(availableOf([exit(), exampleOrder({ symbol: "AAA", side: "sell", qty: null })])).toEqual(["10", "0"]);
    expect(availableOf([exit(), exampleOrder({ symbol: "AAA", side: "sell", qty: qty(40) })])).toEqual(["0", "0"]);
    expect(availableOf([])).toEqual(["0", "0"]);
  });
});

describe("a way around exits", () => {
  const sold = (shares: number, symbol = "AAA"): OrderTicket => ({
    ...ticket("sell", {}),
    symbol,
    qty: qty(shares),
    clientOrderId: `tw.${runId}.macd.${symbol}.sell.1`,
  });
  const bought = (shares: number): OrderTicket => ({ ...ticket("buy", {}), qty: qty(shares) });
  const around = (
    tickets: readonly OrderTicket[],
    exits: readonly BrokerOrder[],
    positions: Held = { AAA: [10, 1000], BBB: [10, 500] },
  ) => workAroundExits(runId, tickets, { ...examplePortfolio({ positions }), exits });

  test("cancels those of the symbols that are traded, and protects the shares that are left", () => {
    const exits = [exit({ brokerOrderId: "x-1" }), exit({ brokerOrderId: "x-2", symbol: "BBB" })];
    expect(around([sold(4)], exits)).toEqual({
      cancels: [{ brokerOrderId: "x-1", symbol: "AAA" }],
      renewals: [
        {
          stage: 3,
          clientOrderId: `tw.${runId}.exit.AAA.sell.1`,
          strategy: "exit",
          symbol: "AAA",
          side: "sell",
          qty: "6",
          type: "exit",
          timeInForce: "gtc",
          referencePrice: "100",
          exits: { stopLoss: "90" },
        },
      ],
    });
  });

  test("protects nothing where nothing is left, and changes nothing where nothing is in the way", () => {
    expect(around([sold(10)], [exit()])).toMatchObject({ cancels: [{ symbol: "AAA" }], renewals: [] });
    expect(around([sold(4)], [exit()], {})).toMatchObject({ cancels: [{ symbol: "AAA" }], renewals: [] });
    expect(around([sold(4)], [])).toEqual({ cancels: [], renewals: [] });
    expect(around([sold(4, "BBB")], [exit()])).toEqual({ cancels: [], renewals: [] });
  });

  test("protects each symbol by its own shares and its own orders", () => {
    const exits = [exit(), exit({ symbol: "BBB", stopPrice: price(99) })];
    const { renewals } = around([sold(4), sold(5, "BBB")], exits, { AAA: [10, 1000], BBB: [8, 400] });
    expect(renewals.map(({ symbol, qty, exits: own }) => `${symbol} ${qty} at ${own?.stopLoss}`)).toEqual([
      "AAA 6 at 90",
      "BBB 3 at 99",
    ]);
  });

  test("protects what was held, and not what is only being bought", () => {
    expect(around([bought(5)], [exit()]).renewals).toMatchObject([{ qty: "10" }]);
    expect(around([sold(2), sold(3)], [exit()]).renewals).toMatchObject([{ qty: "5" }]);
  });

  test("keeps the nearest stop and the nearest target of the symbol", () => {
    const target = (at: number) => exit({ stopPrice: null, limitPrice: price(at) });
    const stopLimit = exit({ stopPrice: price(80), limitPrice: price(79) });
    const all = [exit(), exit({ stopPrice: price(95) }), stopLimit, target(120), target(110), target(130)];
    const other = exit({ symbol: "BBB", stopPrice: price(99) });
    expect(around([sold(4)], [...all, other]).renewals).toMatchObject([
      { exits: { stopLoss: "95", takeProfit: "110" } },
    ]);
    expect(around([sold(4)], [target(120)]).renewals[0]?.exits).toStrictEqual({ takeProfit: "120" });
    expect(around([sold(4)], [stopLimit]).renewals[0]?.exits).toStrictEqual({ stopLoss: "80" });
    // A trailing stop has neither price.
    const trailing = exit({ stopPrice: null, limitPrice: null });
    expect(around([sold(4)], [trailing, target(120)]).renewals[0]?.exits).toStrictEqual({ takeProfit: "120" });
  });
});
