// Every event that the app tells, by its stable name: how loud it is, what it says, and the fields it may carry.

/** `error` wakes a person, `warning` is read in the morning, `info` is looked up. */
export type EventLevel = "info" | "warning" | "error";
export type EventValue = string | number | boolean | null | undefined;

type EventEntry = {
  /** The levels it is told at; more than one where that depends on what happened. */
  readonly levels: readonly EventLevel[];
  readonly says: string;
  readonly fields: readonly string[];
};

const info = ["info"] as const;
const warning = ["warning"] as const;
const error = ["error"] as const;
const order = ["runId", "clientOrderId", "outcome", "symbol", "side", "qty", "latencyMs"] as const;

/** An event that is not here cannot be told; one that nothing tells fails a test. `docs/telemetry.md` is made from it. */
export const events = {
  tick: {
    levels: info,
    says: "A tick has decided what was due: the heartbeat of the app",
    fields: ["at", "source", "window", "until", "reason", "slots", "tradingState", "lateMs", "missed"],
  },
  "heartbeat.notPushed": {
    levels: warning,
    says: "The outside monitor was not told of a tick; it raises the alarm itself when it hears nothing for long",
    fields: ["message"],
  },
  "run.asked": { levels: info, says: "A person asked for a run by hand", fields: ["runId", "why", "source"] },
  "run.started": {
    levels: info,
    says: "A run has begun: so late after its slot, after so long in the queue",
    fields: ["runId", "taskId", "slot", "attempt", "lateMs", "waitedMs"],
  },
  "run.resumed": { levels: warning, says: "A planned run goes on after a cut", fields: ["runId", "tickets"] },
  "run.retry": {
    levels: warning,
    says: "A run failed for the moment and is tried again later",
    fields: ["runId", "attempt", "delayMs", "code", "message"],
  },
  "run.deadLettered": {
    levels: error,
    says: "The queue gave up on a run's message",
    fields: ["messageId", "runId", "reason"],
  },
  "run.ended": {
    levels: ["info", "warning", "error"],
    says: "A slot has its end: an error where it failed, a warning where it was missed or some orders did not end as planned",
    fields: ["runId", "taskId", "slot", "status", "code", "text", "durationMs", "failedInARow"],
  },
  "order.accepted": { levels: info, says: "The broker took an order", fields: order },
  "order.rejected": {
    levels: warning,
    says: "The broker refused an order",
    fields: [...order, "code", "message"],
  },
  "order.withheld": {
    levels: warning,
    says: "The last gate held an order back",
    fields: [...order, "code", "message"],
  },
  "order.unknown": {
    levels: warning,
    says: "Nobody knows whether an order is at the broker",
    fields: [...order, "message"],
  },
  "order.notPlaced": {
    levels: warning,
    says: "A person said that an order in doubt never reached the broker",
    fields: ["runId", "clientOrderId", "actor"],
  },
  "order.denied": {
    levels: info,
    says: "A risk control denied or cut an order of a plan",
    fields: ["runId", "symbol", "side", "qty", "decision", "code"],
  },
  "order.inDoubt": {
    levels: error,
    says: "An order is in doubt for longer than `monitor.unknownAlertMinutes`; told at each check until it is resolved",
    fields: ["runId", "taskId", "clientOrderId", "symbol", "minutes"],
  },
  "order.changed": {
    levels: info,
    says: "The monitor learned more of an order",
    fields: ["runId", "clientOrderId", "state", "detail"],
  },
  "order.cancelAsked": {
    levels: warning,
    says: "A halt asks the broker to cancel an order",
    fields: ["clientOrderId", "result"],
  },
  "exit.cancelAsked": {
    levels: info,
    says: "An exit makes room for a new plan",
    fields: ["runId", "brokerOrderId", "result"],
  },
  "fills.missing": {
    levels: warning,
    says: "An order is filled, but the broker never listed all its executions",
    fields: ["runId"],
  },
  "monitor.checked": {
    levels: info,
    says: "The monitor has held what is believed against what the broker shows",
    fields: [
      "equity",
      "peakEquity",
      "dayProfit",
      "dailyLossUsed",
      "grossUsed",
      "positions",
      "drifts",
      "unknownOrders",
      "requestsLeft",
    ],
  },
  "monitor.failed": {
    levels: ["warning", "error"],
    says: "A check failed: a warning where it may pass, an error where it will not",
    fields: ["code", "message"],
  },
  "drift.confirmed": {
    levels: warning,
    says: "The broker holds what our orders do not explain",
    fields: ["symbol", "believed", "atBroker", "state"],
  },
  "drift.flattening": {
    levels: warning,
    says: "An order trades a drift back",
    fields: ["symbol", "clientOrderId", "result"],
  },
  "breaker.tripped": { levels: error, says: "A breaker has switched trading", fields: ["breaker", "action", "reason"] },
  "control.changed": {
    levels: warning,
    says: "A switch was changed",
    fields: ["action", "scope", "automation", "tradingState", "reason", "actor"],
  },
  "halt.notCancelled": { levels: error, says: "Open orders were not cancelled after a halt", fields: ["message"] },
  "settings.changed": {
    levels: warning,
    says: "A section of the settings was changed",
    fields: ["section", "version", "reason", "by", "confirmedBy"],
  },
  "calendar.compared": {
    levels: info,
    says: "The built-in calendar was held against the broker's",
    fields: ["from", "to", "differences"],
  },
  "calendar.notCompared": { levels: warning, says: "The calendars could not be compared", fields: ["message"] },
  "bars.cacheFailed": { levels: warning, says: "Kept bars could not be read or written", fields: ["what", "message"] },
  "bars.rebuilt": { levels: info, says: "Bars of the day were made from trades", fields: ["symbol", "bars", "gaps"] },
  "history.purged": { levels: info, says: "Old runs were removed", fields: ["runs", "more"] },
  "history.notPurged": { levels: warning, says: "Old runs could not be removed", fields: ["message"] },
  "row.unreadable": {
    levels: error,
    says: "A stored row cannot be read; its task stands still",
    fields: ["key", "detail"],
  },
  "notification.sent": {
    levels: info,
    says: "A notification has reached its channel",
    fields: ["id", "severity", "title", "channel"],
  },
  "notification.kept": {
    levels: info,
    says: "A notification is told later, or not at all, and why",
    fields: ["id", "severity", "title", "outcome", "reason"],
  },
  "notification.retry": {
    levels: warning,
    says: "A channel did not take a notification; it is tried again",
    fields: ["id", "title", "channel", "message"],
  },
  "notification.failed": {
    levels: error,
    says: "A notification was given up on a channel",
    fields: ["id", "title", "channel", "message"],
  },
  "notification.unkept": {
    levels: error,
    says: "The book of notifications could not be written, so every channel was told",
    fields: ["id", "title", "sent", "message"],
  },
  "notification.notQueued": {
    levels: error,
    says: "The queue did not take a notification; whether it is parked in the book instead",
    fields: ["id", "title", "parked", "message"],
  },
  "notification.acknowledged": {
    levels: info,
    says: "Somebody has acknowledged a notification",
    fields: ["id", "by", "reason"],
  },
  "notification.tested": {
    levels: ["info", "warning"],
    says: "A channel was tried with a test message",
    fields: ["channel", "result", "detail"],
  },
  "notification.notSwept": {
    levels: error,
    says: "What is still to be told could not be looked through",
    fields: ["message"],
  },
  "broker.keysSwitched": {
    levels: warning,
    says: "The broker has refused the keys in use, and the other pair has taken their place",
    fields: [],
  },
  "contract.differs": {
    levels: ["warning", "error"],
    says: "The broker has answered otherwise than the recorded contract says; an error where the app reads what is gone",
    fields: ["route", "kind", "detail"],
  },
  "preflight.told": {
    levels: ["info", "error"],
    says: "People were told go or, as an error, no-go before the open",
    fields: ["day", "go"],
  },
  "morning.failed": {
    levels: error,
    says: "What is looked at before the open could not be looked at; it is tried again",
    fields: ["message"],
  },
  "http.changed": { levels: info, says: "A call changed something", fields: ["operation", "status"] },
  "http.refused": {
    levels: info,
    says: "A call that would change something was refused",
    fields: ["operation", "code", "status"],
  },
  "http.failed": {
    levels: error,
    says: "A call failed by no fault of the caller",
    fields: ["operation", "code", "message"],
  },
  "tables.seeded": { levels: info, says: "Empty tables were given the first configuration", fields: ["tasks"] },
} as const satisfies Readonly<Record<string, EventEntry>>;

export type EventName = keyof typeof events;

/** The fields that an event of this name may carry. */
export type EventFields<N extends EventName = EventName> = {
  readonly [field in (typeof events)[N]["fields"][number]]?: EventValue;
};

/** What every exported event, span and log line may carry beside its own: which run, task and request it belongs to. */
export const sharedFields = ["requestId", "runId", "taskId", "slot", "attempt", "clientOrderId"] as const;
