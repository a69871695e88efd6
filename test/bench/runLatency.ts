// From the tick to the last order, over 200 runs on the local stack with its real sockets.

import type { AutomationConfig } from "../../src/core/model/automation.ts";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import { addMs, instantFromMs, minuteMs, msFromInstant, parseInstant } from "../../src/core/model/time.ts";
import { startProcessStack } from "../support/processStack.ts";
import type { Figure } from "./main.ts";

const runs = 200;
/** Runs before the measured ones: modules load, connections open. */
const warmUp = 5;

export async function runLatencyFigures(): Promise<readonly Figure[]> {
  const first = parseInstant("2026-06-15T13:35:00Z") ?? instantFromMs(0);
  const stack = await startProcessStack(addMs(first, -1000), { keepState: false, change: tradingAlways });
  try {
    await stack.startHost();
    await stack.get("scheduler");
    const withOrders: number[] = [];
    const all: number[] = [];
    const records: ExecutionRecord[] = [];
    let slot = first;
    for (let done = -warmUp; done < runs; slot = nextInSession(slot)) {
      stack.setClock(slot);
      const record = await stack.ended(runIdOf("demo-trend", slot));
      if (record.timingsMs === null) continue;
      if (done++ < 0) continue;
      all.push(record.timingsMs.total);
      if (record.outcomes.length > 0) {
        withOrders.push(tickToLastOrder(record));
        records.push(record);
      }
    }
    return [
      {
        name: `tick → last order, p50 of ${withOrders.length} runs with orders`,
        value: `${quantile(withOrders, 0.5)} ms`,
        goal: "≤ 25 ms",
      },
      {
        name: `tick → last order, p99 of ${withOrders.length} runs with orders`,
        value: `${quantile(withOrders, 0.99)} ms`,
        goal: "≤ 100 ms",
      },
      ...parts(records),
      { name: `tick → record saved, p50 of ${all.length} runs`, value: `${quantile(all, 0.5)} ms` },
      { name: `tick → record saved, p99 of ${all.length} runs`, value: `${quantile(all, 0.99)} ms` },
    ];
  } finally {
    await stack.stop();
  }
}

/** Without a band every move of a price is rebalanced, so that most runs send an order. */
const tradingAlways = (config: AutomationConfig): AutomationConfig => ({
  automation: { ...config.automation, risk_limits: { ...config.automation.risk_limits, minOrderNotionalUsd: 1 } },
  tasks: config.tasks.map((task) => ({ ...task, sizing: { ...task.sizing, rebalanceBandFraction: 0 } })),
});

/** Where the time goes, as medians. */
const parts = (records: readonly ExecutionRecord[]): readonly Figure[] =>
  (["tickToEnqueued", "enqueuedToStarted", "startedToLastOrder"] as const).map((part) => ({
    name: `  ${part}, p50`,
    value: `${quantile(
      records.map(({ timingsMs }) => timingsMs?.[part] ?? Number.NaN),
      0.5,
    )} ms`,
  }));

const tickToLastOrder = ({ timingsMs }: ExecutionRecord): number =>
  timingsMs === null
    ? Number.NaN
    : timingsMs.tickToEnqueued + timingsMs.enqueuedToStarted + timingsMs.startedToLastOrder;

/** The next slot of the demo task inside a session: five minutes on, or 9:35 of the next weekday. */
function nextInSession(slot: ReturnType<typeof addMs>): ReturnType<typeof addMs> {
  const next = addMs(slot, 5 * minuteMs);
  if (next.slice(11, 16) < "19:55") return next;
  const date = new Date(msFromInstant(next));
  do date.setUTCDate(date.getUTCDate() + 1);
  while (date.getUTCDay() === 0 || date.getUTCDay() === 6);
  date.setUTCHours(13, 35, 0, 0);
  return instantFromMs(date.getTime());
}

const quantile = (values: readonly number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
};
