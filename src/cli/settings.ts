// `tradewind settings`: a section shown or changed; what would change is shown before it is asked for.

import { mergePatch } from "../core/model/mergePatch.ts";
import { sectionNames } from "../core/model/settings.ts";
import { type Answer, part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { confirmed } from "./confirmed.ts";
import { type ExitCode, wrong } from "./failure.ts";
import { editJson, mergePatchOf, readJson } from "./jsonInput.ts";
import { several, wholeNumber } from "./options.ts";
import {
  differencesText,
  outcomeText,
  type SettingsChange,
  sectionText,
  settingsChange,
  storedSection,
  warningsText,
} from "./settingsText.ts";
import { versionTag } from "./versionTag.ts";

export function addSettings(commands: Commands): void {
  const parent = commands.parent
    .command("settings")
    .description(`The settings by section: ${sectionNames.join(", ")}.`);
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

async function setSection(call: Call, options: SetOptions, section = "", file?: string): Promise<ExitCode> {
  const { client, world, target, paint } = call;
  const { set, expect, reason, dryRun, yes } = options;
  if (set !== undefined && file !== undefined) throw wrong("Give the change by --set or by a file, not by both.");
  const path = `settings/${part(section)}`;
  const found = await client(path);
  const ifMatch = expect === undefined ? versionTag(found) : `"${expect}"`;
  const put = (body: unknown, query: { readonly dryRun?: true } = {}): Promise<Answer> =>
    client(path, { method: "PUT", body, ifMatch, reason, query });
  // Judged as a whole before anybody is asked; in an editor, until it has no faults.
  const judge = async (value: unknown) => ({ value, answer: await put(value, { dryRun: true }) });
  const { value: before } = readAnswer(storedSection, found);
  const judged = await proposedBy(call, { before, set, file, judge });
  if (judged === undefined) {
    call.print({ outcome: "unchanged", section: found.body, differences: [] }, () => "unchanged\n");
    return 0;
  }
  const dry = readAnswer(settingsChange, judged.answer);
  if (dryRun || dry.outcome === "unchanged") {
    call.print(judged.answer.body, () => preview(dry, call) + outcomeText(dry, call));
    return 0;
  }
  world.err(`${paint("bold", section)} of ${target.name}:\n${preview(dry, call, "  ")}`);
  await confirmed(world, yes, `Change ${section} of ${target.name}?`);
  const answer = await put(judged.value);
  call.print(answer.body, () => outcomeText(readAnswer(settingsChange, answer), call));
  return 0;
}

/** What the section is to be, judged; undefined when an editor left it as it was. */
async function proposedBy<T>(
  { world }: Call,
  given: {
    readonly before: unknown;
    readonly set: readonly string[] | undefined;
    readonly file: string | undefined;
    readonly judge: (value: unknown) => Promise<T>;
  },
): Promise<T | undefined> {
  const { before, set, file, judge } = given;
  if (set !== undefined) return judge(mergePatch(before, mergePatchOf(set)));
  if (file === undefined && world.input === undefined) return editJson(before, world, judge);
  return judge(await readJson(file, world));
}

const preview = ({ differences, warnings }: SettingsChange, { paint }: Call, indent = ""): string =>
  differencesText(differences, paint, indent) + warningsText(warnings, paint);
