// `tradewind tail`: what is new, as it happens: switches, runs, the window, the heartbeat. Ctrl-C ends it.
import {
  controlEvent,
  pageOf,
  principalText,
  runSummary,
  type SchedulerStatus,
  schedulerStatus,
  scopeText,
} from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Call, type Commands, talks } from "./command.ts";
import { became } from "./events.ts";
import { CommandFailure } from "./failure.ts";
import { wholeNumber } from "./options.ts";
import { type Paint, plain, type Style, when } from "./output.ts";
import { runStyle } from "./status.ts";

/** One thing that happened: as JSON the whole, for people a line. */
type News = {
  readonly kind: string;
  readonly value: unknown;
  readonly style: Style | undefined;
  readonly line: string;
};
/** What was seen before, so that only what is new is told. */
type Seen = { readonly keys: ReadonlySet<string>; readonly state: string };

const pageLimit = 200;

export function addTail(commands: Commands): void {
  const command = commands.parent
    .command("tail")
    .description("What is new, as it happens, until Ctrl-C. With --json one JSON value a line.")
    .option("--every <seconds>", "how often to look", wholeNumber(1, 3600), 5);
  talks<{ readonly every: number }>(commands, command, async (call, { every }) => {
    const { world } = call;
    const stop = world.interrupted();
    let seen: Seen | undefined;
    let lost = "";
    while (!stop.aborted) {
      try {
        const look = await lookOnce(call, seen);
        if (lost !== "") world.err("connected again\n");
        lost = "";
        for (const news of look.news) tell(call, news);
        seen = look.seen;
      } catch (failure) {
        // Whoever watches wants to go on when the app is there again; a wrong key or address at the start mends itself never.
        if (!(failure instanceof CommandFailure) || failure.exitCode === 4 || seen === undefined) throw failure;
        if (failure.message !== lost) world.err(`${failure.message} Trying on.\n`);
        lost = failure.message;
      }
      await world.sleep(every * 1000, stop);
    }
    return 0;
  });
}

function tell({ world, json, paint }: Call, { kind, value, style, line }: News): void {
  world.out(json ? `${JSON.stringify({ kind, value })}\n` : newsLine(kind, line, style, paint));
}

const newsLine = (kind: string, line: string, style: Style | undefined, paint: Paint): string =>
  `${paint(style, kind.padEnd(6))}  ${plain(line)}\n`;

/** The first look tells the state and the newest things; each one after it what was not there before, oldest first. */
async function lookOnce({ client }: Call, seen: Seen | undefined): Promise<{ news: readonly News[]; seen: Seen }> {
  const query = { limit: pageLimit };
  const [status, runs, events] = await Promise.all([
    client("scheduler"),
    client("scheduler/executions", { query }),
    client("scheduler/events", { query }),
  ]);
  const state = readAnswer(schedulerStatus, status);
  const told: readonly (News & { readonly key: string; readonly at: string })[] = [
    ...readAnswer(pageOf(controlEvent), events).items.map((event) => ({
      kind: "switch",
      key: `${event.at} ${event.action} ${scopeText(event.scope)}`,
      at: event.at,
      value: event,
      style: "yellow" as const,
      line: `${when(event.at)}  ${event.action} ${scopeText(event.scope)} by ${principalText(event.principal)}: ${became(event)} (${event.reason})`,
    })),
    ...readAnswer(pageOf(runSummary), runs).items.map((run) => ({
      kind: "run",
      // A run is news again when it ends, and when its orders fill.
      key: `${run.executionId} ${run.status} ${run.ordersAccepted} ${run.ordersFilled}`,
      at: run.endedAt ?? run.slot,
      value: run,
      style: runStyle(run.status),
      line: `${when(run.slot)}  ${run.executionId} ${run.status}: ${run.reason || `${run.ordersAccepted} of ${run.ordersPlanned} orders accepted, ${run.ordersFilled} filled`}`,
    })),
  ];
  const fresh = told.filter(({ key }) => seen?.keys.has(key) !== true).sort((a, b) => (a.at < b.at ? -1 : 1));
  const newest = seen === undefined ? fresh.slice(-5) : fresh;
  const summary = stateLine(state);
  const changed =
    summary === seen?.state
      ? []
      : [{ kind: "state", value: status.body, style: "cyan" as const, line: `${when(state.at)}  ${summary}` }];
  return {
    news: [...newest.map(({ kind, value, style, line }) => ({ kind, value, style, line })), ...changed],
    seen: { keys: new Set(told.map(({ key }) => key)), state: summary },
  };
}

/** What is told when it changes: no figure that changes with every minute. */
function stateLine({
  automation,
  tradingState,
  window,
  heartbeat,
  deadLettersToday,
  unknownOrders,
  drifts,
}: SchedulerStatus) {
  const parts = [
    `automation ${automation}`,
    `trading ${tradingState}`,
    window.open ? `window open until ${when(window.until)}` : `window closed, opens ${when(window.nextOpenAt)}`,
    ...(heartbeat !== null && heartbeat.ageSeconds > 180 ? ["the timer does not fire"] : []),
    ...(deadLettersToday > 0 ? [`${deadLettersToday} dead letters today`] : []),
    ...(unknownOrders > 0 ? [`${unknownOrders} orders in doubt`] : []),
    ...drifts.map(({ symbol, state }) => `drift of ${symbol} ${state}`),
  ];
  return parts.join(", ");
}
