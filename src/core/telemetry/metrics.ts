// Every metric, each read off events: no code counts by itself, so a figure and the log never disagree.
import type { EventName } from "./events.ts";

/** `counter` adds up, `histogram` is a distribution, `gauge` is the newest value. */
export type Metric = {
  readonly kind: "counter" | "histogram" | "gauge";
  /** As UCUM writes it; a word in braces is a count of such things. */
  readonly unit: string;
  readonly says: string;
  /** The events that it is read off. */
  readonly from: readonly EventName[];
  /** Only events with one of these values in the field count. */
  readonly where?: { readonly field: string; readonly is: readonly string[] };
  /** The field that holds its value; without one each event counts as one. An event without a number there is passed over. */
  readonly value?: string;
  /** Fields of the event that split it: few values each, never an id. */
  readonly attributes: readonly string[];
};

const sent = ["order.accepted", "order.rejected", "order.unknown"] as const;

export const metrics = {
  "tradewind.ticks": {
    kind: "counter",
    unit: "{tick}",
    says: "Ticks, with the window and the trading state they found: the heartbeat",
    from: ["tick"],
    attributes: ["window", "tradingState"],
  },
  "tradewind.slot.lateness": {
    kind: "histogram",
    unit: "ms",
    says: "From the time of a slot to the begin of its run",
    from: ["run.started"],
    value: "lateMs",
    attributes: [],
  },
  "tradewind.queue.age": {
    kind: "histogram",
    unit: "ms",
    says: "How long a run's message waited in the queue",
    from: ["run.started"],
    value: "waitedMs",
    attributes: [],
  },
  "tradewind.runs": {
    kind: "counter",
    unit: "{run}",
    says: "Slots that ended, by outcome and reason",
    from: ["run.ended"],
    attributes: ["status", "code"],
  },
  "tradewind.run.duration": {
    kind: "histogram",
    unit: "ms",
    says: "From the tick to the end of a run",
    from: ["run.ended"],
    value: "durationMs",
    attributes: ["status"],
  },
  "tradewind.runs.failed": {
    kind: "counter",
    unit: "{run}",
    says: "Runs that failed",
    from: ["run.ended"],
    where: { field: "status", is: ["failed"] },
    attributes: [],
  },
  // A distribution, not a gauge: of two runs that end within one export a gauge would keep the last only, and its 0 would hide a row.
  "tradewind.runs.failed_in_a_row": {
    kind: "histogram",
    unit: "{run}",
    says: "How many runs have failed one after another, of one task or of all, as each run ends; 0 as one does not fail",
    from: ["run.ended"],
    value: "failedInARow",
    attributes: [],
  },
  "tradewind.slots.missed": {
    kind: "counter",
    unit: "{slot}",
    says: "Slots that were missed",
    from: ["run.ended"],
    where: { field: "status", is: ["missed"] },
    attributes: [],
  },
  "tradewind.clock_skew": {
    kind: "counter",
    unit: "{run}",
    says: "Runs that were skipped because our clock and the broker's differ",
    from: ["run.ended"],
    where: { field: "code", is: ["CLOCK_SKEW"] },
    attributes: [],
  },
  "tradewind.broker.unauthorised": {
    kind: "counter",
    unit: "{failure}",
    says: "Runs and checks to which the broker said that the keys are not good",
    from: ["run.ended", "monitor.failed"],
    where: { field: "code", is: ["BROKER_UNAUTHORIZED"] },
    attributes: [],
  },
  "tradewind.trading.restricted": {
    kind: "counter",
    unit: "{tick}",
    says: "Ticks that found trading halted or reducing",
    from: ["tick"],
    where: { field: "tradingState", is: ["halted", "reducing"] },
    attributes: [],
  },
  "tradewind.dead_letters": {
    kind: "counter",
    unit: "{message}",
    says: "Messages of runs that the queue gave up",
    from: ["run.deadLettered"],
    attributes: [],
  },
  "tradewind.orders": {
    kind: "counter",
    unit: "{order}",
    says: "Planned orders by what became of them",
    from: [...sent, "order.withheld"],
    attributes: ["outcome", "side"],
  },
  "tradewind.order.latency": {
    kind: "histogram",
    unit: "ms",
    says: "From the gate to the broker's answer, waits and look-ups included",
    from: sent,
    value: "latencyMs",
    attributes: [],
  },
  "tradewind.rejections": {
    kind: "counter",
    unit: "{order}",
    says: "Orders that the broker refused, by code",
    from: ["order.rejected"],
    attributes: ["code"],
  },
  "tradewind.denials": {
    kind: "counter",
    unit: "{order}",
    says: "Orders that a risk control denied, cut or held back, by code",
    from: ["order.denied", "order.withheld"],
    attributes: ["code"],
  },
  "tradewind.orders.in_doubt": {
    kind: "counter",
    unit: "{check}",
    says: "Checks that found an order in doubt for too long, once for each order",
    from: ["order.inDoubt"],
    attributes: [],
  },
  "tradewind.orders.unknown": {
    kind: "gauge",
    unit: "{order}",
    says: "Orders of which nobody knows whether the broker has them",
    from: ["monitor.checked"],
    value: "unknownOrders",
    attributes: [],
  },
  "tradewind.drifts": {
    kind: "gauge",
    unit: "{position}",
    says: "Positions that our orders do not explain",
    from: ["monitor.checked"],
    value: "drifts",
    attributes: [],
  },
  "tradewind.broker.requests_left": {
    kind: "gauge",
    unit: "{request}",
    says: "What is left of the minute's requests to the broker, for this instance",
    from: ["monitor.checked"],
    value: "requestsLeft",
    attributes: [],
  },
  "tradewind.equity": {
    kind: "gauge",
    unit: "USD",
    says: "The account's equity",
    from: ["monitor.checked"],
    value: "equity",
    attributes: [],
  },
  "tradewind.profit.day": {
    kind: "gauge",
    unit: "USD",
    says: "Equity against the day's first",
    from: ["monitor.checked"],
    value: "dayProfit",
    attributes: [],
  },
  "tradewind.loss.day_used": {
    kind: "gauge",
    unit: "1",
    says: "The day's loss as a part of its limit; 1 is where the breaker trips",
    from: ["monitor.checked"],
    value: "dailyLossUsed",
    attributes: [],
  },
  "tradewind.exposure.gross_used": {
    kind: "gauge",
    unit: "1",
    says: "What is held, long and short, as a part of `maxGrossFraction`",
    from: ["monitor.checked"],
    value: "grossUsed",
    attributes: [],
  },
  "tradewind.monitor.failures": {
    kind: "counter",
    unit: "{check}",
    says: "Checks that failed, by reason",
    from: ["monitor.failed"],
    attributes: ["code"],
  },
  "tradewind.breakers": {
    kind: "counter",
    unit: "{trip}",
    says: "Breakers that tripped",
    from: ["breaker.tripped"],
    attributes: ["breaker"],
  },
  "tradewind.loss.limit_reached": {
    kind: "counter",
    unit: "{trip}",
    says: "Trips of the breaker for daily losses",
    from: ["breaker.tripped"],
    where: { field: "breaker", is: ["dailyLoss"] },
    attributes: [],
  },
  "tradewind.calendar.differences": {
    kind: "gauge",
    unit: "{day}",
    says: "Days on which the broker's calendar differs from the built-in one",
    from: ["calendar.compared"],
    value: "differences",
    attributes: [],
  },
  "tradewind.notifications.failed": {
    kind: "counter",
    unit: "{notification}",
    says: "Notifications that reached nobody",
    from: ["notification.failed", "notification.notQueued"],
    attributes: [],
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** Whether this metric counts such an event. */
export const isCounted = (
  { from, where }: Metric,
  name: EventName,
  fields: Readonly<Record<string, unknown>>,
): boolean => from.includes(name) && (where === undefined || where.is.includes(String(fields[where.field])));
