// Whether a plan is still about the account it was made on: only what its own orders did may have changed.
import { describe, expect, test } from "vitest";
import { qty } from "../../../src/core/model/money.ts";
import { type BrokerOrder, terminalOrderStatuses } from "../../../src/core/model/order.ts";
import type { PortfolioSnapshot } from "../../../src/core/model/portfolio.ts";
import { changeSince } from "../../../src/core/planning/planStaleness.ts";
import { exampleOrder, examplePortfolio } from "../examples.ts";

type Shares = Readonly<Record<string, string>>;
const account = (shares: Shares, openOrders: readonly BrokerOrder[] = []): PortfolioSnapshot =>
  examplePortfolio({
    positions: Object.fromEntries(Object.entries(shares).map(([symbol, count]) => [symbol, [count, 0] as const])),
    openOrders,
  });
const order = (changes: Partial<BrokerOrder> = {}): BrokerOrder =>
  exampleOrder({ symbol: "AAA", side: "buy", clientOrderId: "tw.own", ...changes });
const filled = (side: "buy" | "sell", shares: string, changes: Partial<BrokerOrder> = {}): BrokerOrder =>
  order({ side, filledQty: qty(shares), ...changes });

const none: readonly BrokerOrder[] = [];

describe("nothing has changed", () => {
  const other = order({ clientOrderId: "by hand" });

  test.each<[string, PortfolioSnapshot, readonly BrokerOrder[], PortfolioSnapshot]>([
    ["with no order sent and the same positions", account({ AAA: "10" }), none, account({ AAA: "10" })],
    ["when the same number is written otherwise", account({ AAA: "10" }), none, account({ AAA: "10.0" })],
    ["when the plan's own order is open", account({}), [order()], account({}, [order()])],
    ["when its own buy filled", account({ AAA: "10" }), [filled("buy", "5")], account({ AAA: "15" })],
    ["when its own buy filled in part", account({}), [filled("buy", "2.5")], account({ AAA: "2.5" }, [order()])],
    ["when its own sell filled", account({ AAA: "10" }), [filled("sell", "4")], account({ AAA: "6" })],
    [
      "when its own sell sold all, so that no position is left",
      account({ AAA: "10" }),
      [filled("sell", "10")],
      account({}),
    ],
    ["when its own sell opened a short position", account({}), [filled("sell", "3")], account({ AAA: "-3" })],
    [
      "when two of its own met in one symbol",
      account({ AAA: "10" }),
      [filled("sell", "4"), filled("buy", "1", { clientOrderId: "tw.own2" })],
      account({ AAA: "7" }),
    ],
    ["when an order that the plan knew is still open", account({}, [other]), none, account({}, [other])],
    ["when an order that the plan knew is gone unfilled", account({}, [other]), none, account({})],
    ...terminalOrderStatuses.map((status): [string, PortfolioSnapshot, readonly BrokerOrder[], PortfolioSnapshot] => [
      `when another order came and is ${status} without an effect`,
      account({}),
      none,
      account({}, [order({ clientOrderId: "by hand", status })]),
    ]),
  ])("%s", (_, planned, own, now) => {
    expect(changeSince(planned, own, now)).toBeUndefined();
  });
});

describe("a change is told in words", () => {
  const byHand = order({ clientOrderId: "by hand" });

  test.each<[string, PortfolioSnapshot, readonly BrokerOrder[], PortfolioSnapshot, string]>([
    [
      "an order of somebody else",
      account({}),
      [order()],
      account({}, [order(), byHand]),
      "the order by hand has come in since",
    ],
    [
      "one in a status nobody has heard of",
      account({}),
      none,
      account({}, [{ ...byHand, status: "on_hold" }]),
      "the order by hand has come in since",
    ],
    ["a position that came from nowhere", account({}), none, account({ AAA: "5" }), "AAA is at 5 shares and not at 0"],
    ["a position that is gone", account({ AAA: "10" }), none, account({}), "AAA is at 0 shares and not at 10"],
    ["a position that grew", account({ AAA: "10" }), none, account({ AAA: "11" }), "AAA is at 11 shares and not at 10"],
    [
      "one that turned round",
      account({ AAA: "10" }),
      none,
      account({ AAA: "-10" }),
      "AAA is at -10 shares and not at 10",
    ],
    [
      "an own fill that the positions do not show yet",
      account({ AAA: "10" }),
      [filled("buy", "5")],
      account({ AAA: "10" }),
      "AAA is at 10 shares and not at 15",
    ],
    [
      "a fill beyond the own one",
      account({ AAA: "10" }),
      [filled("sell", "4")],
      account({ AAA: "5" }),
      "AAA is at 5 shares and not at 6",
    ],
    [
      "a fill of an order that the plan knew, for its sizes counted on what was held",
      account({ AAA: "10" }, [byHand]),
      none,
      account({ AAA: "20" }),
      "AAA is at 20 shares and not at 10",
    ],
    [
      "an own fill in one symbol and a change in another",
      account({ AAA: "10", BBB: "1" }),
      [filled("buy", "5")],
      account({ AAA: "15", BBB: "2" }),
      "BBB is at 2 shares and not at 1",
    ],
  ])("%s", (_, planned, own, now, words) => {
    expect(changeSince(planned, own, now)).toBe(words);
  });

  test("the order first when both an order and a position are new", () => {
    expect(changeSince(account({}), [], account({ AAA: "5" }, [byHand]))).toBe("the order by hand has come in since");
  });
});
