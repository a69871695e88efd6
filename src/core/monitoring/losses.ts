// Which symbols have just lost: a stop of ours was hit, or shares were left at a worse price than they had cost.
import { compare, isNegative, isPositive, type Price, type Qty } from "../model/money.ts";
import type { MonitorState } from "../model/monitor.ts";
import { type BrokerFill, type BrokerOrder, isOwnExit, withLegs } from "../model/order.ts";
import type { Position } from "../model/portfolio.ts";
import { addMs, type Instant, minuteMs } from "../model/time.ts";

/** No cooldown is longer (see `cooldownMinutes`). */
const keptMs = 10_080 * minuteMs;

export type Losses = Pick<MonitorState, "costs" | "losses">;

/**
 * What positions cost now, and when each symbol lost last. A fill counts against what the position had cost at the check before; where it was
 * opened and left between two checks, only a stop of ours tells.
 */
export function nextLosses(
  earlier: Pick<MonitorState, "costs" | "losses" | "believed"> | undefined,
  shown: { readonly positions: readonly Position[]; readonly orders: readonly BrokerOrder[] },
  fresh: readonly BrokerFill[],
  now: Instant,
): Losses {
  const stops = new Set(
    shown.orders
      .flatMap(withLegs)
      .filter((order) => isOwnExit(order) && order.stopPrice !== null)
      .map(({ brokerOrderId }) => brokerOrderId),
  );
  const losses = new Map(Object.entries(earlier?.losses ?? {}).filter(([, at]) => at > addMs(now, -keptMs)));
  for (const fill of fresh) {
    const { symbol, at, brokerOrderId } = fill;
    const lost = stops.has(brokerOrderId) || leftWorse(fill, earlier?.believed[symbol], earlier?.costs[symbol]);
    if (lost && at > (losses.get(symbol) ?? "")) losses.set(symbol, at);
  }
  return {
    losses: Object.fromEntries([...losses].sort(([a], [b]) => (a < b ? -1 : 1))),
    costs: Object.fromEntries(shown.positions.map(({ symbol, averagePrice }) => [symbol, averagePrice])),
  };
}

function leftWorse({ side, price }: BrokerFill, held: Qty | undefined, cost: Price | undefined): boolean {
  if (held === undefined || cost === undefined) return false;
  if (side === "sell") return isPositive(held) && compare(price, cost) < 0;
  return isNegative(held) && compare(price, cost) > 0;
}
