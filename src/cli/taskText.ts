// A task as people read it.
import { z } from "zod";
import { principalText, type StoredTask, taskAlone } from "./answers.ts";
import { fields, type Paint, short, when } from "./output.ts";

const shownByName = ["id", "name", "enabled", "mode", "account", "schedule", "symbols", "universe", "strategies"];

/** A version of a task, a line a field. */
export function taskText(stored: StoredTask, paint: Paint): string {
  const { version, createdAt, changedAt, changedBy, reason, deleted } = stored;
  const { id, name, enabled, mode, account, schedule, symbols, universe, strategies } = stored;
  const rest = Object.entries(taskAlone(stored)).filter(([field]) => !shownByName.includes(field));
  return fields(
    [
      ["id", id],
      ["name", name],
      ["state", deleted ? "deleted" : enabled ? "enabled" : "disabled", deleted ? "red" : enabled ? "green" : "yellow"],
      ["account", `${account}, ${mode}`, mode === "live" ? "yellow" : undefined],
      ["schedule", scheduleText(schedule)],
      ["symbols", symbolsText({ symbols, universe })],
      ...strategies.map(({ name: strategy, ...more }) => ["strategy", `${strategy} ${JSON.stringify(more)}`] as const),
      ...rest.map(([field, value]) => [field, short(value)] as const),
      ["version", `${version}, ${when(changedAt)} by ${principalText(changedBy)}: ${reason}`],
      ["created", when(createdAt)],
    ],
    paint,
  );
}

const oneSchedule = z.looseObject({
  cron: z.string().optional(),
  everyMinutes: z.number().optional(),
  at: z.string().optional(),
  zone: z.string().optional(),
});

/** `30 9 * * 1-5 America/New_York`, `every 15 min America/New_York`, `open+5m`. */
export function scheduleText(schedule: unknown): string {
  return (Array.isArray(schedule) ? schedule : [schedule])
    .map((each) => {
      const { cron, everyMinutes, at, zone } = oneSchedule.safeParse(each).data ?? {};
      const due = cron ?? (everyMinutes === undefined ? (at ?? JSON.stringify(each)) : `every ${everyMinutes} min`);
      return zone === undefined ? due : `${due} ${zone}`;
    })
    .join("; ");
}

/** The symbols, the first few of many, or the name of their list. */
export const symbolsText = ({
  symbols,
  universe,
}: {
  readonly symbols?: string[] | undefined;
  readonly universe?: string | undefined;
}) =>
  symbols === undefined
    ? `list ${universe ?? "?"}`
    : symbols.length > 8
      ? `${symbols.slice(0, 8).join(" ")} and ${symbols.length - 8} more`
      : symbols.join(" ");
