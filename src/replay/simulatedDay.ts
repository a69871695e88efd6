// One seeded trading day: what is traded, when ticks come, what goes wrong, what the operator does, all drawn from the seed.
import { addMs, minuteMs, msFromInstant, type TradingDay } from "../core/model/time.ts";
import { type Session, sessionsBetween } from "../core/schedule/tradingCalendar.ts";
import { plannableKinds } from "../simulator/faults.ts";
import { generatorOf } from "../simulator/random.ts";
import { createSeededTape } from "../simulator/seededTape.ts";
import { drawSteering } from "./chaos.ts";
import { type DayEvent, daySymbols, drawConfig, drawEvents, pick } from "./dayPlan.ts";
import { createWatch, hasRestingExit, judgeEnd, type Violation, type Watch } from "./invariants.ts";
import type { Mutant } from "./mutants.ts";
import { operate, resolveDoubts, tradeByHand } from "./operator.ts";
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

const sessions = sessionsBetween("2025-01-02" as TradingDay, "2026-12-30" as TradingDay);
/** Days of one tape are drawn together: its walk of prices is the slowest part of a day. */
const tapes = Array.from({ length: 4 }, (_, index) =>
  createSeededTape({
    seed: index,
    fromDay: "2024-12-02",
    symbols: daySymbols.map((symbol, place) => ({ symbol, startPrice: 30 + 45 * place, annualVolatility: 0.3 })),
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
  const skewShare = pick(random, [0, 0, 0.1]);
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
    skewMs: () => (chaos && random.uniform() < skewShare ? Math.round((random.uniform() - 0.5) * 60_000) : 0),
    lateMs: () => (chaos && random.uniform() < 0.06 ? 1000 + random.uniform() * 200_000 : undefined),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  world.trace(
    `seed ${seed}: ${session.day}, ${config.tasks.map(({ schedule }) => JSON.stringify(schedule)).join(" and ")}`,
  );
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

const isFailure = (kind: string): boolean =>
  !["status401", "status403", "status422", "staleQuotes", "clockSkew"].includes(kind);

async function happen({ kind }: DayEvent, world: World, steering: Steering, watch: Watch): Promise<void> {
  switch (kind) {
    case "tick":
      await world.start("timer", steering).run((app) => app.scheduler.tick("timer"));
      return;
    case "monitor":
      await world.start("timer", steering).run((app) => app.realtimeMonitor.check());
      return;
    case "resolve":
      await resolveDoubts(world, steering);
      return;
    case "trade by hand":
      await tradeByHand(world).catch(() => undefined);
      return;
    default:
      await operate(kind, world, watch, steering);
  }
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
  const [outstanding, open] = await Promise.all([executions.outstanding(), slots.listOpen()]);
  const ended = await Promise.all(outstanding.map(({ executionId }) => executions.get(executionId)));
  const unsettled = ended.filter((record) => record === undefined || !record.outcomes.some(hasRestingExit));
  return unsettled.length + open.length > 0 || world.queues.nextVisibleMs() !== undefined;
}
