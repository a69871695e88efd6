// A run killed at each of its calls in turn, in each way a call can fail: the calls are found by recording one run.

import { type AutomationConfig, automationConfigSchema } from "../core/model/automation.ts";
import { TransientError } from "../core/model/errors.ts";
import { addMs, type Instant, minuteMs, msFromInstant } from "../core/model/time.ts";
import { createSeededTape } from "../simulator/seededTape.ts";
import { createWatch, judgeEnd, type Violation } from "./invariants.ts";
import type { Mutant } from "./mutants.ts";
import { describeCall, type PortCall } from "./portCalls.ts";
import { createWorld, type Steering, type World } from "./world.ts";

export const callFaults = ["crashBefore", "crashAfter", "timeoutAfter", "failBefore", "twiceAtOnce"] as const;
export type CallFault = (typeof callFaults)[number];

export type WalkResult = {
  readonly calls: readonly string[];
  /** Each call with each fault that it can meet. */
  readonly tried: number;
  readonly survived: number;
  readonly broken: readonly {
    readonly call: string;
    readonly fault: CallFault;
    readonly violations: readonly Violation[];
  }[];
};

/** What the walk kills: the tick that claims the slot, the run, and the monitor that follows its orders. */
export const walkedWorks = ["tick", "run", "protected run", "monitor"] as const;
export type WalkedWork = (typeof walkedWorks)[number];

const symbols = ["AAA", "BBB", "CCC"];
const slot = "2026-06-15T14:30:00.000Z" as Instant;
const tape = createSeededTape({
  seed: 7,
  fromDay: "2026-05-01",
  symbols: symbols.map((symbol, index) => ({ symbol, startPrice: 40 + 60 * index })),
});

/** A task that turns a portfolio round: sells, and buys that wait for them; under protection with exits to cancel and to put back. */
const configOf = (protection: object | undefined): AutomationConfig =>
  automationConfigSchema.parse({
    automation: {
      trading_window: {
        zone: "America/New_York",
        weekdays: [1, 2, 3, 4, 5],
        ranges: [{ start: "09:30", end: "16:00" }],
      },
      risk_limits: { maxOrderNotionalUsd: 100_000, maxPositionFraction: 0.9, maxGrossFraction: 0.95 },
    },
    tasks: [
      ["first", "0 10 * * 1-5", { AAA: 0.8, BBB: 0.1, CCC: 0 }],
      ["second", "30 10 * * 1-5", { AAA: 0.1, BBB: 0.3, CCC: 0.5 }],
    ].map(([id, cron, weights]) => ({
      id,
      name: id,
      schedule: { cron },
      symbols,
      strategies: [{ name: "targetWeights", params: { weights } }],
      ...(protection !== undefined && { protection }),
      sizing: { method: "percentOfEquity", equityFraction: 0.9 },
    })),
  });

/** Walks every call of the work with every fault. Throws Error when the work is broken without any. */
export async function walkCrashes(work: WalkedWork, mutant?: Mutant): Promise<WalkResult> {
  const recorded: PortCall[] = [];
  const undisturbed = await playOut(work, undefined, (call, perform) => {
    recorded.push(call);
    return perform();
  });
  const [first] = mutant === undefined ? undisturbed : [];
  if (first !== undefined) throw new Error(`the ${work} is broken before anything goes wrong: ${first.what}`);
  const broken: WalkResult["broken"][number][] = [];
  let tried = 0;
  for (const [index, call] of recorded.entries()) {
    for (const fault of callFaults) {
      tried++;
      const violations = await playOut(work, mutant, createKiller(index, fault));
      if (violations.length > 0) broken.push({ call: describeCall(call), fault, violations });
    }
  }
  return { calls: recorded.map(describeCall), tried, survived: tried - broken.length, broken };
}

type Killer = (
  call: PortCall,
  perform: () => Promise<unknown>,
  world: World,
  process: Parameters<Steering>[2],
) => Promise<unknown>;

/** Meets the call of this place with the fault; every other call goes well. */
function createKiller(place: number, fault: CallFault): Killer {
  let calls = 0;
  return async (call, perform, world, process) => {
    if (calls++ !== place) return perform();
    switch (fault) {
      case "crashBefore":
        return process.crash();
      case "crashAfter":
        await perform();
        return process.crash();
      case "timeoutAfter":
        await perform();
        return failure(call);
      case "failBefore":
        return failure(call);
      case "twiceAtOnce": {
        // The lock of the message ran out, or a second timer fired: the same work is done once more while this call waits.
        const held = world.inHand();
        if (held?.queue === "runs") await world.start("worker").run((app) => app.runDelivery.deliver(held.body));
        else
          await world
            .start("timer")
            .run((app) => Promise.all([app.scheduler.tick("timer"), app.realtimeMonitor.check()]));
        return perform();
      }
    }
  };
}

function failure({ port, method }: PortCall): unknown {
  if (port === "broker" && method === "submit") return { kind: "unknown", message: "no answer" };
  if (port === "broker" && method === "cancel") return { kind: "unknown", message: "no answer" };
  const code = port.startsWith("table")
    ? "STORE_UNAVAILABLE"
    : port === "runs" || port === "notifications"
      ? "QUEUE_UNAVAILABLE"
      : "BROKER_UNAVAILABLE";
  throw new TransientError(port === "notifier" ? "CHANNEL_UNAVAILABLE" : code, "planted");
}

/** The morning up to the work, the work under the killer, and the hour after it in which everything has to come right. */
async function playOut(work: WalkedWork, mutant: Mutant | undefined, killer: Killer): Promise<readonly Violation[]> {
  let world: World;
  const watch = createWatch(tape, () => world);
  const from = addMs(slot, -40 * minuteMs);
  world = await createWorld({
    seed: 7,
    tape,
    config: configOf(work === "protected run" ? { stopLossFraction: 0.1, takeProfitFraction: 0.2 } : undefined),
    at: from,
    cash: "100000",
    mutant,
    onEffects: watch.effects,
    onOrderSent: watch.orderSent,
    onSlotWrite: watch.slotWritten,
  });
  const steering: Steering = (call, perform, process) => killer(call, perform, world, process);
  await world.advanceTo(msFromInstant(slot) - 30 * minuteMs);
  await tickAndDeliver(world);
  await world.advanceTo(msFromInstant(slot));
  await world.start("timer", work === "tick" ? steering : undefined).run((app) => app.scheduler.tick("timer"));
  await world.deliverRun(work.endsWith("run") ? steering : undefined);
  if (work === "monitor") await world.start("timer", steering).run((app) => app.realtimeMonitor.check());
  for (let minutes = 1; minutes <= 30; minutes += minutes < 6 ? 1 : 6) {
    await world.advanceTo(msFromInstant(slot) + minutes * minuteMs);
    await tickAndDeliver(world);
    await world.start("timer").run((app) => app.realtimeMonitor.check());
  }
  return [...watch.violations, ...(await judgeEnd(world, from, slot))];
}

async function tickAndDeliver(world: World): Promise<void> {
  await world.start("timer").run((app) => app.scheduler.tick("timer"));
  while ((await world.deliverRun()) || (await world.deliverDead()) || (await world.deliverNotification()));
}
