// `tradewind settings` and `changes`: sections shown and changed, what would change shown first; and the second person's word.
import { z } from "zod";
import { difference, principalText } from "./answers.ts";
import { type Answer, part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { confirmed } from "./confirmed.ts";
import { differencesText } from "./differenceText.ts";
import { wrong } from "./failure.ts";
import { editJson, mergePatchOf, readJson } from "./jsonInput.ts";
import { mergePatch } from "./mergePatch.ts";
import { several, wholeNumber } from "./options.ts";
import { type Column, fields, type Paint, short, table, when } from "./output.ts";
import { versionTag } from "./versionTag.ts";

const sections = "trading_window, risk_limits, notifications, monitor, universes";
const principal = z.looseObject({ kind: z.string(), name: z.string() });
const storedSection = z.looseObject({
  name: z.string(),
  value: z.unknown(),
  version: z.number(),
  changedAt: z.string(),
  changedBy: principal,
  reason: z.string(),
  confirmedBy: principal.optional(),
});
const pendingChange = z.looseObject({
  id: z.string(),
  section: z.string(),
  proposedAt: z.string(),
  proposedBy: principal,
  reason: z.string(),
});
const settingsChange = z.looseObject({
  outcome: z.string(),
  section: storedSection,
  differences: z.array(difference),
  change: pendingChange.optional(),
});
type PendingChange = z.infer<typeof pendingChange>;

export function addSettings(commands: Commands): void {
  const parent = commands.parent.command("settings").description(`The settings by section: ${sections}.`);
  const show = parent
    .command("show <section>")
    .description("One section, or an old version of it.")
    .option("--version <n>", "as it was in this version", wholeNumber(1, 1e9));
  talks<{ readonly version?: number }>(commands, show, async ({ client, print, paint }, { version }, section = "") => {
    const answer = await client(`settings/${part(section)}`, { query: { version } });
    print(answer.body, () => sectionText(readAnswer(storedSection, answer), paint));
    return 0;
  });
  const set = why(
    parent
      .command("set <section> [file]")
      .description(
        "Change a section: whole, from a JSON file, piped in or in an editor, or by --set. What would change is shown first.",
      )
      .option(
        "--set <path=value>",
        "one field, such as maxGrossFraction=0.8; several allowed; null takes it away",
        several,
      )
      .option("--expect <version>", "only if this is the version that is there", wholeNumber(1, 1e9))
      .option("--dry-run", "show what would change, and change nothing", false)
      .option("--yes", "do not ask", false),
  );
  talks<SetOptions>(commands, set, setSection);
}

type SetOptions = WhyOptions & {
  readonly set?: readonly string[];
  readonly expect?: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
};

async function setSection(call: Call, options: SetOptions, section = "", file?: string) {
  const { client, world, target } = call;
  const { set, expect, reason, dryRun, yes } = options;
  if (set !== undefined && file !== undefined) throw wrong("Give the change by --set or by a file, not by both.");
  const path = `settings/${part(section)}`;
  const found = await client(path);
  const ifMatch = expect === undefined ? versionTag(found) : `"${expect}"`;
  const put = (body: unknown, dry: boolean): Promise<Answer> =>
    client(path, { method: "PUT", body, ifMatch, reason, ...(dry ? { query: { dryRun: true } } : {}) });
  const before = readAnswer(storedSection, found).value;
  // Judged as a whole before anybody is asked, and in the editor until it has no faults.
  const judged = async (value: unknown) => ({ value, dry: await put(value, true) });
  const proposed =
    set !== undefined
      ? await judged(mergePatch(before, mergePatchOf(set)))
      : file === undefined && world.input === undefined
        ? await editJson(before, world, judged)
        : await judged(await readJson(file, world));
  const dry = proposed === undefined ? undefined : readAnswer(settingsChange, proposed.dry);
  if (proposed === undefined || dry === undefined || dryRun || dry.outcome === "unchanged") {
    call.print(proposed?.dry.body ?? { outcome: "unchanged", section: found.body, differences: [] }, () =>
      dry === undefined ? "unchanged\n" : changeText(dry, call),
    );
    return 0;
  }
  world.err(`${section} of ${target.name}:\n${differencesText(dry.differences, call.paint, "  ")}`);
  await confirmed(world, yes, `Change ${section} of ${target.name}?`);
  return printChange(call, await put(proposed.value, false));
}

export function addChanges(commands: Commands): void {
  const parent = commands.parent
    .command("changes")
    .description("Changes of the settings that wait for a second person: on a live account, whatever loosens a limit.");
  const list = parent.command("list").description("What waits, oldest first.");
  talks(commands, list, async ({ client, print, paint }) => {
    const answer = await client("settings/changes");
    print(answer.body, () =>
      table(
        readAnswer(z.looseObject({ items: z.array(pendingChange) }), answer).items,
        columns,
        paint,
        "nothing waits",
      ),
    );
    return 0;
  });
  const confirm = why(parent.command("confirm <id>").description("Confirm what another person proposed."));
  talks<WhyOptions>(commands, confirm, async (call, { reason }, id = "") => {
    const body = { ...(reason === undefined ? {} : { reason }), actor: call.target.actor };
    return printChange(call, await call.client(`settings/changes/${part(id)}/confirm`, { method: "POST", body }));
  });
}

const columns: readonly Column<PendingChange>[] = [
  { title: "id", value: ({ id }) => id },
  { title: "section", value: ({ section }) => section },
  { title: "proposed", value: ({ proposedAt, proposedBy }) => `${when(proposedAt)} by ${principalText(proposedBy)}` },
  { title: "reason", value: ({ reason }) => reason },
];

function printChange(call: Call, answer: Answer): 0 {
  call.print(answer.body, () => changeText(readAnswer(settingsChange, answer), call));
  return 0;
}

function changeText({ outcome, section, differences, change }: z.infer<typeof settingsChange>, { world, paint }: Call) {
  const told = {
    unchanged: `${section.name} is as it was, version ${section.version}.`,
    changed: `${section.name} is changed, version ${section.version}.`,
    wouldChange: `${section.name} would change. Nothing was changed: this was a dry run.`,
    waiting: `${section.name} waits for another person: ${world.programName} changes confirm ${change?.id ?? "ID"}`,
  }[outcome];
  return `${differencesText(differences, paint)}${told ?? `${section.name}: ${outcome}`}\n`;
}

function sectionText(section: z.infer<typeof storedSection>, paint: Paint): string {
  const { name, value, version, changedAt, changedBy, reason, confirmedBy } = section;
  const parts = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const second = confirmedBy === undefined ? "" : `, confirmed by ${principalText(confirmedBy)}`;
  return fields(
    [
      ["section", name],
      ["version", `${version}, ${when(changedAt)} by ${principalText(changedBy)}${second}: ${reason}`],
      ...parts.map(([field, held]) => [field, short(held)] as const),
    ],
    paint,
  );
}
