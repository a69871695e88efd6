// The broker: the authority on orders, fills and positions.
import type { BrokerFill, BrokerOrder, CancelResult, OrderTicket, SubmitResult } from "../core/model/order.ts";
import type { AccountSnapshot, Position } from "../core/model/portfolio.ts";
import type { Instant, TradingDay } from "../core/model/time.ts";
import type { SessionHours } from "../core/schedule/calendarCheck.ts";

/** What the broker says of a symbol: whether it takes orders for it, for parts of a share, and for selling short. */
export type Asset = { readonly tradable: boolean; readonly fractionable: boolean; readonly shortable: boolean };

/**
 * Reads throw TransientError (`BROKER_UNAVAILABLE`: time-out, 429, 5xx, network) or InvariantError (`BROKER_UNAUTHORIZED`: 401, 403;
 * `WRONG_ACCOUNT`: not the expected account). Writes never throw for what the broker or the network did: they say it in their result.
 */
export type Broker = {
  account(): Promise<AccountSnapshot>;
  /** Sorted by symbol. */
  positions(): Promise<readonly Position[]>;
  /** Sorted by client order id. */
  openOrders(): Promise<readonly BrokerOrder[]>;
  /** Every order, open or not, submitted at or after `since`; sorted by client order id. */
  ordersSince(since: Instant): Promise<readonly BrokerOrder[]>;
  findOrder(clientOrderId: string): Promise<BrokerOrder | undefined>;
  /** Every execution at or after `since`, oldest first; one that the broker lists late may be missing still. */
  fillsSince(since: Instant): Promise<readonly BrokerFill[]>;
  /** The exchange's sessions as the broker's calendar has them, both days included; oldest first. */
  sessions(from: TradingDay, to: TradingDay): Promise<readonly SessionHours[]>;
  /** What the broker's clock shows. */
  now(): Promise<Instant>;
  /** Undefined for a symbol that the broker does not know. */
  asset(symbol: string): Promise<Asset | undefined>;
  /** All that the broker trades now, by symbol: thousands, in one request. */
  assets(): Promise<ReadonlyMap<string, Asset>>;
  /** One attempt, never repeated by the adapter. */
  submit(ticket: OrderTicket): Promise<SubmitResult>;
  /** One attempt. Accepted means asked for: whether it was in time is seen in the order. */
  cancel(brokerOrderId: string): Promise<CancelResult>;
};
