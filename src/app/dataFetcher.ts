// Reads everything a run decides on, once and side by side, and leaves out with a reason every symbol whose data cannot be trusted.
import type { ExclusionCode } from "../core/model/market.ts";
import type { Attributed, MonitorState } from "../core/model/monitor.ts";
import type { BrokerOrder, OrderTicket } from "../core/model/order.ts";
import type { UncertainOrder } from "../core/model/portfolio.ts";
import type { LossMarks, RunInputs, RunRequest } from "../core/model/run.ts";
import { limitsOf, type RunTask, symbolsOf, type Task, windowOf } from "../core/model/task.ts";
import { addMs, dayMs, type TradingDay } from "../core/model/time.ts";
import { barRequests, dataNeeds } from "../core/planning/dataNeeds.ts";
import { separateExits } from "../core/planning/exits.ts";
import { judgeSymbols } from "../core/planning/marketSnapshot.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { ControlStore, ExecutionRepository, MonitorStore, SettingsStore } from "../ports/stores.ts";
import type { AssetBook } from "./assetBook.ts";
import { readSettings } from "./automationSettings.ts";
import type { BarBook } from "./barBook.ts";
import { measureSkewMs } from "./clockSkew.ts";

export type DataFetcher = {
  /**
   * At most eight broker requests for up to 100 symbols, besides more pages of a long history; nine where minutes and days are needed, and
   * flags of assets once a day. Throws as the ports do.
   */
  gatherInputs(request: RunRequest, task: Task): Promise<RunInputs>;
};

export function createDataFetcher(ports: {
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly barBook: BarBook;
  readonly assetBook: AssetBook;
  readonly control: ControlStore;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly settings: SettingsStore;
  readonly mode: "paper" | "live";
  readonly expectedAccountId: string | undefined;
  readonly clock: Clock;
}): DataFetcher {
  const {
    broker,
    marketData,
    barBook,
    assetBook,
    control,
    executions,
    monitor,
    settings,
    mode,
    expectedAccountId,
    clock,
  } = ports;

  return {
    gatherInputs: async (request, given) => {
      const asOf = clock.now();
      const today = tradingDayOf(asOf);
      const settled = await readSettings(settings);
      const task: RunTask = { ...given, symbols: [...symbolsOf(given, settled.universes)] };
      const limits = limitsOf(task, settled.limits);
      const needs = dataNeeds(task);
      const symbols = [...task.symbols].sort();
      // Before the broker is asked: an order that is no longer in doubt by now is one that the broker shows from now on.
      const possible = await possibleOrders(executions, request);
      const [account, positions, openOrders, recentOrders, bars, latest, assets, skew, watched, { state }] =
        await Promise.all([
          broker.account(),
          broker.positions(),
          broker.openOrders(),
          broker.ordersSince(addMs(asOf, -dayMs)),
          Promise.all(
            barRequests(needs, asOf, limits).map(
              async (request) => [request.timeframe, await barBook.bars(symbols, request)] as const,
            ),
          ),
          marketData.latestPrices(symbols),
          assetBook.flagsOf(symbols),
          measureSkewMs(broker, clock),
          monitor.read(),
          control.read(),
        ]);
      const market = judgeSymbols({
        asOf,
        feed: marketData.feed,
        adjustment: marketData.adjustment,
        symbols,
        needs,
        bars: new Map(bars),
        latest,
        assets,
        positions,
        limits,
      });
      const doubtful = market.excluded.filter(({ code }) => doubtfulHistory.includes(code));
      await barBook.forget(doubtful.map(({ symbol }) => symbol));
      return {
        runId: request.runId,
        task,
        slot: request.slot,
        asOf,
        market,
        portfolio: {
          account,
          ...separateExits(positions, openOrders),
          uncertainOrders: uncertainOf(possible, openOrders),
        },
        recentOrders,
        ...(watched && { attributed: attributedIn(watched.state, symbols) }),
        lossMarks: watched && lossMarksOf(watched.state, today),
        losses: watched?.state.losses ?? {},
        clockSkewMs: skew,
        trades: { mode, expectedAccountId },
        control: state,
        window: windowOf(task, settled.window),
        limits,
      };
    },
  };
}

/** What a history may be at fault for that the feed corrects within the day, such as one that a split has not reached yet. */
const doubtfulHistory: readonly ExclusionCode[] = ["BAD_DATA", "IMPLAUSIBLE_PRICE", "ADJUSTMENT_MISMATCH"];

const attributedIn = ({ attributed }: MonitorState, symbols: readonly string[]): Attributed =>
  Object.fromEntries(symbols.flatMap((symbol) => (attributed[symbol] ? [[symbol, attributed[symbol]]] : [])));

/** The day begins with its first check: until then what is known is the day before's, and counts from now. */
function lossMarksOf(state: MonitorState, today: TradingDay): LossMarks {
  const { equity, dayStartEquity, peakEquity, tradingDay, breakers } = state;
  const start = tradingDay === today ? dayStartEquity : equity;
  return {
    dayStartEquity: start,
    dailyLossFrom: tradingDay === today ? (breakers.dailyLossFrom ?? start) : start,
    drawdownFrom: breakers.drawdownFrom ?? peakEquity,
    ...(breakers.executionsAfter === undefined ? {} : { executionsAfter: breakers.executionsAfter }),
  };
}

/** Orders of other runs of the account that were planned and of which it is not known whether they reached the broker. */
async function possibleOrders(executions: ExecutionRepository, request: RunRequest): Promise<readonly OrderTicket[]> {
  const others = (await executions.outstanding()).filter(
    ({ executionId, account }) => account === request.account && executionId !== request.runId,
  );
  const tickets = await Promise.all(
    others.map(async ({ executionId }) => {
      const record = await executions.get(executionId);
      if (record !== undefined && record.status !== "running") {
        return record.outcomes.flatMap((outcome) => (outcome.kind === "unknown" ? [outcome.ticket] : []));
      }
      return (await executions.loadPlan(executionId))?.plan.tickets ?? [];
    }),
  );
  return tickets.flat();
}

/** What the broker shows as open is no longer uncertain. */
function uncertainOf(tickets: readonly OrderTicket[], openOrders: readonly BrokerOrder[]): readonly UncertainOrder[] {
  const there = new Set(openOrders.map(({ clientOrderId }) => clientOrderId));
  return tickets
    .filter(({ clientOrderId }) => !there.has(clientOrderId))
    .map(({ clientOrderId, symbol, side, qty, referencePrice: price }) => ({ clientOrderId, symbol, side, qty, price }))
    .sort((a, b) => (a.clientOrderId < b.clientOrderId ? -1 : 1));
}
