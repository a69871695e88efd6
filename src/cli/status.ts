// `tradewind status`: what runs, what may trade, when it traded last and trades next, and today's figures.
import { type ControlState, type SchedulerStatus, schedulerStatus, scopeText } from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Commands, talks } from "./command.ts";
import { counted, type Field, fields, type Paint, type Style, span, when } from "./output.ts";

/** A tick comes every minute: older than this, the timer does not fire any more. */
export const staleSeconds = 180;

export function addStatus(commands: Commands): void {
  const command = commands.parent
    .command("status")
    .description("What runs, what may trade, the last and the next execution, today's figures.");
  talks(commands, command, async ({ client, print, paint, target }) => {
    const answer = await client("scheduler");
    print(answer.body, () => statusText(readAnswer(schedulerStatus, answer), target.name, paint));
    return 0;
  });
}

export function statusText(status: SchedulerStatus, name: string, paint: Paint): string {
  const { at, mode, nextWindow, lastExecution: last, nextExecution: next, versions } = status;
  const lastText =
    last === null
      ? "none"
      : `${last.executionId} ${last.status}${last.code === "" ? "" : ` ${last.code}`}${last.reason === "" ? "" : ` (${last.reason})`}`;
  const nextText = next === null ? "none is due" : `${next.taskId} at ${when(next.slot)}${inFrom(at, next.slot)}`;
  return fields(
    [
      ["app", `${name}, ${mode}, version ${versions.app}`, mode === "live" ? "yellow" : undefined],
      ["at", when(at)],
      ...switchFields(status),
      ["window", windowText(status), status.window.open ? "green" : undefined],
      ["next window", nextWindow === null ? "none" : `${when(nextWindow.openAt)} until ${when(nextWindow.until)}`],
      ["last execution", lastText, runStyle(last?.status)],
      ["next execution", next === null || next.code === "" ? nextText : `${nextText}: ${next.reason}`],
      ...healthFields(status),
      ...todayFields(status),
      [
        "settings",
        Object.entries(versions.settings)
          .map(([section, version]) => `${section} v${version}`)
          .join(", "),
      ],
    ],
    paint,
  );
}

/** The switches: for the account, for its parts, and those that wait. */
type Turned = Pick<ControlState, "changedAt" | "actor" | "reason">;

export function switchFields(state: ControlState): readonly Field[] {
  const { automation, tradingState, trippedBy, restrictions, scheduled } = state;
  const { automationChange = state, tradingStateChange = state } = state;
  return [
    ["automation", automation, automation === "started" ? "green" : "red"],
    ["", sinceText(automationChange)],
    ["trading", tradingState, tradingStyle(tradingState)],
    ["", sinceText(tradingStateChange)],
    ["tripped by", trippedBy === undefined ? undefined : `breaker ${trippedBy}`, "red"],
    ...restrictions.flatMap(restrictionFields),
    ...scheduled.map(
      (each): Field => [
        "",
        `${each.action} of ${scopeText(each.scope)} at ${when(each.at)} by ${each.actor}: ${each.reason}`,
      ],
    ),
  ];
}

/** What of the part is not as the account's. */
function restrictionFields(each: ControlState["restrictions"][number]): readonly Field[] {
  const { scope, automation, tradingState, automationChange = each, tradingStateChange = each } = each;
  const turns = [
    automation === "stopped" ? `stopped ${sinceText(automationChange)}` : undefined,
    tradingState === "running" ? undefined : `${tradingState} ${sinceText(tradingStateChange)}`,
  ];
  return turns.flatMap((says): Field[] => (says === undefined ? [] : [["", `${scopeText(scope)}: ${says}`, "yellow"]]));
}

const sinceText = ({ changedAt, actor, reason }: Turned): string => `since ${when(changedAt)} by ${actor}: ${reason}`;

const tradingStyle = (state: string): Style =>
  state === "running" ? "green" : state === "reducing" ? "yellow" : "red";

export const runStyle = (status: string | undefined): Style | undefined =>
  status === "failed" || status === "missed"
    ? "red"
    : status === "partial" || status === "blocked"
      ? "yellow"
      : status === "succeeded"
        ? "green"
        : undefined;

function windowText({ at, window }: SchedulerStatus): string {
  if (window.open) return `open until ${when(window.until)}`;
  const opens =
    window.nextOpenAt === undefined ? "" : `, opens ${when(window.nextOpenAt)}${inFrom(at, window.nextOpenAt)}`;
  return `closed: ${window.reason ?? "no reason given"}${opens}`;
}

function healthFields(status: SchedulerStatus): readonly Field[] {
  const { heartbeat, queueDepth, moreQueued, deadLettersToday, unknownOrders, drifts, attributed } = status;
  const isStale = heartbeat === null || heartbeat.ageSeconds > staleSeconds;
  return [
    [
      "heartbeat",
      heartbeat === null
        ? "no tick yet"
        : `${span(heartbeat.ageSeconds)} ago${isStale ? ": the timer does not fire" : ""}`,
      isStale ? "red" : undefined,
    ],
    ["queue", `${counted(queueDepth, "run")}${moreQueued ? " or more" : ""} on the way`],
    ["dead letters", deadLettersToday === 0 ? undefined : `${deadLettersToday} today`, "red"],
    ["in doubt", unknownOrders === 0 ? undefined : counted(unknownOrders, "order"), "red"],
    ...drifts.map(
      ({ symbol, state, believed, atBroker }): Field => [
        "drift",
        `${symbol}: ${atBroker} at the broker, ${believed} by our orders; ${state}`,
        "yellow",
      ],
    ),
    ...Object.entries(attributed).map(
      ([symbol, owners]): Field => [
        "held",
        `${symbol}: ${Object.entries(owners)
          .map(([strategy, own]) => `${own} for ${strategy}`)
          .join(", ")}`,
      ],
    ),
  ];
}

function todayFields({ today }: SchedulerStatus): readonly Field[] {
  const { profitLoss, drawdown, ordersPlanned, ordersAccepted, ordersFilled, denials } = today;
  const limit = (fraction: number | undefined): string =>
    fraction === undefined ? "" : `, limit ${percent(fraction)}`;
  return [
    [
      "today",
      `${counted(today.runs, "run")}${today.truncated ? " or more" : ""}, ${counted(ordersPlanned, "order")} planned, ` +
        `${ordersAccepted} accepted, ${ordersFilled} filled, ${counted(denials, "denial")}`,
    ],
    [
      "profit/loss",
      profitLoss === null
        ? undefined
        : `${dollars(profitLoss.usd)} (${percent(profitLoss.fractionOfDayStart)}${limit(profitLoss.dailyLossLimit)})`,
      profitLoss !== null && profitLoss.fractionOfDayStart < 0 ? "red" : undefined,
    ],
    ["drawdown", drawdown === null ? undefined : `${percent(drawdown.fraction)}${limit(drawdown.limit)}`],
  ];
}

const dollars = (usd: string): string => (usd.startsWith("-") ? `-$${usd.slice(1)}` : `$${usd}`);
const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

/** ` (in 4 min)`. */
const inFrom = (from: string, to: string): string => ` (in ${span((Date.parse(to) - Date.parse(from)) / 1000)})`;
