// The operator's switches: whether the automation runs, what trading is allowed while it does, for all of it or for one part.
import { z } from "zod";
import { instant } from "./parse.ts";
import type { Instant } from "./time.ts";

/** `started`: ticks create runs. `stopped`: every due slot ends as blocked. */
export type Automation = "started" | "stopped";
/** `running`: all orders. `reducing`: only what lowers exposure. `halted`: none. Read again before each order. */
export type TradingState = "running" | "reducing" | "halted";

/** Who asked: proven by Entra, known by the function key's name, claimed in the request, or the app itself. */
export const principalSchema = z.strictObject({
  kind: z.enum(["entra", "key", "claimed", "app"]),
  name: z.string().min(1).max(200),
});

const partScope = z.strictObject({ kind: z.enum(["task", "symbol", "strategy"]), id: z.string().min(1).max(40) });
/** What a switch holds for. Tasks can be stopped and halted; symbols and strategies only reduced or halted. */
export const scopeSchema = z.union([z.strictObject({ kind: z.literal("account") }), partScope]);

const switches = {
  automation: z.enum(["started", "stopped"]),
  tradingState: z.enum(["running", "reducing", "halted"]),
};
const why = { reason: z.string(), actor: z.string() };
const turned = z.strictObject({ ...why, changedAt: instant });
const turnedSwitches = {
  ...switches,
  /** Of the latest change of either switch. */
  ...turned.shape,
  /** Of each switch by itself, so that a stop keeps its reason while somebody halts and resumes. Absent while it was never turned. */
  automationChange: turned.exactOptional(),
  tradingStateChange: turned.exactOptional(),
};

export const controlStateSchema = z.strictObject({
  ...turnedSwitches,
  /** The breakers that tripped, `dailyLoss, drawdown`, until a named person switches trading on again; absent when none did. */
  trippedBy: z.string().exactOptional(),
  /** The switches of single tasks, symbols and strategies that are not as the account's. */
  restrictions: z.array(z.strictObject({ scope: partScope, ...turnedSwitches })),
  /** Starts and stops that wait for their time, soonest first. */
  scheduled: z.array(z.strictObject({ action: z.enum(["start", "stop"]), at: instant, scope: scopeSchema, ...why })),
});

/** One change of the switches, or one that was put off: who, when, why, from where, and what was before. */
export const controlEventSchema = z.strictObject({
  at: instant,
  action: z.enum(["start", "stop", "restart", "halt", "reduce", "resume"]),
  scope: scopeSchema,
  principal: principalSchema,
  reason: z.string(),
  /** The request that asked, or the part of the app. */
  source: z.string(),
  /** When it is to happen, for one that was put off; `never` for one that was taken back. */
  scheduledFor: z.union([instant, z.literal("never")]).exactOptional(),
  previous: z.strictObject(switches),
  next: z.strictObject(switches),
});

export type Principal = Readonly<z.infer<typeof principalSchema>>;
export type Scope = Readonly<z.infer<typeof scopeSchema>>;
export type ControlState = Readonly<z.infer<typeof controlStateSchema>>;
export type Restriction = ControlState["restrictions"][number];
/** Who turned a switch, why and when. */
export type Turned = Readonly<z.infer<typeof turned>>;
export type ScheduledChange = ControlState["scheduled"][number];
export type ControlEvent = Readonly<z.infer<typeof controlEventSchema>>;
export type ControlAction = ControlEvent["action"];

/** Why a change of the configuration was made, and by whom. */
export type Change = {
  readonly at: Instant;
  readonly principal: Principal;
  readonly reason: string;
  readonly source: string;
};

/** Who changes something, why and from where; the time is the app's to say. */
export type By = Omit<Change, "at">;

/** What a stored version says of the change that made it. */
export const stampOf = ({ principal, reason, source }: By, changedAt: Instant) => ({
  changedAt,
  changedBy: principal,
  reason,
  source,
});

/** Stand for a name and a reason that nobody gave. */
export const unnamed = "unnamed";
export const noReason = "no reason given";

/** `ann@example.com`, `key ops`, `ann (claimed)`: how a principal is told to people. */
export const describePrincipal = ({ kind, name }: Principal): string =>
  ({ entra: name, key: `key ${name}`, claimed: `${name} (claimed)`, app: name })[kind];

export const initialControl = (now: Instant): ControlState => ({
  automation: "started",
  tradingState: "running",
  reason: "first start",
  actor: "seed",
  changedAt: now,
  restrictions: [],
  scheduled: [],
});

export const severity: Readonly<Record<TradingState, number>> = { running: 0, reducing: 1, halted: 2 };

/** The breakers whose trips stand. */
export const standingBreakers = ({ trippedBy }: Pick<ControlState, "trippedBy">): readonly string[] =>
  trippedBy?.split(", ") ?? [];

/** Who an event names when a breaker trips. */
export const breakerPrincipal = (breaker: string): Principal => ({ kind: "app", name: `breaker ${breaker}` });

/** Both switches as they hold for one order or run, each with who turned it and why: `ann (claimed): news`. */
type Held = {
  readonly automation: Automation;
  readonly automationBy: string;
  readonly tradingState: TradingState;
  readonly tradingStateBy: string;
};

/** What holds for one order or run: of the account's switches and those of its task, symbol and strategies, the strictest. */
export function switchFor(
  state: ControlState,
  part: { readonly taskId?: string; readonly symbol?: string; readonly strategies?: readonly string[] },
): Held {
  const concerns = ({ scope: { kind, id } }: Restriction): boolean =>
    kind === "task"
      ? id === part.taskId
      : kind === "symbol"
        ? id === part.symbol
        : (part.strategies ?? []).includes(id);
  return state.restrictions.filter(concerns).map(heldBy).reduce(stricter, heldBy(state));
}

/** States that older versions stored say of both switches together who turned them. */
const heldBy = (turned: ControlState | Restriction): Held => {
  const { automation, tradingState, automationChange = turned, tradingStateChange = turned } = turned;
  const by = ({ actor, reason }: Turned): string => `${actor}: ${reason}`;
  return { automation, automationBy: by(automationChange), tradingState, tradingStateBy: by(tradingStateChange) };
};

const stricter = (a: Held, b: Held): Held => ({
  ...a,
  ...(b.automation === "stopped" && a.automation === "started"
    ? { automation: b.automation, automationBy: b.automationBy }
    : {}),
  ...(severity[b.tradingState] > severity[a.tradingState]
    ? { tradingState: b.tradingState, tradingStateBy: b.tradingStateBy }
    : {}),
});

/** `account`, `task demo-trend`: how a scope is told to people. */
export const scopeText = (scope: Scope): string =>
  scope.kind === "account" ? scope.kind : `${scope.kind} ${scope.id}`;
