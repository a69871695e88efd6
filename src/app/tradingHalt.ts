// What follows the switch to "halted": the orders under way are waited for, and the open ones cancelled where the settings say so.
import { isOwnExit, isOwnOrder } from "../core/model/order.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRepository } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";

export type TradingHalt = {
  /**
   * Resolves when no order that passed the gate before can still reach the broker: at once when no run is under way, else when the runs
   * under way have ended, at the latest when an order sent before must have been answered or given up.
   */
  settle(): Promise<void>;
  /** Asks the broker to cancel every open order that this system sent, but for the exits that protect positions; answers how many. Throws TransientError when it cannot be asked. */
  cancelOpenOrders(): Promise<number>;
};

/** Longer than the broker client waits for the answer to an order. */
const longestSendMs = 15_000;
const lookEveryMs = 250;

export function createTradingHalt(ports: {
  readonly broker: Broker;
  readonly executions: ExecutionRepository;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): TradingHalt {
  const { broker, executions, clock, telemetry } = ports;

  async function runsUnderWay(): Promise<number> {
    const records = await Promise.all(
      (await executions.outstanding()).map(({ executionId }) => executions.get(executionId)),
    );
    return records.filter((record) => record === undefined || record.status === "running").length;
  }

  return {
    settle: async () => {
      for (let waitedMs = 0; waitedMs < longestSendMs && (await runsUnderWay()) > 0; waitedMs += lookEveryMs) {
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
