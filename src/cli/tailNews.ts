// What is new since the last look, for `tradewind tail`: switches, runs, and the state when it changes.
import { type ControlEvent, principalText, type RunSummary, type SchedulerStatus, scopeText } from "./answers.ts";
import { became } from "./events.ts";
import { type Style, when } from "./output.ts";
import { runStyle, staleSeconds } from "./status.ts";

/** One thing that happened: as JSON the whole, for people a line. */
export type News = {
  readonly kind: string;
  readonly value: unknown;
  readonly style: Style | undefined;
  readonly line: string;
};
/** What was seen at the last look. */
export type Seen = { readonly keys: ReadonlySet<string>; readonly state: string };
/** One look at the app; the lists newest first, at most a page of each. */
export type Look = {
  readonly status: SchedulerStatus;
  readonly runs: readonly RunSummary[];
  readonly events: readonly ControlEvent[];
};

type Keyed = News & { readonly key: string; readonly at: string };
/** How many of what is there already the first look tells. */
const toldAtFirst = 5;

/** Oldest first; the first look tells the state and the newest things, each one after it what was not there before. */
export function newsOf(
  { status, runs, events }: Look,
  seen: Seen | undefined,
  { pageLimit, programName }: { readonly pageLimit: number; readonly programName: string },
): { readonly news: readonly News[]; readonly seen: Seen } {
  const lists = [
    { all: events.map(eventNews), command: "events" },
    { all: runs.map(runNews), command: "executions list" },
  ];
  const all = lists.flatMap((list) => list.all);
  const fresh = all.filter(({ key }) => seen?.keys.has(key) !== true).sort((a, b) => (a.at < b.at ? -1 : 1));
  const passedOver = lists.filter(
    (list) => seen !== undefined && list.all.length === pageLimit && list.all.every(({ key }) => !seen.keys.has(key)),
  );
  const summary = stateLine(status);
  const state: News = { kind: "state", value: status, style: "cyan", line: `${when(status.at)}  ${summary}` };
  return {
    news: [
      ...passedOver.map(({ command }) => more(`${programName} ${command}`)),
      ...(seen === undefined ? fresh.slice(-toldAtFirst) : fresh).map(({ key: _, at: __, ...news }) => news),
      ...(summary === seen?.state ? [] : [state]),
    ],
    seen: { keys: new Set(all.map(({ key }) => key)), state: summary },
  };
}

const more = (command: string): News => ({
  kind: "more",
  value: { command },
  style: "yellow",
  line: `happened than is shown here: ${command}`,
});

function eventNews(event: ControlEvent): Keyed {
  const { at, action, scope, principal, reason } = event;
  const what = `${action} ${scopeText(scope)} by ${principalText(principal)}: ${became(event)} (${reason})`;
  return { kind: "switch", key: `${at} ${what}`, at, value: event, style: "yellow", line: `${when(at)}  ${what}` };
}

/** A run is news again when it ends, and when its orders fill. */
function runNews(run: RunSummary): Keyed {
  const { executionId, status, slot, endedAt, reason, ordersPlanned, ordersAccepted, ordersFilled } = run;
  const orders = `${ordersAccepted} of ${ordersPlanned} orders accepted, ${ordersFilled} filled`;
  return {
    kind: "run",
    key: `${executionId} ${status} ${orders}`,
    at: endedAt ?? slot,
    value: run,
    style: runStyle(status),
    line: `${when(slot)}  ${executionId} ${status}: ${reason || orders}`,
  };
}

/** What is told when it changes: no figure that changes with every minute. */
function stateLine(status: SchedulerStatus): string {
  const { automation, tradingState, window, heartbeat, deadLettersToday, unknownOrders, drifts } = status;
  return [
    `automation ${automation}`,
    `trading ${tradingState}`,
    window.open ? `window open until ${when(window.until)}` : `window closed, opens ${when(window.nextOpenAt)}`,
    ...(heartbeat !== null && heartbeat.ageSeconds > staleSeconds ? ["the timer does not fire"] : []),
    ...(deadLettersToday > 0 ? [`${deadLettersToday} dead letters today`] : []),
    ...(unknownOrders > 0 ? [`${unknownOrders} orders in doubt`] : []),
    ...drifts.map(({ symbol, state }) => `drift of ${symbol} ${state}`),
  ].join(", ");
}
