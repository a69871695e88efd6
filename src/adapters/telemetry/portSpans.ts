// What the spans around this app's ports say: which order, which run, which table; never a price, a balance or an account.
import type { RunRequest } from "../../core/model/run.ts";
import type { Broker } from "../../ports/broker.ts";
import type { MarketData } from "../../ports/marketData.ts";
import type { NotificationQueue, RunQueue } from "../../ports/queues.ts";
import type { Table } from "../tables/table.ts";
import { withSpans } from "./spans.ts";

type Outside = {
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly runs: RunQueue;
  readonly notifications: NotificationQueue;
};

/** The same ports with a span around each call. */
export const withPortSpans = ({ broker, marketData, runs, notifications }: Outside): Outside => ({
  broker: withSpans("broker", broker, {
    submit: ({ clientOrderId, symbol, side }) => ({ clientOrderId, symbol, side }),
    findOrder: (clientOrderId) => ({ clientOrderId }),
    cancel: (brokerOrderId) => ({ brokerOrderId }),
    asset: (symbol) => ({ symbol }),
  }),
  marketData: withSpans("marketData", marketData, {}),
  runs: withSpans("runs", runs, {
    enqueue: (run) => idsOf(run),
    // The ids of one; of several, their number.
    enqueueAll: ([first, ...more]) => ({
      runs: more.length + (first ? 1 : 0),
      ...(first && !more.length && idsOf(first)),
    }),
  }),
  notifications: withSpans("notifications", notifications, { enqueue: ({ id }) => ({ notificationId: id }) }),
});

const idsOf = ({ runId, taskId, slot, attempt }: RunRequest) => ({ runId, taskId, slot, attempt });

export const withTableSpans =
  (open: (name: string) => Table): ((name: string) => Table) =>
  (name) =>
    withSpans("table", open(name), { writeAll: (writes) => ({ rows: writes.length }) }, { table: name });
