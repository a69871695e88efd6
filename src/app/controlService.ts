// The switches: start and stop, halt, reduce and resume, for the account or one part of it, now or later; each change is an event with who, when and why.
import { instantOf, refuseReenabling, refuseUnfit, type TurnTime, undoesAnother } from "../core/control/refuseTurn.ts";
import { eventOf, type Turn, withScheduled, withTrip, withTurn } from "../core/control/turnSwitch.ts";
import {
  breakerPrincipal,
  type ControlState,
  describePrincipal,
  scopeText,
  standingBreakers,
} from "../core/model/control.ts";
import { TransientError } from "../core/model/errors.ts";
import type { Instant } from "../core/model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore, SettingsStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { Outbox } from "./outbox.ts";
import { saveAgain } from "./saveAgain.ts";
import type { ScopeCheck } from "./scopeCheck.ts";
import type { TradingHalt } from "./tradingHalt.ts";

export type ControlRequest = Turn & {
  /** Start and stop only: when. */
  readonly at?: TurnTime;
};

export type ControlService = {
  /**
   * Idempotent: asking for the state that is there changes nothing. Once `halt` is answered, no order that it concerns reaches the broker any
   * more: it waits for what is under way. Throws TransientError when others keep changing the state, RefusedError for what it may not do.
   */
  change(request: ControlRequest): Promise<ControlState>;
  /** Makes the starts and stops whose time has come, and answers the state with them. */
  applyScheduled(now: Instant): Promise<ControlState>;
  /**
   * A breaker reduces or halts the whole account, and is named until a person switches trading on again by name and with a reason; also where
   * that or more holds already, for whoever lifts it must know. False when nothing changed but that.
   */
  trip(breaker: string, action: "reduce" | "halt", reason: string): Promise<boolean>;
};

const keptChanging = "the control state kept changing; look at it and try again";

export function createControlService(ports: {
  readonly control: ControlStore;
  readonly settings: SettingsStore;
  readonly tradingHalt: TradingHalt;
  readonly scopeCheck: ScopeCheck;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): ControlService {
  const { control, settings, tradingHalt, scopeCheck, outbox, clock, telemetry } = ports;

  async function change(request: ControlRequest): Promise<ControlState> {
    const { at, ...turn } = request;
    refuseUnfit(turn, at, clock.now());
    await scopeCheck.refuseUnknown(turn.scope);
    const next = at === undefined ? await changeNow(turn) : await putOff(turn, instantOf(at, clock.now()));
    if (turn.action === "halt") await afterHalt();
    return next;
  }

  async function changeNow(turn: Turn): Promise<ControlState> {
    let seen: ControlState | undefined;
    return saveAgain(async () => {
      const { state, etag } = await control.read();
      seen ??= state;
      if (undoesAnother(turn, seen, state)) throw new TransientError("STORE_UNAVAILABLE", keptChanging);
      refuseReenabling(turn, state);
      const next = withTurn(state, turn, clock.now());
      if (next === state) return state;
      if (!(await control.write(next, eventOf(turn, state, next, clock.now()), etag))) return undefined;
      tell(turn, next);
      if (standingBreakers(state).length > 0 && standingBreakers(next).length === 0) await tellLifted(turn);
      return next;
    }, keptChanging);
  }

  async function putOff({ action, ...asked }: Turn, at: Instant | "never"): Promise<ControlState> {
    if (action !== "start" && action !== "stop") throw new RangeError(`${action} cannot be put off`);
    const turn = { action, ...asked };
    return saveAgain(async () => {
      const { state, etag } = await control.read();
      const next = withScheduled(state, turn, at);
      if (next === state) return state;
      const event = { ...eventOf(turn, state, next, clock.now()), scheduledFor: at };
      return (await control.write(next, event, etag)) ? next : undefined;
    }, keptChanging);
  }

  async function applyScheduled(now: Instant): Promise<ControlState> {
    for (;;) {
      const { state, etag } = await control.read();
      const due = state.scheduled.find(({ at }) => at <= now);
      if (due === undefined) return state;
      const { action, scope, reason, actor } = due;
      const turn: Turn = {
        action,
        scope,
        principal: { kind: "app", name: `${actor}, scheduled` },
        reason,
        source: "schedule",
      };
      const next = withTurn({ ...state, scheduled: state.scheduled.filter((each) => each !== due) }, turn, now);
      if (await control.write(next, eventOf(turn, state, next, now), etag)) tell(turn, next);
    }
  }

  async function trip(breaker: string, action: "reduce" | "halt", reason: string): Promise<boolean> {
    const principal = breakerPrincipal(breaker);
    const turn: Turn = { action, scope: { kind: "account" }, principal, reason, source: "monitor" };
    return saveAgain(async () => {
      const { state, etag } = await control.read();
      const next = withTrip(state, { ...turn, action }, breaker, clock.now());
      if (next === state) return false;
      if (!(await control.write(next, eventOf(turn, state, next, clock.now()), etag))) return undefined;
      tell(turn, next);
      if (action === "halt") await afterHalt();
      return next.tradingState !== state.tradingState;
    }, "the control state kept changing; the breaker trips at the next check");
  }

  const tellLifted = ({ action, principal, reason }: Turn): Promise<void> =>
    outbox.post({
      schemaVersion: 1,
      id: `breakers.lifted.${clock.now()}`,
      kind: "breaker",
      // Above what each breaker's own trip was told under.
      fingerprint: "breaker",
      resolves: true,
      severity: "info",
      title: `Trading goes on after a breaker: ${action} by ${describePrincipal(principal)}`.slice(0, 200),
      text: reason.slice(0, 4000),
      at: clock.now(),
      attempt: 1,
    });

  function tell({ action, scope, principal, reason }: Turn, next: ControlState): void {
    telemetry.event("warning", "control.changed", {
      action,
      scope: scopeText(scope),
      automation: next.automation,
      tradingState: next.tradingState,
      reason,
      actor: describePrincipal(principal),
    });
  }

  /** The switch is set already. Who asked is told only once nothing is under way; the cancelling is repeated by the monitor every minute. */
  async function afterHalt(): Promise<void> {
    await tradingHalt.settle();
    const { state } = await control.read();
    // Only a halt of everything: orders of one part cannot be told from the others while they are open.
    if (state.tradingState !== "halted") return;
    try {
      const { monitor } = await readSettings(settings);
      if (monitor.cancelOnHalt) await tradingHalt.cancelOpenOrders();
    } catch (failure) {
      telemetry.event("error", "halt.notCancelled", { message: String(failure) });
    }
  }

  return { change, applyScheduled, trip };
}
