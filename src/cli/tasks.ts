// `tradewind tasks`: what there is, one of them, and when it is due next; enabled, disabled, deleted.
import { z } from "zod";
import { principalText, type StoredTask, storedTask } from "./answers.ts";
import { part, readAnswer } from "./client.ts";
import { type Commands, talks, type WhyOptions, why } from "./command.ts";
import { confirmed } from "./confirmed.ts";
import { wholeNumber } from "./options.ts";
import { type Column, table, when } from "./output.ts";
import { readPages } from "./pages.ts";
import { addTaskChanges } from "./taskChanges.ts";
import { addTaskRun } from "./taskRun.ts";
import { scheduleText, symbolsText, taskText } from "./taskText.ts";
import { versionTag } from "./versionTag.ts";

const neverAgain = "never again: tasks show tells its schedule and when it expires";

const dueText = ({ schedule, expiresAt }: StoredTask): string =>
  `${scheduleText(schedule)}${expiresAt === undefined ? "" : ` until ${when(expiresAt)}`}`;

const columns: readonly Column<StoredTask>[] = [
  { title: "id", value: (task) => task.id },
  { title: "name", value: (task) => task.name },
  {
    title: "enabled",
    value: (task) => (task.enabled ? "yes" : "no"),
    style: (task) => (task.enabled ? "green" : "dim"),
  },
  { title: "mode", value: (task) => task.mode },
  { title: "schedule", value: dueText },
  { title: "symbols", value: symbolsText },
  { title: "version", value: ({ version }) => String(version), right: true },
  { title: "changed", value: ({ changedAt, changedBy }) => `${when(changedAt)} by ${principalText(changedBy)}` },
];

const occurrences = z.looseObject({
  enabled: z.boolean().default(true),
  items: z.array(
    z.looseObject({
      slot: z.string(),
      local: z.string(),
      zone: z.string(),
      verdict: z.looseObject({ open: z.boolean(), until: z.string().optional(), reason: z.string().optional() }),
    }),
  ),
});
type Occurrence = z.infer<typeof occurrences>["items"][number];
const occurrenceColumns: readonly Column<Occurrence>[] = [
  { title: "local", value: ({ local, zone }) => `${local.replace("T", " ")} ${zone}` },
  { title: "UTC", value: ({ slot }) => when(slot) },
  {
    title: "window",
    value: ({ verdict }) =>
      verdict.open ? `open until ${when(verdict.until)}` : `closed: ${verdict.reason ?? "no reason given"}`,
    style: ({ verdict }) => (verdict.open ? "green" : "yellow"),
  },
];

export function addTasks(commands: Commands): void {
  const parent = commands.parent.command("tasks").description("What is traded, when and how.");
  const inTasks = { ...commands, parent };
  const list = parent
    .command("list")
    .description("Every task.")
    .option("--limit <n>", "at most so many", wholeNumber(1, 100_000), 10_000);
  talks<{ readonly limit: number }>(commands, list, async (call, { limit }) => {
    const { items, cursor: next } = await readPages(call, "tasks", {}, limit, { cursorName: "after" });
    const found = { items, ...(next === undefined ? {} : { next }) };
    call.print(found, () => table(read(z.array(storedTask), items), columns, call.paint, "no tasks"));
    return 0;
  });

  const show = parent
    .command("show <id>")
    .description("One task, or a version of it; deleted tasks by their versions.")
    .option("--version <n>", "as it was in this version", wholeNumber(1, 1e9));
  talks<{ readonly version?: number }>(commands, show, async (call, { version }, id = "") => {
    const answer = await call.client(`tasks/${part(id)}`, { query: { version } });
    call.print(answer.body, () => taskText(readAnswer(storedTask, answer), call.paint));
    return 0;
  });

  const next = parent
    .command("next <id>")
    .description("When it is due next, and what its window says of each moment.")
    .option("--count <n>", "how many", wholeNumber(1, 100), 10);
  talks<{ readonly count: number }>(commands, next, async ({ client, print, paint }, { count }, id = "") => {
    const answer = await client(`tasks/${part(id)}/next`, { query: { count } });
    print(answer.body, () => {
      const { enabled, items } = readAnswer(occurrences, answer);
      const disabled = enabled ? "" : `${paint("yellow", "The task is disabled: none of these runs.")}\n`;
      return disabled + table(items, occurrenceColumns, paint, neverAgain);
    });
    return 0;
  });

  addTaskChanges(inTasks);
  addSwitches(inTasks);
  addTaskRun(inTasks);
}

function addSwitches(commands: Commands): void {
  for (const action of ["enable", "disable"] as const) {
    const command = why(
      commands.parent.command(`${action} <id>`).description(action === "enable" ? "Let it run." : "Let it not run."),
    );
    talks<WhyOptions>(commands, command, async ({ client, target, print, paint }, { reason }, id = "") => {
      const body = { ...(reason === undefined ? {} : { reason }), actor: target.actor };
      const answer = await client(`tasks/${part(id)}/${action}`, { method: "POST", body });
      print(answer.body, () => taskText(readAnswer(storedTask, answer), paint));
      return 0;
    });
  }
  const remove = why(
    commands.parent
      .command("delete <id>")
      .description("Delete it. History still knows it; its id is never used again.")
      .option("--yes", "do not ask", false),
  );
  talks<WhyOptions & { readonly yes: boolean }>(commands, remove, async (call, { yes, reason }, id = "") => {
    const { client, world, target, print } = call;
    const found = await client(`tasks/${part(id)}`);
    await confirmed(world, yes, `Delete the task ${id} of ${target.name}? Its id can never be used again.`);
    const ifMatch = versionTag(found);
    const answer = await client(`tasks/${part(id)}`, { method: "DELETE", ifMatch, reason });
    print(answer.body, () => `deleted ${id}\n`);
    return 0;
  });
}

const read = <T>(schema: z.ZodType<T>, body: unknown): T => readAnswer(schema, { body, etag: undefined });
