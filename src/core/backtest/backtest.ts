// A backtest of one symbol: a task's strategies, sizing and risk rules on bar after bar, and fills at the next bar's open.

import { addUsd, isPositive, notional, type Price, price, type Qty, type Usd } from "../model/money.ts";
import type { Side } from "../model/order.ts";
import { decideRisk } from "../risk/assessRisk.ts";
import type { BookOrder } from "../risk/exposure.ts";
import { sizeTargets } from "../sizing/sizeTargets.ts";
import { runStrategies } from "../strategies/multiStrategyRunner.ts";
import { type BacktestInputs, type SimulatedAccount, simulatedAccount } from "./simulatedAccount.ts";

/** The account as numbers: near enough to tell where nothing can change, and never what an order is made of. */
export type Holding = { readonly qty: number; readonly cash: number };

/**
 * The first bar from `from` on that the pipeline must run on while the account holds this; past the last one where there is none. It passes over
 * none but those on which nothing would be sent: a backtest with it is the very same as one without.
 */
export type Watch = (from: number, holding: Holding) => number;

/** `bar` is the index of the bar at whose open it filled. */
export type BacktestTrade = {
  readonly bar: number;
  readonly side: Side;
  readonly qty: Qty;
  readonly price: Price;
};

export type Backtest = {
  readonly trades: readonly BacktestTrade[];
  /** At the end, by the last close. */
  readonly equity: Usd;
  /** On how many bars the pipeline ran. */
  readonly decisions: number;
};

const everyBar: Watch = (from) => from;

/**
 * Decides on each bar's close, by the functions that a run decides by; what they approve fills whole at the open of the next bar, and what is
 * decided on the last bar does not. The precheck has no part in it: no trading window, no losses. A bar on which nothing is decided costs no
 * memory.
 */
export function backtest(inputs: BacktestInputs, watch: Watch = everyBar): Backtest {
  const { open, close } = inputs.series;
  const account = simulatedAccount(inputs);
  const trades: BacktestTrade[] = [];
  let decisions = 0;
  for (let bar = watch(0, account.holding); bar < close.length; bar = watch(bar + 1, account.holding)) {
    decisions++;
    const order = decide(account, bar);
    const next = open[bar + 1];
    if (order === undefined || next === undefined) continue;
    const filled = { bar: bar + 1, side: order.side, qty: order.qty, price: price(next) };
    account.fill(filled);
    trades.push(filled);
  }
  const last = price(close.at(-1) ?? 0);
  return { trades, equity: addUsd(account.cash(), notional(last, account.qty())), decisions };
}

/** The order that a run would send; a symbol has one at the most. */
function decide(account: SimulatedAccount, bar: number): BookOrder | undefined {
  const known = account.knownAt(bar);
  const { targets } = runStrategies(known);
  const { task, market, portfolio } = known;
  const { intents } = sizeTargets({ targets, task, market, portfolio });
  const verdict = decideRisk(intents, known).find(({ qty }) => isPositive(qty));
  if (verdict === undefined) return undefined;
  const { symbol, side, referencePrice } = verdict.intent;
  return { symbol, side, qty: verdict.qty, price: referencePrice };
}
