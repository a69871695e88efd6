// What is done about positions that our own orders do not explain: people are told once, and shares are traded back where the settings say so.

import { absQty, minimum, price, subtractQty } from "../core/model/money.ts";
import type { Drift } from "../core/model/monitor.ts";
import type { BrokerOrder } from "../core/model/order.ts";
import type { TradingWindow } from "../core/model/settings.ts";
import { driftFingerprint } from "../core/notifications/states.ts";
import { decideWindow } from "../core/schedule/tradingWindow.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

export type DriftResponse = {
  /** Tells of the confirmed drifts, and sends the orders that trade drifts back which the broker does not show yet. */
  respond(
    drifts: { readonly confirmed: readonly Drift[]; readonly standing: readonly Drift[] },
    orders: readonly BrokerOrder[],
    window: TradingWindow,
  ): Promise<void>;
};

export function createDriftResponse(ports: {
  readonly broker: Broker;
  readonly control: ControlStore;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): DriftResponse {
  const { broker, control, outbox, clock, telemetry } = ports;

  async function tell({ symbol, believed, atBroker, since, state }: Drift): Promise<void> {
    telemetry.event("warning", "drift.confirmed", { symbol, believed, atBroker, state });
    await outbox.post({
      schemaVersion: 1,
      id: `drift.${symbol}.${believed}.${atBroker}.${since}`.slice(0, 120),
      kind: "drift",
      // What was adopted is over already.
      ...(state === "adopted" ? {} : { fingerprint: driftFingerprint({ symbol, since }) }),
      severity: "warning",
      title: `${symbol}: the broker shows ${atBroker} shares, our orders explain ${believed}`,
      text: `First seen at ${since}. It is ${state} (monitor.driftPolicy). Was it traded by hand, split, or transferred?`,
      at: clock.now(),
      attempt: 1,
    });
  }

  /**
   * Trades a drift back, once: its id was stored before, and the broker takes no id twice. Only within the window and while trading is not
   * halted; until then it is tried at every check. Never through zero.
   */
  async function flatten(drift: Drift, clientOrderId: string, window: TradingWindow): Promise<void> {
    const { state } = await control.read();
    if (state.tradingState === "halted" || !decideWindow(window, clock.now()).open) return;
    const difference = subtractQty(drift.atBroker, drift.believed);
    const result = await broker.submit({
      clientOrderId,
      stage: 1,
      strategy: "drift",
      symbol: drift.symbol,
      side: difference.startsWith("-") ? "buy" : "sell",
      qty: minimum(absQty(difference), absQty(drift.atBroker)),
      type: "market",
      timeInForce: "day",
      referencePrice: price(0),
    });
    telemetry.event("warning", "drift.flattening", { symbol: drift.symbol, clientOrderId, result: result.kind });
  }

  return {
    respond: async ({ confirmed, standing }, orders, window) => {
      for (const drift of confirmed) await tell(drift);
      const sent = new Set(orders.map(({ clientOrderId }) => clientOrderId));
      for (const drift of standing) {
        const { clientOrderId } = drift;
        if (clientOrderId !== undefined && !sent.has(clientOrderId)) await flatten(drift, clientOrderId, window);
      }
    },
  };
}
