// `tradewind events`: who switched what, when, why and from where.
import { type ControlEvent, controlEvent, pageOf, principalText, scopeText } from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Commands, talks } from "./command.ts";
import { wholeNumber } from "./options.ts";
import { type Column, table, when } from "./output.ts";
import { readPages } from "./pages.ts";

const columns: readonly Column<ControlEvent>[] = [
  { title: "at", value: ({ at }) => when(at) },
  {
    title: "action",
    value: ({ action, scheduledFor: at }) =>
      at === undefined ? action : `${action} ${at === "never" ? at : `at ${when(at)}`}`,
  },
  { title: "scope", value: ({ scope }) => scopeText(scope) },
  { title: "by", value: ({ principal }) => principalText(principal) },
  { title: "became", value: became },
  { title: "from", value: ({ source }) => source },
  { title: "reason", value: ({ reason }) => reason },
];

export function addEvents(commands: Commands): void {
  const command = commands.parent
    .command("events")
    .description("Every change of the switches, newest first: who, when, why, from where, and what was before.")
    .option("--limit <n>", "how many", wholeNumber(1, 100_000), 50);
  talks<{ readonly limit: number }>(commands, command, async (call, { limit }) => {
    const found = await readPages(call, "scheduler/events", {}, limit);
    call.print(found, () =>
      table(readAnswer(pageOf(controlEvent), { body: found, etag: undefined }).items, columns, call.paint, "no events"),
    );
    return 0;
  });
}

/** `started → stopped`, both switches where both changed. */
export function became({ previous, next, scheduledFor }: ControlEvent): string {
  if (scheduledFor !== undefined) return scheduledFor === "never" ? "waits no more" : "waits";
  const changed = (["automation", "tradingState"] as const).filter((name) => previous[name] !== next[name]);
  return changed.map((name) => `${previous[name]} → ${next[name]}`).join(", ") || "unchanged";
}
