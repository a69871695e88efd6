// The broker's request budget: what a minute allows is shared out so that a cancellation always has room, and an order waits rather than fails.
import { TransientError } from "../core/model/errors.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";

export type BudgetedBroker = Broker & {
  /** Waits until one more request fits into the budget: called before an order passes the gate, so that nothing waits behind it. */
  room(): Promise<void>;
  /**
   * For what people ask while they edit: never waits, and throws TransientError (`BROKER_BUSY`) once half of the minute's requests are made,
   * so that nobody's edits make an order wait.
   */
  readonly spare: AssetLookup;
  /** Requests that are left of this minute's, those kept for cancellations included. */
  left(): number;
};

export type AssetLookup = Pick<Broker, "asset" | "assets">;

/** Real time. Alpaca allows 200 requests in a minute on each host. */
const windowMs = 60_000;
const requestsPerWindow = 180;
const reservedForCancels = 20;

/** The broker with every call counted. Reads wait for room, orders have waited before, and cancellations use the reserve. */
export function withRequestBudget(broker: Broker, clock: Clock): BudgetedBroker {
  const sentMs: number[] = [];

  function oldestWithin(now: number): number | undefined {
    while (sentMs[0] !== undefined && sentMs[0] <= now - windowMs) sentMs.shift();
    return sentMs[0];
  }

  function left(): number {
    oldestWithin(clock.realMs());
    return requestsPerWindow - sentMs.length;
  }

  async function room(): Promise<void> {
    for (;;) {
      const now = clock.realMs();
      const oldest = oldestWithin(now);
      if (oldest === undefined || sentMs.length < requestsPerWindow - reservedForCancels) return;
      await clock.sleep(Math.max(1, oldest + windowMs - now));
    }
  }

  const spend = (): number => sentMs.push(clock.realMs());
  const readAfter =
    (admission: () => Promise<void>) =>
    <A extends readonly unknown[], T>(call: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      await admission();
      spend();
      return call(...given);
    };
  const read = readAfter(room);
  const ask = readAfter(async () => {
    if (left() <= requestsPerWindow / 2)
      throw new TransientError("BROKER_BUSY", "too many requests within a minute; the rest of them is kept for orders");
  });

  return {
    room,
    spare: { asset: ask(broker.asset), assets: ask(broker.assets) },
    left,
    account: read(broker.account),
    positions: read(broker.positions),
    openOrders: read(broker.openOrders),
    ordersSince: read(broker.ordersSince),
    findOrder: read(broker.findOrder),
    fillsSince: read(broker.fillsSince),
    sessions: read(broker.sessions),
    now: read(broker.now),
    asset: read(broker.asset),
    assets: read(broker.assets),
    submit: (ticket) => {
      spend();
      return broker.submit(ticket);
    },
    cancel: (brokerOrderId) => {
      spend();
      return broker.cancel(brokerOrderId);
    },
  };
}
