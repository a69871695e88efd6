// Go or no-go before the open: everything that decides whether the day can be traded, judged on one page of green, yellow and red.
import { type ControlState, scopeText } from "../model/control.ts";
import type { RiskLimits } from "../model/limits.ts";
import { isPositive } from "../model/money.ts";
import type { MonitorState } from "../model/monitor.ts";
import type { Notification } from "../model/notification.ts";
import type { AccountSnapshot } from "../model/portfolio.ts";
import type { TradingWindow } from "../model/settings.ts";
import { type Task, windowOf } from "../model/task.ts";
import type { Instant, TradingDay } from "../model/time.ts";
import { nextDue } from "../schedule/dueSlots.ts";
import { nextSessionAfter, sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";
import type { ContractFinding } from "./contract.ts";
import { type Heartbeat, isBeating, maskedAccount, type ProbeResult } from "./probe.ts";

/** What could be found out, or why it could not. */
export type Known<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };

export type PreflightFacts = {
  readonly now: Instant;
  readonly mode: "paper" | "live";
  readonly control: Known<ControlState>;
  /** The common window as it holds, and the limits. */
  readonly settings: Known<{ readonly window: TradingWindow; readonly limits: RiskLimits }>;
  readonly tasks: Known<{ readonly tasks: readonly Task[]; readonly unreadable: readonly string[] }>;
  readonly account: Known<AccountSnapshot>;
  readonly monitor: Known<MonitorState | undefined>;
  readonly heartbeat: Known<Heartbeat | null>;
  readonly findings: Known<readonly ContractFinding[]>;
  /** Messages in each queue's dead letters. */
  readonly deadLetters: Known<{ readonly runs: number; readonly notifications: number }>;
  readonly hasNotifier: boolean;
  /** Clock, feed, calendar and tables. */
  readonly probes: readonly ProbeResult[];
};

/** `red`: the day cannot be traded as it should. `yellow`: it can, and somebody should know this first. */
export type Light = "green" | "yellow" | "red";
export type PreflightItem = {
  readonly name: string;
  readonly light: Light;
  readonly detail: string;
  readonly remedy?: string;
};
export type Preflight = {
  readonly at: Instant;
  readonly day: TradingDay;
  readonly mode: "paper" | "live";
  /** Nothing is red. */
  readonly go: boolean;
  readonly items: readonly PreflightItem[];
};

type Said = Omit<PreflightItem, "name">;
type Judge = (facts: PreflightFacts) => Said;

const green = (detail: string): Said => ({ light: "green", detail });
const yellow = (detail: string, remedy: string): Said => ({ light: "yellow", detail, remedy });
const red = (detail: string, remedy: string): Said => ({ light: "red", detail, remedy });

/** What cannot be found out is red: nobody may take silence for a go. */
const knowing = <T>(known: Known<T>, judge: (value: T) => Said): Said =>
  known.ok ? judge(known.value) : red(`cannot be read: ${known.detail}`, "Look at GET /api/health/ready.");

const automation: Judge = ({ control }) =>
  knowing(control, ({ automation, tradingState, reason, actor, trippedBy, restrictions, scheduled }) => {
    const why = `by ${actor}: ${reason}`;
    if (trippedBy !== undefined)
      return red(`${tradingState}, tripped by ${trippedBy}`, "Find out why, then resume by name and with a reason.");
    if (automation === "stopped") return red(`stopped ${why}`, "Start it.");
    if (tradingState === "halted") return red(`halted ${why}`, "Resume it.");
    if (tradingState === "reducing") return yellow(`only reduces ${why}`, "Resume it when it may buy again.");
    const parts = restrictions.map(
      ({ scope, automation, tradingState }) =>
        `${scopeText(scope)} ${automation === "stopped" ? "stopped" : tradingState}`,
    );
    const waits = scheduled.map(({ action, at, scope }) => `${action} of ${scopeText(scope)} at ${at}`);
    return parts.length + waits.length === 0
      ? green("started, trading runs")
      : yellow(`started; ${[...parts, ...waits].join(", ")}`, "Look whether this is still wanted.");
  });

const window: Judge = ({ settings, now }) =>
  knowing(settings, ({ window }) => {
    const session = sessionOn(tradingDayOf(now));
    if (session === undefined)
      return yellow(`no session today; the next is on ${nextSessionAfter(now).day}`, "Nothing is to be done.");
    const today = stretchOf(window, now);
    if (today === undefined)
      return yellow(`closed for today: ${closedReason(window, now)}`, "Look at trading_window if it should be open.");
    const hours = `${today.from} to ${today.until}`;
    return session.early
      ? yellow(`early close: open ${hours}`, "Look whether slots after it matter.")
      : green(`open ${hours}`);
  });

/** From when until when the window is open today, from now on; undefined when it is not. */
function stretchOf(
  window: TradingWindow,
  now: Instant,
): { readonly from: Instant; readonly until: Instant } | undefined {
  const decision = decideWindow(window, now);
  if (decision.open) return { from: now, until: decision.until };
  if (tradingDayOf(decision.nextOpenAt) !== tradingDayOf(now)) return undefined;
  const opened = decideWindow(window, decision.nextOpenAt);
  return opened.open ? { from: decision.nextOpenAt, until: opened.until } : undefined;
}

function closedReason(window: TradingWindow, now: Instant): string {
  const decision = decideWindow(window, now);
  return decision.open ? "" : describeClosed(decision, window);
}

const tasks: Judge = ({ tasks, settings, mode, now }) =>
  knowing(tasks, ({ tasks, unreadable }) => {
    if (unreadable.length > 0)
      return red(`cannot be read: ${listed(unreadable)}`, "Restore the rows, or save the tasks anew.");
    const enabled = tasks.filter((task) => task.enabled);
    if (enabled.length === 0) return red("none is enabled", "Enable one: tasks enable ID.");
    const foreign = enabled.filter((task) => task.mode !== mode).map(({ id }) => id);
    if (foreign.length === enabled.length)
      return red(`all are of another mode than ${mode}: ${listed(foreign)}`, "Change the tasks' mode.");
    if (foreign.length > 0)
      return yellow(
        `of another mode than ${mode}, so skipped: ${listed(foreign)}`,
        "Change their mode, or disable them.",
      );
    const due = enabled.flatMap((task) => {
      const at = settings.ok ? nextOpenSlot(task, settings.value.window, now) : nextDue(task, now);
      return at === undefined ? [] : [{ id: task.id, at }];
    });
    const next = due.sort((a, b) => (a.at < b.at ? -1 : 1));
    const text = `${enabled.length} enabled, ${next.length} due today${next.length === 0 ? "" : `: ${listed(next.map(({ id, at }) => `${id} at ${at}`))}`}`;
    return next.length === 0 ? yellow(text, "Look at their schedules: tasks next ID.") : green(text);
  });

const slotsTried = 500;

/** The next slot of today at which the task's window is open. */
function nextOpenSlot(task: Task, common: TradingWindow, now: Instant): Instant | undefined {
  const own = windowOf(task, common);
  let at: Instant | undefined = now;
  for (let tried = 0; tried < slotsTried; tried++) {
    at = nextDue(task, at);
    if (at === undefined || tradingDayOf(at) !== tradingDayOf(now)) return undefined;
    if (decideWindow(own, at).open) return at;
  }
  return undefined;
}

const account: Judge = ({ account, mode }) =>
  knowing(account, ({ accountId, blocked, equity, buyingPower }) => {
    const who = `${mode} ${maskedAccount(accountId)}`;
    if (blocked !== undefined) return red(`${who} is blocked: ${blocked}`, "Ask the broker.");
    const text = `${who}, equity ${equity} USD, buying power ${buyingPower} USD`;
    return isPositive(buyingPower) ? green(text) : yellow(text, "Nothing can be bought until positions are sold.");
  });

const limits: Judge = ({ settings }) =>
  knowing(settings, ({ limits }) => {
    const { maxOrderNotionalUsd, maxPositionFraction, maxGrossFraction, breakers = {} } = limits;
    const text = `order ${maxOrderNotionalUsd} USD, position ${maxPositionFraction}, gross ${maxGrossFraction} of equity`;
    const missing = (["dailyLoss", "drawdown"] as const).filter((name) => breakers[name] === undefined);
    return missing.length === 0
      ? green(text)
      : yellow(`${text}; no breaker for ${missing.join(" and ")}`, "Set risk_limits.breakers.");
  });

const probed =
  (name: string, otherwise: typeof red | typeof yellow = red): Judge =>
  ({ probes }) => {
    const found = probes.filter((probe) => probe.name === name || probe.name.startsWith(`${name}.`));
    const unwell = found.filter(({ ok }) => !ok);
    if (found.length === 0) return red("was not looked at", "Look at GET /api/health/ready.");
    if (unwell.length === 0) return green(found.map(({ detail }) => detail).join("; "));
    const { remedy = "Look at GET /api/health/ready." } = unwell[0] ?? {};
    return otherwise(
      unwell.map((each) => `${found.length > 1 ? `${each.name}: ` : ""}${each.detail}`).join("; "),
      remedy,
    );
  };

const contract: Judge = ({ findings }) =>
  knowing(findings, (all) => {
    const of = (kind: ContractFinding["kind"]): readonly string[] =>
      all.filter((each) => each.kind === kind).map(({ route, detail }) => `${route} ${detail}`);
    const [breaking, unanswered, changed] = [of("breaking"), of("unanswered"), of("changed")];
    if (breaking.length > 0)
      return red(`what the app reads has changed: ${listed(breaking)}`, "Halt, and look at the broker's change log.");
    if (unanswered.length > 0)
      return yellow(`no answer: ${listed(unanswered)}`, "Ask again: it may be over before the open.");
    return changed.length === 0
      ? green("every route answers as recorded")
      : yellow(
          `changed, but not read: ${listed(changed)}`,
          "Look at the broker's change log, then record the contract anew.",
        );
  });

const orders: Judge = ({ monitor }) =>
  knowing(monitor, (state) => {
    if (state === undefined)
      return yellow("the monitor has not looked yet", "It looks every minute while the exchange is open.");
    const { unknownOrders, drifts } = state;
    if (unknownOrders > 0)
      return red(
        `${unknownOrders} in doubt: their symbols are blocked`,
        "executions show ID names them; docs/runbook.md says how to resolve one.",
      );
    return drifts.length === 0
      ? green("none in doubt, no drift")
      : yellow(
          `drift in ${listed(drifts.map(({ symbol, state }) => `${symbol} (${state})`))}`,
          "Find out who traded there.",
        );
  });

const deadLetters: Judge = ({ deadLetters }) =>
  knowing(deadLetters, ({ runs, notifications }) => {
    const text = `${runs} runs, ${notifications} notifications`;
    // The app takes its dead runs itself: one that lies there shows that it does not.
    if (runs > 0) return red(text, "The function deadRun takes them: look whether it runs.");
    return notifications > 0 ? yellow(text, "Look at the channel, then at what was not told.") : green("none");
  });

const notifications: Judge = ({ hasNotifier }) =>
  hasNotifier ? green("go to the channel") : yellow("are logged only", "Set NOTIFY_WEBHOOK_URL.");

const heartbeat: Judge = ({ heartbeat }) =>
  knowing(heartbeat, (beat) => {
    const text = beat === null ? "no tick yet" : `last tick ${Math.round(beat.ageSeconds)} s ago`;
    return isBeating(beat) ? green(text) : red(text, "Restart the app: its timer does not fire.");
  });

const judges: Readonly<Record<string, Judge>> = {
  automation,
  window,
  tasks,
  account,
  limits,
  clock: probed("broker.clock"),
  // Trading keeps to the stricter of the two calendars.
  calendar: probed("calendar", yellow),
  contract,
  orders,
  deadLetters,
  notifications,
  feed: probed("data.feed"),
  tables: probed("table"),
  heartbeat,
};

export function judgePreflight(facts: PreflightFacts): Preflight {
  const items = Object.entries(judges).map(([name, judge]) => ({ name, ...judge(facts) }));
  const { now: at, mode } = facts;
  return { at, day: tradingDayOf(at), mode, go: items.every(({ light }) => light !== "red"), items };
}

/** The page as the morning's message. Told twice it is one: its id is the day's. */
export function preflightNotification({ at, day, mode, go, items }: Preflight): Notification {
  const count = (light: Light): number => items.filter((item) => item.light === light).length;
  const lines = items.map(({ name, light, detail, remedy }) => {
    const todo = light === "red" && remedy !== undefined ? ` → ${remedy}` : "";
    return `${light === "green" ? "ok    " : light === "yellow" ? "note  " : "NO GO "} ${name}: ${detail}${todo}`;
  });
  return {
    schemaVersion: 1,
    id: `preflight.${day}`,
    severity: go ? "info" : "error",
    title: `${go ? "Go" : "NO GO"} for ${day}, ${mode}: ${count("red")} red, ${count("yellow")} to know, ${count("green")} well`,
    text: lines.join("\n").slice(0, 4000),
    at,
    attempt: 1,
  };
}

const named = 5;
const listed = (all: readonly string[]): string =>
  all.length <= named ? all.join(", ") : `${all.slice(0, named).join(", ")} and ${all.length - named} more`;
