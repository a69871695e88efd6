// What a change makes of the switches: the state after it, and the event that tells of it.
import {
  type Automation,
  type By,
  type ControlAction,
  type ControlEvent,
  type ControlState,
  describePrincipal,
  type Restriction,
  type ScheduledChange,
  type Scope,
  scopeText,
  severity,
  standingBreakers,
  type TradingState,
  type Turned,
} from "../model/control.ts";
import type { Instant } from "../model/time.ts";

/** What is asked of the switches, by whom, why and from where. */
export type Turn = By & { readonly action: ControlAction; readonly scope: Scope };

type Tightening = { readonly action: "reduce" | "halt" };
type ScheduledTurn = Pick<ScheduledChange, "action">;

type Switches = { readonly automation: Automation; readonly tradingState: TradingState };

/** What each action makes of the switches. */
export const effects: Readonly<Record<ControlAction, Partial<Switches>>> = {
  start: { automation: "started" },
  stop: { automation: "stopped" },
  restart: { automation: "started" },
  halt: { tradingState: "halted" },
  reduce: { tradingState: "reducing" },
  resume: { tradingState: "running" },
};

const free: Switches = { automation: "started", tradingState: "running" };

/** The state with the switch turned; the same object where nothing changes. `restart` is a change always. */
export function withTurn(state: ControlState, turn: Turn, at: Instant): ControlState {
  const { action, scope } = turn;
  const why = { reason: turn.reason, actor: describePrincipal(turn.principal), changedAt: at };
  return scope.kind === "account" ? withAccountTurn(state, action, why) : withPartTurn(state, action, { scope, why });
}

function withAccountTurn(state: ControlState, action: ControlAction, why: Turned): ControlState {
  const effect = effects[action];
  const { trippedBy, ...next } = { ...state, ...effect, ...why, ...changesOf(state, effect, why) };
  if (isSame(next, state) && action !== "restart") return state;
  // A breaker is answered by whoever lets all orders leave again; until then it stands.
  const isAnswered = effect.tradingState === "running";
  return { ...next, ...(trippedBy === undefined || isAnswered ? {} : { trippedBy }) };
}

function withPartTurn(
  state: ControlState,
  action: ControlAction,
  { scope, why }: { readonly scope: Restriction["scope"]; readonly why: Turned },
): ControlState {
  const effect = effects[action];
  const before = state.restrictions.find((each) => isSameScope(each.scope, scope));
  const next = { scope, ...free, ...before, ...effect, ...why, ...changesOf(before, effect, why) };
  if (isSame(next, before ?? free)) return state;
  const others = state.restrictions.filter((each) => each !== before);
  return { ...state, restrictions: isSame(next, free) ? others : [...others, next] };
}

/** The state with the breaker in it; the same object where it has tripped already. */
export function withTrip(state: ControlState, turn: Turn & Tightening, breaker: string, at: Instant): ControlState {
  const { action, reason, principal } = turn;
  const { tradingState = state.tradingState } = effects[action];
  const tightens = severity[tradingState] > severity[state.tradingState];
  const standing = standingBreakers(state);
  if (!tightens && standing.includes(breaker)) return state;
  const trippedBy = [...new Set([...standing, breaker])].join(", ");
  const why = { reason, actor: describePrincipal(principal), changedAt: at };
  if (tightens) return { ...state, tradingState, ...why, ...changesOf(state, { tradingState }, why), trippedBy };
  const holding = state.tradingStateChange ?? turnedOf(state);
  const both = { ...holding, reason: `${holding.reason}; ${reason}`, changedAt: at };
  return { ...state, ...both, ...changesOf(state, { tradingState }, both), trippedBy };
}

/** The state with a start or stop that waits until `at`, or with none of that scope any more. The same object where nothing changes. */
export function withScheduled(state: ControlState, turn: Turn & ScheduledTurn, at: Instant | "never"): ControlState {
  const { action, scope, reason } = turn;
  const waiting = { action, scope, reason, actor: describePrincipal(turn.principal) };
  const there = state.scheduled.find((each) => each.action === action && isSameScope(each.scope, scope));
  const isThere = there?.at === at && there.reason === reason && there.actor === waiting.actor;
  if (isThere || (there === undefined && at === "never")) return state;
  const others = state.scheduled.filter((each) => each !== there);
  const scheduled = at === "never" ? others : [...others, { ...waiting, at }];
  return { ...state, scheduled: scheduled.sort((a, b) => (a.at < b.at ? -1 : 1)) };
}

/** Tells of the change of `before` into `after`. */
export const eventOf = (turn: Turn, before: ControlState, after: ControlState, at: Instant): ControlEvent => ({
  at,
  action: turn.action,
  scope: turn.scope,
  principal: turn.principal,
  reason: turn.reason,
  source: turn.source,
  previous: switchesOf(before, turn.scope),
  next: switchesOf(after, turn.scope),
});

function switchesOf(state: ControlState, scope: Scope): Switches {
  const { automation, tradingState } =
    scope.kind === "account" ? state : (state.restrictions.find((each) => isSameScope(each.scope, scope)) ?? free);
  return { automation, tradingState };
}

/** Who turned each switch last, once the effect is there. */
const changesOf = (before: ControlState | Restriction | undefined, effect: Partial<Switches>, why: Turned) => ({
  automationChange: effect.automation === undefined ? (before?.automationChange ?? turnedOf(before ?? why)) : why,
  tradingStateChange: effect.tradingState === undefined ? (before?.tradingStateChange ?? turnedOf(before ?? why)) : why,
});

const turnedOf = ({ reason, actor, changedAt }: Turned): Turned => ({ reason, actor, changedAt });

const isSame = (a: Switches, b: Switches): boolean =>
  a.automation === b.automation && a.tradingState === b.tradingState;

const isSameScope = (a: Scope, b: Scope): boolean => scopeText(a) === scopeText(b);
