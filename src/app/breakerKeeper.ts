// The breakers' keeper: switches trading as the monitor's state says that it must be, tells people, and knows which trips a person has answered.
import { breakerPrincipal, type ControlState, standingBreakers } from "../core/model/control.ts";
import { InvariantError, TransientError } from "../core/model/errors.ts";
import type { Breakers } from "../core/model/limits.ts";
import type { BreakerMemory, Trip } from "../core/model/monitor.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { ControlService } from "./controlService.ts";
import type { Outbox } from "./outbox.ts";

export type BreakerKeeper = {
  /** The memory with the trips that stand, or that were decided and then not carried out by a check that died: a person's resumption ends the others. */
  recall(memory: BreakerMemory | undefined, switches: ControlState): Promise<BreakerMemory>;
  /** Tells people of each trip that the switches do not name yet, and switches. Call it once the trips are stored: they are then never lost. */
  carryOut(trips: readonly Trip[], switches: ControlState): Promise<void>;
  /**
   * Does the work that the breakers depend on. When what they go by cannot be read, switches as the strictest of them would, and again after
   * a resumption while that is so; not for failures that pass, and not where the broker takes no order either. The failure is thrown.
   */
  closingOnFailure<T>(breakers: Breakers, work: () => Promise<T>): Promise<T>;
};

/** Events looked through for one that shows a trip carried out. */
const eventsLookedAt = 200;

export function createBreakerKeeper(ports: {
  readonly control: ControlStore;
  readonly controlService: ControlService;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): BreakerKeeper {
  const { control, controlService, outbox, clock, telemetry } = ports;

  async function wasCarriedOut({ breaker, at }: Trip): Promise<boolean> {
    const { items } = await control.events({ limit: eventsLookedAt });
    const { name } = breakerPrincipal(breaker);
    return items.some((event) => event.at >= at && event.principal.kind === "app" && event.principal.name === name);
  }

  const recall: BreakerKeeper["recall"] = async (memory = { trips: [], recent: [] }, switches) => {
    const standing = standingBreakers(switches);
    const trips: Trip[] = [];
    for (const trip of memory.trips) {
      if (standing.includes(trip.breaker) || !(await wasCarriedOut(trip))) trips.push(trip);
    }
    return { ...memory, trips };
  };

  const carryOut: BreakerKeeper["carryOut"] = async (trips, switches) => {
    const standing = standingBreakers(switches);
    for (const { breaker, action, reason, at } of trips) {
      if (standing.includes(breaker)) continue;
      telemetry.event("error", "breaker.tripped", { breaker, action, reason });
      await tell(`${breaker}.${at}`, breaker, action, reason);
      await controlService.trip(breaker, action, reason);
    }
  };

  const closingOnFailure: BreakerKeeper["closingOnFailure"] = async (breakers, work) => {
    try {
      return await work();
    } catch (failure) {
      await failClosed(breakers, failure);
      throw failure;
    }
  };

  async function failClosed(breakers: Breakers, failure: unknown): Promise<void> {
    const set = Object.values(breakers).filter((breaker) => breaker !== undefined);
    const passes = failure instanceof TransientError;
    const isLockedOut = failure instanceof InvariantError && failure.code === "BROKER_UNAUTHORIZED";
    if (set.length === 0 || passes || isLockedOut) return;
    const action = set.some((breaker) => breaker.action === "halt") ? "halt" : "reduce";
    const reason = `what the breakers go by cannot be read: ${String(failure)}`.slice(0, 1000);
    if (!(await controlService.trip(unreadable, action, reason))) return;
    telemetry.event("error", "breaker.tripped", { breaker: unreadable, action, reason });
    await tell(`${unreadable}.${clock.now()}`, unreadable, action, reason);
  }

  const tell = (id: string, breaker: string, action: Trip["action"], reason: string): Promise<void> =>
    outbox.post({
      schemaVersion: 1,
      id: `breaker.${id}`.slice(0, 120),
      kind: "breaker",
      fingerprint: `breaker/${id}`.slice(0, 120),
      severity: "error",
      title: `Trading is ${action === "halt" ? "halted" : "reduced"} by the breaker ${breaker}`,
      text:
        `${reason}. It stays so until a person resumes, by name and with a reason: POST /api/scheduler/resume. Settings: ` +
        "risk_limits.breakers.",
      at: clock.now(),
      attempt: 1,
    });

  return { recall, carryOut, closingOnFailure };
}

const unreadable = "unreadable";
