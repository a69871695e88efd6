// `tradewind tasks create` and `edit`: from a JSON file, from what is piped in, by single fields, or in an editor.
import { z } from "zod";
import { storedTask, taskAlone } from "./answers.ts";
import { type Answer, part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { wrong } from "./failure.ts";
import { editJson, mergePatchOf, readJson } from "./jsonInput.ts";
import { several, wholeNumber } from "./options.ts";
import { warningsText } from "./settingsText.ts";
import { taskText } from "./taskText.ts";
import { versionTag } from "./versionTag.ts";

const saved = storedTask.extend({ warnings: z.array(z.string()).default([]) });

export function addTaskChanges(commands: Commands): void {
  const create = why(
    commands.parent
      .command("create [file]")
      .description("Create a task from a JSON file, or from what is piped in.")
      .option("--dry-run", "judge it and change nothing", false),
  );
  talks<WhyOptions & { readonly dryRun: boolean }>(commands, create, async (call, { reason, dryRun }, file) => {
    const body = await readJson(file, call.world);
    return printSaved(
      call,
      await call.client("tasks", { method: "POST", body, reason, query: dryRunOf(dryRun) }),
      dryRun,
    );
  });

  const edit = why(
    commands.parent
      .command("edit <id> [file]")
      .description(
        "Change a task: by --set, by a merge patch from a JSON file or piped in, or else whole, in $VISUAL or $EDITOR. null takes a field away.",
      )
      .option("--set <path=value>", "one field, such as sizing.equityFraction=0.5; several allowed", several)
      .option("--expect <version>", "only if this is the version that is there", wholeNumber(1, 1e9))
      .option("--dry-run", "judge it and change nothing", false),
  );
  talks<EditOptions>(commands, edit, editTask);
}

type EditOptions = WhyOptions & {
  readonly set?: readonly string[];
  readonly expect?: number;
  readonly dryRun: boolean;
};

async function editTask(call: Call, options: EditOptions, id = "", file?: string) {
  const { client, world } = call;
  const { set, expect, reason, dryRun } = options;
  if (set !== undefined && file !== undefined) throw wrong("Give the change by --set or by a file, not by both.");
  const path = `tasks/${part(id)}`;
  const query = dryRunOf(dryRun);
  const inEditor = set === undefined && file === undefined && world.input === undefined;
  // Read before anything is typed: the change is made on this version or not at all.
  const found = expect === undefined || inEditor ? await client(path) : undefined;
  const ifMatch = expect === undefined && found !== undefined ? versionTag(found) : `"${expect}"`;
  if (inEditor && found !== undefined) {
    const before = taskAlone(readAnswer(storedTask, found));
    const save = (body: unknown): Promise<Answer> => client(path, { method: "PUT", body, ifMatch, reason, query });
    const answer = await editJson(before, world, save);
    if (answer !== undefined) return printSaved(call, answer, dryRun);
    call.print(found.body, () => "unchanged\n");
    return 0;
  }
  const body = set === undefined ? await readJson(file, world) : mergePatchOf(set);
  return printSaved(call, await client(path, { method: "PATCH", body, ifMatch, reason, query }), dryRun);
}

const dryRunOf = (dryRun: boolean): { dryRun?: true } => (dryRun ? { dryRun } : {});

function printSaved({ print, paint }: Call, answer: Answer, dryRun: boolean): 0 {
  print(answer.body, () => {
    const { warnings, ...stored } = readAnswer(saved, answer);
    return `${taskText(stored, paint)}${warningsText(warnings, paint)}${dryRun ? "Nothing was changed: this was a dry run.\n" : ""}`;
  });
  return 0;
}
