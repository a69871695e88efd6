// The switches: start and stop, halt, reduce and resume, for the account or one part of it, now or later; each change is an event with who, when and why.
import {
  type Automation,
  breakerPrincipal,
  type Change,
  type ControlAction,
  type ControlEvent,
  type ControlState,
  describePrincipal,
  noReason,
  type Principal,
  type Restriction,
  type ScheduledChange,
  type Scope,
  scopeText,
  severity,
  standingBreakers,
  type TradingState,
  unnamed,
} from "../core/model/control.ts";
import { RefusedError, TransientError } from "../core/model/errors.ts";
import type { Instant } from "../core/model/time.ts";
import { nextSessionAfter, sessionOn, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { ControlStore, SettingsStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { Outbox } from "./outbox.ts";
import type { TradingHalt } from "./tradingHalt.ts";

export type ControlRequest = {
  readonly action: ControlAction;
  readonly scope: Scope;
  readonly principal: Principal;
  readonly reason: string;
  readonly source: string;
  /** Start and stop only: when; `close` is the close of the session that is open, or of the next one. */
  readonly at?: Instant | "close";
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

const tries = 5;

export function createControlService(ports: {
  readonly control: ControlStore;
  readonly settings: SettingsStore;
  readonly tradingHalt: TradingHalt;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): ControlService {
  const { control, settings, tradingHalt, outbox, clock, telemetry } = ports;

  async function change(request: ControlRequest): Promise<ControlState> {
    refuseUnfit(request, clock.now());
    const next =
      request.at === undefined ? await changeNow(request) : await putOff(request, instantOf(request.at, clock.now()));
    if (request.action === "halt") await afterHalt();
    return next;
  }

  async function changeNow(request: ControlRequest): Promise<ControlState> {
    let seen: ControlState | undefined;
    for (let tried = 0; tried < tries; tried++) {
      const { state, etag } = await control.read();
      seen ??= state;
      if (undoesAnother(request, seen, state)) break;
      refuseReenabling(request, state);
      const why = { reason: request.reason, actor: describePrincipal(request.principal), changedAt: clock.now() };
      const next = withSwitch(state, request, why);
      if (next === state) return state;
      if (await control.write(next, eventOf(request, state, next, clock.now()), etag)) {
        tell(request, next);
        if (standingBreakers(state).length > 0 && standingBreakers(next).length === 0) await tellLifted(request);
        return next;
      }
    }
    throw new TransientError("STORE_UNAVAILABLE", "the control state kept changing; look at it and try again");
  }

  /** A start or stop of the same scope that waited before is replaced. */
  async function putOff(request: ControlRequest, at: Instant): Promise<ControlState> {
    const { action, scope, reason, principal } = request;
    if (action !== "start" && action !== "stop") throw new RangeError(`${action} cannot be put off`);
    const waiting: ScheduledChange = { action, at, scope, reason, actor: describePrincipal(principal) };
    for (let tried = 0; tried < tries; tried++) {
      const { state, etag } = await control.read();
      const others = state.scheduled.filter((each) => each.action !== action || !sameScope(each.scope, scope));
      const there = state.scheduled.find((each) => !others.includes(each));
      if (there?.at === at && there.reason === reason && there.actor === waiting.actor) return state;
      const next = { ...state, scheduled: [...others, waiting].sort((a, b) => (a.at < b.at ? -1 : 1)) };
      const event = { ...eventOf(request, state, next, clock.now()), scheduledFor: at };
      if (await control.write(next, event, etag)) return next;
    }
    throw new TransientError("STORE_UNAVAILABLE", "the control state kept changing; look at it and try again");
  }

  async function applyScheduled(now: Instant): Promise<ControlState> {
    for (;;) {
      const { state, etag } = await control.read();
      const due = state.scheduled.find(({ at }) => at <= now);
      if (due === undefined) return state;
      const { action, scope, reason, actor } = due;
      const rest = { ...state, scheduled: state.scheduled.filter((each) => each !== due) };
      const principal: Principal = { kind: "app", name: `${actor}, scheduled` };
      const next = withSwitch(rest, { action, scope }, { reason, actor: principal.name, changedAt: now });
      const event = eventOf({ action, scope, principal, reason, source: "schedule" }, state, next, now);
      if (await control.write(next, event, etag)) tell({ action, scope, principal, reason, source: "schedule" }, next);
    }
  }

  async function trip(breaker: string, action: "reduce" | "halt", reason: string): Promise<boolean> {
    const principal = breakerPrincipal(breaker);
    const request: ControlRequest = { action, scope: { kind: "account" }, principal, reason, source: "monitor" };
    for (let tried = 0; tried < tries; tried++) {
      const { state, etag } = await control.read();
      const next = withTrip(state, action, breaker, { reason, actor: principal.name, changedAt: clock.now() });
      if (next === state) return false;
      if (!(await control.write(next, eventOf(request, state, next, clock.now()), etag))) continue;
      tell(request, next);
      if (action === "halt") await afterHalt();
      return next.tradingState !== state.tradingState;
    }
    throw new TransientError(
      "STORE_UNAVAILABLE",
      "the control state kept changing; the breaker trips at the next check",
    );
  }

  const tellLifted = ({ action, principal, reason }: ControlRequest): Promise<void> =>
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

  function tell(request: ControlRequest, next: ControlState): void {
    telemetry.event("warning", "control.changed", {
      action: request.action,
      scope: scopeText(request.scope),
      automation: next.automation,
      tradingState: next.tradingState,
      reason: request.reason,
      actor: describePrincipal(request.principal),
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

type Switches = { readonly automation: Automation; readonly tradingState: TradingState };
const effects: Readonly<Record<ControlAction, Partial<Switches>>> = {
  start: { automation: "started" },
  stop: { automation: "stopped" },
  restart: { automation: "started" },
  halt: { tradingState: "halted" },
  reduce: { tradingState: "reducing" },
  resume: { tradingState: "running" },
};

type Why = Pick<Restriction, "reason" | "actor" | "changedAt">;

/** The state with the switch set; the same object where nothing changes. `restart` is a change always. */
function withSwitch(
  state: ControlState,
  { action, scope }: Pick<ControlRequest, "action" | "scope">,
  why: Why,
): ControlState {
  const effect = effects[action];
  if (scope.kind === "account") {
    const next = { ...state, ...effect };
    const same = next.automation === state.automation && next.tradingState === state.tradingState;
    if (same && action !== "restart") return state;
    const { trippedBy, ...rest } = next;
    const loosens = severity[next.tradingState] < severity[state.tradingState];
    return { ...rest, ...why, ...(trippedBy === undefined || loosens ? {} : { trippedBy }) };
  }
  const before = state.restrictions.find((each) => sameScope(each.scope, scope));
  const next = { automation: "started" as const, tradingState: "running" as const, ...before, ...effect };
  if (
    next.automation === (before?.automation ?? "started") &&
    next.tradingState === (before?.tradingState ?? "running")
  )
    return state;
  const others = state.restrictions.filter((each) => each !== before);
  const isFree = next.automation === "started" && next.tradingState === "running";
  return { ...state, restrictions: isFree ? others : [...others, { ...next, scope, ...why }] };
}

/** The state with the breaker in it; the same object where it has tripped already. */
function withTrip(state: ControlState, action: "reduce" | "halt", breaker: string, why: Why): ControlState {
  const { tradingState = state.tradingState } = effects[action];
  const tightens = severity[tradingState] > severity[state.tradingState];
  const standing = standingBreakers(state);
  if (!tightens && standing.includes(breaker)) return state;
  const trippedBy = [...new Set([...standing, breaker])].join(", ");
  return tightens
    ? { ...state, ...why, tradingState, trippedBy }
    : { ...state, reason: `${state.reason}; ${why.reason}`, changedAt: why.changedAt, trippedBy };
}

/** Stopping and halting always win; anything else must not undo a change of its own switch that came while it was under way. */
const undoesAnother = ({ action }: ControlRequest, seen: ControlState, now: ControlState): boolean =>
  action === "start" || action === "restart"
    ? now.automation !== seen.automation
    : (action === "resume" || action === "reduce") && now.tradingState !== seen.tradingState;

/** What a breaker switched off, a person switches on again by name and with a reason. */
function refuseReenabling({ action, scope, principal, reason }: ControlRequest, state: ControlState): void {
  const loosens = severity[effects[action].tradingState ?? "halted"] < severity[state.tradingState];
  if (state.trippedBy === undefined || scope.kind !== "account" || !loosens) return;
  const named = principal.kind !== "app" && principal.name !== unnamed;
  if (named && reason !== noReason) return;
  throw new RefusedError(
    "NAME_AND_REASON_NEEDED",
    `the breaker ${state.trippedBy} switched trading off (${state.reason}); say who you are and why it may go on`,
  );
}

function refuseUnfit({ action, scope, at }: ControlRequest, now: Instant): void {
  const startsOrStops = action === "start" || action === "stop" || action === "restart";
  if (startsOrStops && (scope.kind === "symbol" || scope.kind === "strategy"))
    throw new RefusedError("BAD_SCOPE", `a ${scope.kind} can be halted, reduced and resumed, not started or stopped`);
  if (at === undefined) return;
  if (action !== "start" && action !== "stop")
    throw new RefusedError("BAD_SCHEDULE", "only start and stop can wait for a time");
  if (instantOf(at, now) <= now)
    throw new RefusedError("BAD_SCHEDULE", "the time has passed: leave it out to do it now");
}

function instantOf(at: Instant | "close", now: Instant): Instant {
  if (at !== "close") return at;
  const today = sessionOn(tradingDayOf(now));
  return today !== undefined && now < today.closeAt ? today.closeAt : nextSessionAfter(now).closeAt;
}

const eventOf = (
  { action, scope, principal, reason, source }: Omit<Change, "at"> & Pick<ControlRequest, "action" | "scope">,
  before: ControlState,
  after: ControlState,
  at: Instant,
): ControlEvent => ({
  at,
  action,
  scope,
  principal,
  reason,
  source,
  previous: switchesOf(before, scope),
  next: switchesOf(after, scope),
});

function switchesOf(state: ControlState, scope: Scope): Switches {
  const { automation, tradingState } =
    scope.kind === "account"
      ? state
      : (state.restrictions.find((each) => sameScope(each.scope, scope)) ?? {
          automation: "started",
          tradingState: "running",
        });
  return { automation, tradingState };
}

const sameScope = (a: Scope, b: Scope): boolean => scopeText(a) === scopeText(b);
/** `account`, `task demo-trend`. */
