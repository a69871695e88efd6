// The account of a backtest: what it holds after each fill, and what a run would know at a bar's close.
import type { RiskLimits } from "../model/limits.ts";
import type { AssetFlags, BarSeries } from "../model/market.ts";
import {
  addQty,
  addUsd,
  isPositive,
  isZero,
  negateQty,
  notional,
  type Price,
  price,
  priceEach,
  type Qty,
  subtractUsd,
  type Usd,
  zeroQty,
  zeroUsd,
} from "../model/money.ts";
import type { BrokerOrder, Side } from "../model/order.ts";
import type { Position } from "../model/portfolio.ts";
import type { RunInputs } from "../model/run.ts";
import { dayMs, instantFromMs } from "../model/time.ts";

/** `series` is of the timeframe that the task's strategies ask for, `task` of its one symbol. */
export type BacktestInputs = Pick<RunInputs, "task" | "control"> & {
  readonly series: BarSeries;
  readonly limits: RiskLimits;
  readonly flags: Omit<AssetFlags, "symbol">;
  /** What the account begins with. Nothing is lent to it. */
  readonly cash: Usd;
  /** How many of the newest bars the strategies are shown; what they need at the least. */
  readonly windowBars: number;
};

type Fill = { readonly bar: number; readonly side: Side; readonly qty: Qty; readonly price: Price };
type Known = Pick<
  RunInputs,
  "task" | "control" | "asOf" | "market" | "portfolio" | "recentOrders" | "limits" | "lossMarks" | "losses"
>;

export type SimulatedAccount = {
  /** Changes with each fill. */
  readonly holding: { readonly qty: number; readonly cash: number };
  cash(): Usd;
  qty(): Qty;
  fill(of: Fill): void;
  knownAt(bar: number): Known;
};

export function simulatedAccount(inputs: BacktestInputs): SimulatedAccount {
  const { series, task, control, limits } = inputs;
  const { symbol } = series;
  let cash = inputs.cash;
  let qty = zeroQty;
  let averagePrice = price(0);
  let recent: readonly { readonly atMs: number; readonly order: BrokerOrder }[] = [];
  const holding = { qty: 0, cash: Number(cash) };
  const assets = [{ symbol, ...inputs.flags }];
  return {
    holding,
    cash: () => cash,
    qty: () => qty,
    fill: (of) => {
      const paid = notional(of.price, of.qty);
      const before = qty;
      cash = of.side === "buy" ? subtractUsd(cash, paid) : addUsd(cash, paid);
      qty = addQty(qty, of.side === "buy" ? of.qty : negateQty(of.qty));
      if (isZero(before)) averagePrice = of.price;
      else if (of.side === "buy" && isPositive(qty))
        averagePrice = priceEach(addUsd(notional(averagePrice, before), paid), qty);
      const atMs = msOf(series, of.bar);
      recent = [...recent, { atMs, order: orderOf(symbol, of, instantFromMs(atMs)) }];
      holding.qty = Number(qty);
      holding.cash = Number(cash);
    },
    knownAt: (bar) => {
      const nowMs = msOf(series, bar);
      const asOf = instantFromMs(nowMs);
      const last = price(series.close[bar] ?? Number.NaN);
      const dayAgoMs = nowMs - dayMs;
      if (recent[0] !== undefined && recent[0].atMs <= dayAgoMs) recent = recent.filter(({ atMs }) => atMs > dayAgoMs);
      const marketValue = notional(last, qty);
      const position: Position = { symbol, qty, available: qty, averagePrice, marketValue };
      const equity = addUsd(cash, marketValue);
      return {
        task,
        control,
        limits,
        asOf,
        lossMarks: undefined,
        losses: {},
        recentOrders: recent.map(({ order }) => order),
        market: {
          asOf,
          feed: "backtest",
          adjustment: "raw",
          bars: [windowOf(series, bar, inputs.windowBars)],
          latest: [{ symbol, price: last, at: asOf }],
          assets,
          excluded: [],
        },
        portfolio: {
          account: { accountId: "backtest", equity, cash, buyingPower: Number(cash) > 0 ? cash : zeroUsd },
          positions: isZero(qty) ? [] : [position],
          openOrders: [],
          uncertainOrders: [],
          exits: [],
        },
      };
    },
  };
}

const msOf = ({ timeMs }: BarSeries, bar: number): number => timeMs[bar] ?? Number.NaN;

/** Views of the columns: nothing is copied. */
function windowOf(series: BarSeries, bar: number, count: number): BarSeries {
  const from = Math.max(0, bar + 1 - count);
  const view = (column: Float64Array): Float64Array => column.subarray(from, bar + 1);
  return {
    symbol: series.symbol,
    timeframe: series.timeframe,
    timeMs: view(series.timeMs),
    open: view(series.open),
    high: view(series.high),
    low: view(series.low),
    close: view(series.close),
    volume: view(series.volume),
  };
}

function orderOf(
  symbol: string,
  { bar, side, qty, price: each }: Fill,
  submittedAt: BrokerOrder["submittedAt"],
): BrokerOrder {
  const id = `backtest-${bar}`;
  return {
    brokerOrderId: id,
    clientOrderId: id,
    symbol,
    side,
    qty,
    filledQty: qty,
    filledAvgPrice: each,
    limitPrice: null,
    stopPrice: null,
    status: "filled",
    submittedAt,
  };
}
