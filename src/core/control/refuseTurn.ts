// What may not be asked of the switches, and when a change that was put off is made.
import { type ControlState, noReason, severity, unnamed } from "../model/control.ts";
import { RefusedError } from "../model/errors.ts";
import type { Instant } from "../model/time.ts";
import { nextSessionAfter, sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { effects, type Turn } from "./turnSwitch.ts";

/** `close` is that of the session that is open, or of the next one; `never` takes back what waits. */
export type TurnTime = Instant | "close" | "never";

/** Throws RefusedError for what no state allows. */
export function refuseUnfit({ action, scope }: Turn, at: TurnTime | undefined, now: Instant): void {
  const startsOrStops = action === "start" || action === "stop" || action === "restart";
  if (startsOrStops && (scope.kind === "symbol" || scope.kind === "strategy"))
    throw new RefusedError("BAD_SCOPE", `a ${scope.kind} can be halted, reduced and resumed, not started or stopped`);
  if (at === undefined) return;
  if (action !== "start" && action !== "stop")
    throw new RefusedError("BAD_SCHEDULE", "only start and stop can wait for a time");
  const instant = instantOf(at, now);
  if (instant !== "never" && instant <= now)
    throw new RefusedError("BAD_SCHEDULE", "the time has passed: leave it out to do it now");
}

/** What a breaker switched off, a person switches on again by name and with a reason. Throws RefusedError. */
export function refuseReenabling({ action, scope, principal, reason }: Turn, state: ControlState): void {
  const loosens = severity[effects[action].tradingState ?? "halted"] < severity[state.tradingState];
  if (state.trippedBy === undefined || scope.kind !== "account" || !loosens) return;
  const named = principal.kind !== "app" && principal.name !== unnamed;
  if (named && reason !== noReason) return;
  const why = (state.tradingStateChange ?? state).reason;
  throw new RefusedError(
    "NAME_AND_REASON_NEEDED",
    `the breaker ${state.trippedBy} switched trading off (${why}); say who you are and why it may go on`,
  );
}

/** Stopping and halting always win; anything else must not undo a change of its own switch that came while it was under way. */
export const undoesAnother = ({ action }: Turn, seen: ControlState, now: ControlState): boolean =>
  action === "start" || action === "restart"
    ? now.automation !== seen.automation
    : (action === "resume" || action === "reduce") && now.tradingState !== seen.tradingState;

export function instantOf(at: TurnTime, now: Instant): Instant | "never" {
  if (at !== "close") return at;
  const today = sessionOn(tradingDayOf(now));
  return today !== undefined && now < today.closeAt ? today.closeAt : nextSessionAfter(now).closeAt;
}
