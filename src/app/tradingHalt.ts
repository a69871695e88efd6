// What follows the switch to "halted": the orders under way are waited for, and the open ones cancelled where the settings say so.
import { isOwnExit, isOwnOrder } from "../core/model/order.ts";
import { msBetween } from "../core/model/time.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository, MonitorStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type TradingHalt = {
  /**
   * Resolves when no order that passed the gate before can still reach the broker: at once when no run has sent anything lately, else when
   * an order sent before must have been answered or given up.
   */
  settle(): Promise<void>;
  /** Asks the broker to cancel every open order that this system sent, but for the exits that protect positions; answers how many. Throws TransientError when it cannot be asked. */
  cancelOpenOrders(): Promise<number>;
};

/** Longer than the broker client waits for the answer to an order. */
const longestSendMs = 15_000;
const lookEveryMs = 250;
const runsLookedAt = 20;
/** How far the clock that stamped a record may be from the one that reads it. */
const clockToleranceMs = 60_000;

export function createTradingHalt(ports: {
  readonly broker: Broker;
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): TradingHalt {
  const { broker, executions, monitor, clock, telemetry } = ports;

  /** A run that has just ended may have a twin: a message whose lock ran out is delivered to a second worker while the first one goes on. */
  async function mayOrdersLeave(): Promise<boolean> {
    const [outstanding, { items: newest }, watched] = await Promise.all([
      executions.outstanding(),
      executions.list({ limit: runsLookedAt }),
      monitor.read(),
    ]);
    // The monitor may be about to trade a drift back.
    if (watched?.state.drifts.some(({ state }) => state === "flattening")) return true;
    const records = await Promise.all(outstanding.map(({ executionId }) => executions.get(executionId)));
    if (records.some((record) => record === undefined || record.status === "running")) return true;
    const now = clock.now();
    // One that had not ended when the list was read may have ended before its record was.
    return newest.some(
      ({ endedAt, ordersPlanned }) =>
        endedAt === null || (ordersPlanned > 0 && Math.abs(msBetween(endedAt, now)) < longestSendMs + clockToleranceMs),
    );
  }

  return {
    settle: async () => {
      for (let waitedMs = 0; waitedMs < longestSendMs && (await mayOrdersLeave()); waitedMs += lookEveryMs) {
        await clock.sleep(lookEveryMs);
      }
    },
    cancelOpenOrders: async () => {
      const open = (await broker.openOrders()).filter((order) => isOwnOrder(order) && !isOwnExit(order));
      for (const { brokerOrderId, clientOrderId } of open) {
        const { kind } = await broker.cancel(brokerOrderId);
        telemetry.event("warning", "order.cancelAsked", { clientOrderId, result: kind });
      }
      return open.length;
    },
  };
}
