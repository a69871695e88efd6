// Every denial code: its control, what it means, what sets its limit, which rules give it where, and what an operator does. docs/denial-codes.md is made from it.
import type { DenialCode } from "../model/risk.ts";

/** The lists of rules, in the order in which a run comes to them. */
export const ruleLists = ["data", "precheck", "preTrade", "gate"] as const;
export type RuleList = (typeof ruleLists)[number];

export type Denial = {
  /** The number of its control; undefined for the one that stands for no rule at all. */
  readonly control: number | undefined;
  readonly means: string;
  /** Settings in `risk_limits`, unless it says otherwise. */
  readonly settings: readonly string[];
  /** The name of the rule in each list that has one. */
  readonly rules: Partial<Readonly<Record<RuleList, string>>>;
  /** Whether what can only lower exposure passes all the same. */
  readonly letsReduce: boolean;
  readonly remedy: string;
};

export const denials: Readonly<Record<DenialCode, Denial>> = {
  MAX_ORDER_QTY: {
    control: 1,
    means: "The order is of more shares than one may have; it is cut to them",
    settings: ["maxOrderQty"],
    rules: { preTrade: "maxOrderQty" },
    letsReduce: false,
    remedy: "Nothing: the next run goes on with the rest. Raise the limit where it cuts every day.",
  },
  MAX_ORDER_NOTIONAL: {
    control: 2,
    means: "The order is worth more than one may be; it is cut to that",
    settings: ["maxOrderNotionalUsd"],
    rules: { preTrade: "maxOrderNotional" },
    letsReduce: false,
    remedy: "Nothing: the next run goes on with the rest. Raise the limit where it cuts every day.",
  },
  BELOW_MIN_NOTIONAL: {
    control: 3,
    means: "The order is worth too little, and does not take all there is to close",
    settings: ["minOrderNotionalUsd"],
    rules: { preTrade: "minOrderNotional" },
    letsReduce: false,
    remedy: "Widen the task's rebalance band, so that small differences make no order.",
  },
  BAD_INCREMENT: {
    control: 3,
    means: "The broker takes no such part of a share: nine decimals at the most, and none in a short sale",
    settings: [],
    rules: { preTrade: "increments" },
    letsReduce: false,
    remedy: "A defect of sizing: report it with the record.",
  },
  PRICE_COLLAR: {
    control: 4,
    means:
      "The price the order was sized at, its limit, or the quote that it would fill at is too far from the last trade",
    settings: ["priceCollarFraction"],
    rules: { preTrade: "priceCollar", gate: "priceCollar" },
    letsReduce: false,
    remedy:
      "Look at the quote of the symbol. The next run decides anew; widen the collar only for symbols that trade so thinly.",
  },
  STALE_DATA: {
    control: 5,
    means: "The last trade in the symbol is too old, or its newest bar is not there",
    settings: ["maxPriceAgeSeconds"],
    rules: { preTrade: "staleData", gate: "staleData" },
    letsReduce: false,
    remedy: "See whether the symbol is halted or the feed is late; for a symbol that trades seldom, raise the limit.",
  },
  DATA_GAP: {
    control: 5,
    means: "Too many bars are missing in the window that the strategies look at",
    settings: ["minCoverageFraction"],
    rules: { data: "dataGap" },
    letsReduce: false,
    remedy: "Compare the symbol's bars with another source; take it out of the task while they stay missing.",
  },
  IMPLAUSIBLE_PRICE: {
    control: 6,
    means: "The price has moved so far since the last close that a split or a bad trade is more likely",
    settings: ["implausibleMoveFraction"],
    rules: { data: "implausiblePrice" },
    letsReduce: false,
    remedy:
      "Look for a split or news. After a split the bars are adjusted by the next day; raise the limit only for a real move.",
  },
  MAX_POSITION: {
    control: 7,
    means: "The position could come to more than it may, if every open order fills",
    settings: ["maxPositionQty", "maxPositionUsd", "maxPositionFraction"],
    rules: { preTrade: "maxPosition" },
    letsReduce: true,
    remedy: "Lower the task's weights, or raise the limit.",
  },
  MAX_GROSS: {
    control: 8,
    means: "All positions together, long and short added, could come to more than they may",
    settings: ["maxGrossFraction"],
    rules: { preTrade: "maxGross" },
    letsReduce: true,
    remedy: "Lower the share of equity that tasks invest, or raise the limit.",
  },
  MAX_NET: {
    control: 9,
    means: "Long less short, or short less long, could come to more than it may",
    settings: ["maxNetFraction"],
    rules: { preTrade: "maxNet" },
    letsReduce: true,
    remedy: "Lower the weights of the side that is too heavy, or raise the limit.",
  },
  MAX_OPEN_POSITIONS: {
    control: 10,
    means: "The order would open one position more than there may be",
    settings: ["maxOpenPositions"],
    rules: { preTrade: "maxOpenPositions" },
    letsReduce: true,
    remedy: "Wish for fewer symbols, or raise the limit.",
  },
  MAX_OPEN_ORDERS: {
    control: 10,
    means: "As many orders as there may be are open, in doubt, or approved before it",
    settings: ["maxOpenOrders"],
    rules: { preTrade: "maxOpenOrders" },
    letsReduce: true,
    remedy: "Cancel orders that rest at the broker for no reason, or raise the limit.",
  },
  BUYING_POWER: {
    control: 11,
    means: "The account cannot pay for it beside what open and approved orders take",
    settings: [],
    rules: { preTrade: "buyingPower" },
    letsReduce: true,
    remedy: "Cancel open orders, pay money in, or lower the share of equity that tasks invest.",
  },
  MAX_DAILY_LOSS: {
    control: 12,
    means: "Equity is below the day's first by the limit: the run is skipped",
    settings: ["breakers.dailyLoss"],
    rules: { precheck: "dailyLoss" },
    letsReduce: false,
    remedy:
      "Find out what lost. After a breaker, trading goes on once a person resumes it, and losses count from there.",
  },
  MAX_DRAWDOWN: {
    control: 13,
    means: "Equity is below its highest by the limit: the run is skipped",
    settings: ["breakers.drawdown"],
    rules: { precheck: "drawdown" },
    letsReduce: false,
    remedy:
      "Find out what lost. After a breaker, trading goes on once a person resumes it, and losses count from there.",
  },
  ORDER_RATE: {
    control: 14,
    means: "As many orders as may be have been sent in this minute or on this trading day",
    settings: ["maxOrdersPerMinute", "maxOrdersPerDay"],
    rules: { preTrade: "orderRate" },
    letsReduce: false,
    remedy: "Look for a task that trades more than it should; the next minute, or day, begins anew.",
  },
  REPEATED_EXECUTION: {
    control: 15,
    means: "Orders of this task in the same symbol and side have been executed too often in a short time",
    settings: ["breakers.repeatedExecution"],
    rules: { preTrade: "repeatedExecution" },
    letsReduce: false,
    remedy:
      "Find out why it trades again and again, such as a position that is not seen. A person resumes trading after that.",
  },
  DUPLICATE_ORDER: {
    control: 16,
    means: "An order of the same symbol, side and size was sent a moment ago",
    settings: ["duplicateWindowSeconds"],
    rules: { preTrade: "duplicateOrder" },
    letsReduce: false,
    remedy: "Look at the order that the message names. If both were meant, the next run sends the second.",
  },
  RESTRICTED_SYMBOL: {
    control: 17,
    means: "The symbol is on the restricted list, or not on the list of those that are allowed",
    settings: ["restrictedSymbols", "allowedSymbols"],
    rules: { preTrade: "restrictedSymbol" },
    letsReduce: false,
    remedy: "Take the symbol out of the task, or change the list. What is held of it has to be closed at the broker.",
  },
  ASSET_FLAG: {
    control: 18,
    means: "The broker does not trade the symbol, not in parts of a share, or does not lend it to be sold short",
    settings: [],
    rules: { preTrade: "assetFlag" },
    letsReduce: false,
    remedy: "Take the symbol out of the task, or let it trade whole shares or long positions only.",
  },
  SELF_TRADE: {
    control: 19,
    means: "An order of the other side is open in the symbol, and the two could trade with each other",
    settings: [],
    rules: { preTrade: "selfTrade" },
    letsReduce: false,
    remedy: "Wait for the order that the message names to end, or cancel it.",
  },
  COOLDOWN: {
    control: 20,
    means: "The symbol has just lost, by a stop or by shares that were left at a worse price than they had cost",
    settings: ["cooldownMinutes"],
    rules: { preTrade: "cooldown" },
    letsReduce: true,
    remedy: "Nothing: it ends by itself.",
  },
  HALTED: {
    control: 21,
    means: "Trading is halted, for the account or for this task, symbol or strategy",
    settings: ["the switches"],
    rules: { precheck: "halted", preTrade: "tradingState", gate: "tradingState" },
    letsReduce: false,
    remedy: "Whoever halted it says when to resume: `POST /api/scheduler/resume`.",
  },
  REDUCING: {
    control: 21,
    means: "Trading is reducing: only what lowers exposure passes",
    settings: ["the switches"],
    rules: { preTrade: "tradingState", gate: "tradingState" },
    letsReduce: true,
    remedy: "Whoever set it says when to resume: `POST /api/scheduler/resume`.",
  },
  ACCOUNT_BLOCKED: {
    control: 22,
    means: "The broker has blocked the account or its trading: the run is skipped",
    settings: [],
    rules: { precheck: "accountBlocked", gate: "accountBlocked" },
    letsReduce: false,
    remedy: "Ask the broker; the reason is in the message.",
  },
  WRONG_ACCOUNT: {
    control: 22,
    means:
      "The account is not the one that the app is set to trade on, or the task is of the other mode: the run is skipped",
    settings: ["ALPACA_ACCOUNT_ID and TRADEWIND_MODE of the app"],
    rules: { precheck: "wrongAccount" },
    letsReduce: false,
    remedy: "Correct the keys, the expected account or the mode of the task.",
  },
  CLOCK_SKEW: {
    control: 23,
    means: "Our clock and the broker's are too far apart to judge the age of anything: the run is skipped",
    settings: ["maxClockSkewSeconds"],
    rules: { precheck: "clockSkew" },
    letsReduce: false,
    remedy: "See to the clock of the machine; on Azure, restart the app, and look at the broker's status page.",
  },
  UNKNOWN_OUTSTANDING: {
    control: 24,
    means: "It is not known whether an earlier order is at the broker, or what an open order is worth",
    settings: ["unknownGraceMinutes in monitor"],
    rules: { preTrade: "unknownOutstanding" },
    letsReduce: false,
    remedy:
      "The monitor resolves it. A person can: `POST /api/scheduler/executions/{id}/orders/{clientOrderId}/resolve`.",
  },
  IN_OUT_MISMATCH: {
    control: 25,
    means: "The order is not one that the plan has left to send: it is none of its own, or has been sent",
    settings: [],
    rules: { gate: "inOutMismatch" },
    letsReduce: false,
    remedy: "A defect of ours: halt trading, and report it with the record.",
  },
  WINDOW_CLOSED: {
    control: 26,
    means: "The trading window is closed at the moment of sending",
    settings: ["trading_window, or the task's own window"],
    rules: { precheck: "windowClosed", gate: "windowClosed" },
    letsReduce: false,
    remedy: "Nothing, or move the schedule so that its runs end before the window does.",
  },
  NO_LIMITS: {
    control: undefined,
    means: "There are no limits: nothing is allowed",
    settings: ["risk_limits itself"],
    rules: {},
    letsReduce: false,
    remedy: "Give the settings their risk limits: `PUT /api/settings/risk_limits`.",
  },
};
