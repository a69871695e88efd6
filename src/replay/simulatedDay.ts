// One seeded trading day: what is traded, when ticks come, what goes wrong, what the operator does, all drawn from the seed.
import { TransientError } from "../core/model/errors.ts";
import { type AutomationConfig, automationConfigSchema } from "../core/model/settings.ts";
import { addMs, type Instant, instantFromMs, minuteMs, msFromInstant, type TradingDay } from "../core/model/time.ts";
import { dueSlots } from "../core/schedule/dueSlots.ts";
import { type Session, sessionsBetween } from "../core/schedule/tradingCalendar.ts";
import { plannableKinds } from "../simulator/faults.ts";
import { type Generator, generatorOf } from "../simulator/random.ts";
import { createSeededTape } from "../simulator/seededTape.ts";
import { createWatch, hasRestingExit, judgeEnd, type Violation, type Watch } from "./invariants.ts";
import type { Mutant } from "./mutants.ts";
import { createWorld, type Steering, type World } from "./world.ts";

export type DayResult = {
  readonly seed: number;
  readonly day: TradingDay;
  readonly violations: readonly Violation[];
  /** What happened, counted: shows that a day is not empty. */
  readonly orders: number;
  readonly fills: number;
  readonly crashes: number;
  readonly faults: number;
};

const symbols = ["AAA", "BBB", "CCC"];
const sessions = sessionsBetween("2025-01-02" as TradingDay, "2026-12-30" as TradingDay);
/** Days of one tape are drawn together: its walk of prices is the slowest part of a day. */
const tapes = Array.from({ length: 4 }, (_, index) =>
  createSeededTape({
    seed: index,
    fromDay: "2024-12-02",
    symbols: symbols.map((symbol, place) => ({ symbol, startPrice: 30 + 45 * place, annualVolatility: 0.3 })),
  }),
);

/** Simulates the day of a seed. The same seed gives the same day, call by call. */
export async function simulateDay(
  seed: number,
  options: { readonly mutant?: Mutant | undefined; readonly trace?: (line: string) => void } = {},
): Promise<DayResult> {
  const random = generatorOf(`day ${seed}`);
  const session = pick(random, sessions);
  const tape = pick(random, tapes);
  const config = drawConfig(random);
  const from = addMs(session.openAt, -10 * minuteMs);
  const counts = { crashes: 0, faults: 0 };
  let chaos = true;
  let world: World;
  const watch = createWatch(tape, () => world);
  const steering = drawSteering(seed, counts, () => (chaos ? world : undefined), watch);
  world = await createWorld({
    seed,
    tape,
    config,
    at: from,
    cash: "100000",
    mutant: options.mutant,
    onEffects: watch.effects,
    onOrderSent: watch.orderSent,
    onSlotWrite: watch.slotWritten,
    lateMs: () => (chaos && random.uniform() < 0.06 ? 1000 + random.uniform() * 200_000 : undefined),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  world.trace(`seed ${seed}: ${session.day}, ${config.tasks.map(({ schedule }) => schedule.cron).join(" and ")}`);
  world.alpaca.faults.plan({ seed, rate: pick(random, [0, 0.01, 0.03]), kinds: plannableKinds.filter(isFailure) });

  for (const event of drawEvents(random, session, config)) {
    await world.advanceTo(msFromInstant(event.at));
    world.trace(`${world.now()} ${event.kind}`);
    await happen(event, world, steering, watch);
    await deliverAll(world, steering);
  }
  chaos = false;
  world.alpaca.faults.plan(undefined);
  world.alpaca.faults.clear();
  await settle(world, session);
  const ended = await judgeEnd(world, from, session.closeAt);
  for (const { invariant, what } of ended) world.trace(`BROKEN ${invariant}: ${what}`);
  const { orders, fills } = world.alpaca.state();
  const violations = [...watch.violations, ...ended];
  return { seed, day: session.day, violations, orders: orders.length, fills: fills.length, ...counts };
}

const pick = <T>({ uniform }: Generator, from: readonly T[]): T => {
  const chosen = from[Math.floor(uniform() * from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
};

const isFailure = (kind: string): boolean =>
  !["status401", "status403", "status422", "staleQuotes", "clockSkew"].includes(kind);

/** Tasks of one account that want different shares of the same symbols, so that each run has something to trade. */
function drawConfig(random: Generator): AutomationConfig {
  // A few minutes apart, so that one run still has orders in doubt when the next one plans.
  const crons = [
    "0 10-14/2 * * 1-5",
    "2 10,12,14 * * 1-5",
    "4 10,12,15 * * 1-5",
    "1,3 10,14 * * 1-5",
    "30,32 11,13 * * 1-5",
  ];
  const tasks = Array.from({ length: 1 + Math.floor(random.uniform() * 2.5) }, (_, index) => {
    const weights = symbols.map(() => Math.round(random.uniform() * 20) / 20);
    const total = Math.max(
      1,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    return {
      id: `task-${index + 1}`,
      name: `Task ${index + 1}`,
      schedule: { cron: pick(random, crons) },
      symbols,
      strategies: [
        {
          name: "targetWeights",
          params: { weights: Object.fromEntries(symbols.map((symbol, at) => [symbol, (weights[at] ?? 0) / total])) },
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
      trading_window: { zone: "America/New_York", weekdays: [1, 2, 3, 4, 5], start: "09:30", end: "16:00" },
      risk_limits: {
        maxOrderNotionalUsd: pick(random, [20_000, 60_000]),
        maxPositionFraction: pick(random, [0.3, 0.5, 0.9]),
        maxGrossFraction: pick(random, [0.6, 0.95]),
      },
      order_handling: { cancelOnHalt: random.uniform() < 0.5 },
    },
    tasks,
  });
}

type DayEvent = {
  readonly at: Instant;
  readonly kind: "tick" | "monitor" | "halt" | "reduce" | "resume" | "stop" | "start" | "resolve" | "trade by hand";
};

/** Ticks that come late, twice or not at all, checks of the monitor, and what the operator does; in order of time. */
function drawEvents(random: Generator, { openAt, closeAt }: Session, config: AutomationConfig): readonly DayEvent[] {
  const { uniform } = random;
  const events: DayEvent[] = [];
  const add = (ms: number, kind: DayEvent["kind"]): number => events.push({ at: instantFromMs(Math.round(ms)), kind });
  const [fromMs, toMs] = [msFromInstant(openAt) - 5 * minuteMs, msFromInstant(closeAt) + 5 * minuteMs];
  const slots = config.tasks.flatMap((task) =>
    dueSlots(task, addMs(openAt, -6 * minuteMs), addMs(closeAt, 5 * minuteMs)),
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
  if (uniform() < 0.2) add(sometime(), "trade by hand");
  return events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

async function happen({ kind }: DayEvent, world: World, steering: Steering, watch: Watch): Promise<void> {
  switch (kind) {
    case "tick":
      await world.start("timer", steering).run((app) => app.scheduler.tick("timer"));
      return;
    case "monitor":
      await world.start("timer", steering).run((app) => app.realtimeMonitor.check());
      return;
    case "resolve":
      await resolveOne(world, steering);
      return;
    case "trade by hand":
      await tradeByHand(world).catch(() => undefined);
      return;
    default:
      await operate(kind, world, watch, steering);
  }
}

/** An operator repeats an action until it is acknowledged. */
async function operate(
  action: "halt" | "reduce" | "resume" | "stop" | "start",
  world: World,
  watch: Watch,
  steering?: Steering,
): Promise<void> {
  const why = { reason: "simulated", actor: "operator" };
  if (action === "reduce" || action === "resume") watch.released();
  const before = watch.releases();
  for (let tries = 0; tries < 10; tries++) {
    const process = world.start("http", tries < 5 ? steering : undefined);
    if ((await process.run((app) => app.schedulerService.control(action, why))) !== "done") continue;
    if (action === "reduce" || action === "resume") watch.released();
    if (action === "halt" && watch.releases() === before) watch.halted();
    return;
  }
}

async function resolveOne(world: World, steering: Steering): Promise<void> {
  const { executions } = world.start("observer").ports;
  for (const { executionId } of await executions.outstanding()) {
    const doubtful = (await executions.get(executionId))?.outcomes.find(({ kind }) => kind === "unknown");
    // A person who cannot see the order waits until it cannot be on its way any more.
    if (doubtful?.kind !== "unknown" || msFromInstant(doubtful.since) + 4 * minuteMs > world.nowMs()) continue;
    const why = { reason: "not in the broker's list", actor: "operator" };
    const id = doubtful.ticket.clientOrderId;
    await world.start("http", steering).run((app) => app.orderResolver.resolve(executionId, id, why));
  }
}

async function tradeByHand(world: World): Promise<void> {
  const order = {
    symbol: "AAA",
    qty: "5",
    side: "buy",
    type: "market",
    time_in_force: "day",
    client_order_id: "by-hand",
  };
  await world.alpaca.fetch("http://broker/v2/orders", {
    method: "POST",
    headers: { "APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret" },
    body: JSON.stringify(order),
  });
}

async function deliverAll(world: World, steering?: Steering): Promise<void> {
  for (let count = 0; count < 50; count++) {
    const delivered =
      (await world.deliverRun(steering)) ||
      (await world.deliverDead(steering)) ||
      (await world.deliverNotification(steering));
    if (!delivered) return;
  }
}

/** The faults are over: whatever is still open has to end by itself, within the hours that are given to it here. */
async function settle(world: World, { closeAt }: Session): Promise<void> {
  for (let rounds = 0; rounds < 12 && (rounds < 3 || (await isWorkLeft(world))); rounds++) {
    await world.advanceTo(Math.max(world.nowMs(), msFromInstant(closeAt)) + 5 * minuteMs * Math.min(rounds, 4));
    await world.start("timer").run((app) => app.scheduler.tick("timer"));
    await deliverAll(world);
    await world.start("timer").run((app) => app.realtimeMonitor.check());
  }
}

async function isWorkLeft(world: World): Promise<boolean> {
  const { executions, slots } = world.start("observer").ports;
  const [outstanding, open] = await Promise.all([executions.outstanding(), slots.open()]);
  const ended = await Promise.all(outstanding.map(({ executionId }) => executions.get(executionId)));
  const unsettled = ended.filter((record) => record === undefined || !record.outcomes.some(hasRestingExit));
  return unsettled.length + open.length > 0 || world.queues.nextVisibleMs() !== undefined;
}

/** What a call of a process meets: most often nothing. */
function drawSteering(
  seed: number,
  counts: { crashes: number; faults: number },
  worldInChaos: () => World | undefined,
  watch: Watch,
): Steering {
  const random = generatorOf(`steering ${seed}`);
  const rate = pick(random, [0.002, 0.01, 0.03]);
  let depth = 0;
  const meanwhile = async (world: World): Promise<void> => {
    depth++;
    const [what, held] = [random.uniform(), world.inHand()];
    if (what < 0.35) await world.start("timer", steering).run((app) => app.scheduler.tick("timer"));
    else if (what < 0.5) await world.start("timer", steering).run((app) => app.realtimeMonitor.check());
    else if (what < 0.65) await operate("halt", world, watch, steering);
    else if (what < 0.7) await operate("resume", world, watch, steering);
    else if (what < 0.8) await world.deliverRun(steering);
    // The lock ran out: the same message is delivered a second time while the first delivery goes on.
    else if (held?.queue === "runs")
      await world.start("worker", steering).run((app) => app.runDelivery.deliver(held.body));
    depth--;
  };
  const steering: Steering = async (call, perform, process) => {
    const world = worldInChaos();
    if (world === undefined || random.uniform() >= rate) return perform();
    const isBroker = call.port === "broker" || call.port === "marketData";
    const kind = random.uniform();
    if (kind < 0.15) {
      counts.crashes++;
      return process.crash();
    }
    if (kind < 0.3) {
      counts.crashes++;
      await perform();
      return process.crash();
    }
    if (kind < 0.45 && depth < 2) {
      world.trace(`  meanwhile, before ${call.port}.${call.method}`);
      const beforeMs = world.nowMs();
      await meanwhile(world);
      // A client that waits so long for its turn has given the request up.
      if (call.method === "submit" && world.nowMs() - beforeMs > 10_000)
        return { kind: "unknown", message: "timed out" };
      return perform();
    }
    if (kind < 0.6 && depth < 2) {
      const answer = await perform();
      world.trace(`  meanwhile, after ${call.port}.${call.method}`);
      await meanwhile(world);
      return answer;
    }
    if (kind < 0.7) {
      await world.advanceTo(world.nowMs() + random.uniform() * 8000);
      return perform();
    }
    // The broker has faults of its own, on the wire.
    if (isBroker) return perform();
    counts.faults++;
    if (kind < 0.85) await perform();
    world.trace(`  ${call.port}.${call.method} ${kind < 0.85 ? "takes effect and" : ""} fails`);
    throw new TransientError(call.port.startsWith("table") ? "STORE_UNAVAILABLE" : "QUEUE_UNAVAILABLE", "simulated");
  };
  return steering;
}
