// What a day holds before anything goes wrong, drawn from its seed: tasks, settings, ticks, checks and what the operator does.
import { type AutomationConfig, automationConfigSchema } from "../core/model/automation.ts";
import { addMs, type Instant, instantFromMs, minuteMs, msFromInstant } from "../core/model/time.ts";
import { dueSlots } from "../core/schedule/dueSlots.ts";
import type { Session } from "../core/schedule/tradingCalendar.ts";
import type { Generator } from "../simulator/random.ts";

export const daySymbols = ["AAA", "BBB", "CCC"];

export const pick = <T>({ uniform }: Generator, from: readonly T[]): T => {
  const chosen = from[Math.floor(uniform() * from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
};

/** Tasks of one account that want different shares of the same symbols, so that each run has something to trade. */
export function drawConfig(random: Generator): AutomationConfig {
  // A few minutes apart, so that one run still has orders in doubt when the next one plans.
  const crons = [
    "0 10-14/2 * * 1-5",
    "2 10,12,14 * * 1-5",
    "4 10,12,15 * * 1-5",
    "1,3 10,14 * * 1-5",
    "30,32 11,13 * * 1-5",
  ];
  const tasks = Array.from({ length: 1 + Math.floor(random.uniform() * 2.5) }, (_, index) => {
    const weights = daySymbols.map(() => Math.round(random.uniform() * 20) / 20);
    const total = Math.max(
      1,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    return {
      id: `task-${index + 1}`,
      name: `Task ${index + 1}`,
      schedule: { cron: pick(random, crons) },
      symbols: daySymbols,
      strategies: [
        {
          name: "targetWeights",
          params: { weights: Object.fromEntries(daySymbols.map((symbol, at) => [symbol, (weights[at] ?? 0) / total])) },
        },
      ],
      ...(random.uniform() < 0.3 && { protection: { stopLossFraction: 0.01, takeProfitFraction: 0.015 } }),
      sizing: {
        method: "percentOfEquity",
        equityFraction: pick(random, [0.5, 0.8, 0.95]),
        rebalanceBandFraction: 0.001,
      },
    };
  });
  return automationConfigSchema.parse({
    automation: {
      trading_window: {
        zone: "America/New_York",
        weekdays: [1, 2, 3, 4, 5],
        ranges: [{ start: "09:30", end: "16:00" }],
      },
      risk_limits: {
        maxOrderNotionalUsd: pick(random, [20_000, 60_000]),
        maxPositionFraction: pick(random, [0.3, 0.5, 0.9]),
        maxGrossFraction: pick(random, [0.6, 0.95]),
      },
      monitor: {
        cancelOnHalt: random.uniform() < 0.5,
        driftPolicy: pick(random, ["adopt", "ignore", "flatten"]),
      },
    },
    tasks,
  });
}

export type DayEvent = {
  readonly at: Instant;
  readonly kind: "tick" | "monitor" | "halt" | "reduce" | "resume" | "stop" | "start" | "resolve" | "trade by hand";
};

/** Ticks that come late, twice or not at all, checks of the monitor, and what the operator does; in order of time. */
export function drawEvents(
  random: Generator,
  { openAt, closeAt }: Session,
  config: AutomationConfig,
): readonly DayEvent[] {
  const { uniform } = random;
  const events: DayEvent[] = [];
  const add = (ms: number, kind: DayEvent["kind"]): number => events.push({ at: instantFromMs(Math.round(ms)), kind });
  const [fromMs, toMs] = [msFromInstant(openAt) - 5 * minuteMs, msFromInstant(closeAt) + 5 * minuteMs];
  const slots = config.tasks.flatMap((task) =>
    dueSlots(task, config.automation.trading_window, addMs(openAt, -6 * minuteMs), addMs(closeAt, 5 * minuteMs)),
  );
  const due = new Set(slots.map(msFromInstant));
  const silentFrom = fromMs + uniform() * (toMs - fromMs);
  const silentMs = uniform() < 0.2 ? uniform() * 60 * minuteMs : 0;
  for (let ms = fromMs; ms <= toMs; ms += minuteMs) {
    // The minutes in which something is due, and a few others: a tick that finds nothing proves little.
    if (!due.has(ms) && uniform() > 0.03) continue;
    if (ms >= silentFrom && ms < silentFrom + silentMs) continue;
    if (uniform() < 0.03) continue;
    add(ms + (uniform() < 0.1 ? uniform() * 90_000 : 0), "tick");
    if (uniform() < 0.05) add(ms + uniform() * 20_000, "tick");
    if (uniform() < 0.25) add(ms + 30_000, "monitor");
  }
  const sometime = (): number => fromMs + uniform() * (toMs - fromMs);
  if (uniform() < 0.4) {
    const ms = sometime();
    add(ms, pick(random, ["halt", "reduce"]));
    add(ms + uniform() * 60 * minuteMs, "resume");
  }
  if (uniform() < 0.2) {
    const ms = sometime();
    add(ms, "stop");
    add(ms + uniform() * 60 * minuteMs, "start");
  }
  if (uniform() < 0.3) add(sometime(), "resolve");
  if (uniform() < 0.3) add(sometime(), "trade by hand");
  return events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
