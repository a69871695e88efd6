// The items of the preflight: each judges one matter green, yellow or red, with what to do.
import { scopeText } from "../model/control.ts";
import { isPositive } from "../model/money.ts";
import type { TradingWindow } from "../model/settings.ts";
import { type Task, windowOf } from "../model/task.ts";
import type { Instant } from "../model/time.ts";
import { nextDue } from "../schedule/dueSlots.ts";
import { nextSessionAfter, sessionOn, tradingDayOf } from "../schedule/tradingCalendar.ts";
import { decideWindow, describeClosed } from "../schedule/tradingWindow.ts";
import type { ContractFinding } from "./contract.ts";
import type { Known, PreflightFacts, PreflightItem } from "./preflightFacts.ts";
import { isBeating, maskedAccount } from "./probe.ts";

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

const notifications: Judge = ({ channels }) =>
  channels.length > 0
    ? green(`go to ${channels.join(", ")}`)
    : yellow("are logged only", "Name a channel: see docs/notifications.md.");

const heartbeat: Judge = ({ heartbeat }) =>
  knowing(heartbeat, (beat) => {
    const text = beat === null ? "no tick yet" : `last tick ${Math.round(beat.ageSeconds)} s ago`;
    return isBeating(beat) ? green(text) : red(text, "Restart the app: its timer does not fire.");
  });

/** Every item by its name, in the order of the page. */
export const judges: Readonly<Record<string, Judge>> = {
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

const named = 5;
const listed = (all: readonly string[]): string =>
  all.length <= named ? all.join(", ") : `${all.slice(0, named).join(", ")} and ${all.length - named} more`;
