// What goes wrong, drawn from a seed: for each call of a process a crash, a failure, a delay, something else in between, or most often nothing.
import { TransientError } from "../core/model/errors.ts";
import { generatorOf } from "../simulator/random.ts";
import { pick } from "./dayPlan.ts";
import type { Watch } from "./invariants.ts";
import { operate } from "./operator.ts";
import type { Steering, World } from "./world.ts";

/** What a call of a process meets: most often nothing. */
export function drawSteering(
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
