// Reads everything a run decides on, once and side by side, and leaves out with a reason every symbol whose data cannot be trusted.
import type { BarSeries } from "../core/model/market.ts";
import type { RunInputs, RunRequest } from "../core/model/run.ts";
import type { Task } from "../core/model/settings.ts";
import { judgeSymbols } from "../core/planning/marketSnapshot.ts";
import { requiredDailyBars } from "../core/planning/requiredDailyBars.ts";
import { previousTradingDay, tradingDayOf, tradingDaysBefore } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { ControlStore, SettingsStore } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";

export type DataFetcher = {
  /** At most five broker requests for up to 100 symbols. Throws as the ports do. */
  gatherInputs(request: RunRequest, task: Task): Promise<RunInputs>;
};

export function createDataFetcher(ports: {
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly control: ControlStore;
  readonly settings: SettingsStore;
  readonly clock: Clock;
}): DataFetcher {
  const { broker, marketData, control, settings, clock } = ports;
  return {
    gatherInputs: async (request, task) => {
      const asOf = clock.now();
      const today = tradingDayOf(asOf);
      const requiredBars = requiredDailyBars(task);
      const newestDay = previousTradingDay(today);
      const symbols = [...task.symbols].sort();
      const [account, positions, openOrders, bars, latest, { state }, { window, limits }] = await Promise.all([
        broker.account(),
        broker.positions(),
        broker.openOrders(),
        requiredBars === 0
          ? new Map<string, BarSeries>()
          : marketData.dailyBars(symbols, tradingDaysBefore(today, requiredBars), newestDay),
        marketData.latestPrices(symbols),
        control.read(),
        readSettings(settings),
      ]);
      const market = judgeSymbols({
        asOf,
        feed: marketData.feed,
        adjustment: marketData.adjustment,
        symbols,
        bars,
        latest,
        newestDay,
        requiredBars,
      });
      return {
        runId: request.runId,
        task,
        slot: request.slot,
        asOf,
        market,
        portfolio: { account, positions, openOrders },
        control: state,
        window,
        limits,
      };
    },
  };
}
