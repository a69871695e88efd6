// `tradewind config`: the whole configuration taken out, compared, and put into another app, all or nothing.
import { writeFileSync } from "node:fs";
import { z } from "zod";
import { difference } from "./answers.ts";
import { type Answer, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { confirmed } from "./confirmed.ts";
import { wrong } from "./failure.ts";
import { readJson } from "./jsonInput.ts";
import { counted, type Paint, plain } from "./output.ts";
import { differencesText, warningsText } from "./settingsText.ts";

const exported = z.looseObject({ config: z.unknown(), digest: z.string() });
const compared = z.looseObject({
  differences: z.array(z.looseObject({ kind: z.string(), what: z.string(), differences: z.array(difference) })),
});
const judged = compared.extend({ digest: z.string() });
const imported = compared.extend({ warnings: z.array(z.string()).default([]) });
type Compared = z.infer<typeof compared>;

export function addConfig(commands: Commands): void {
  const parent = commands.parent
    .command("config")
    .description("The whole configuration, tasks and settings, to move it between apps.");
  const take = parent
    .command("export")
    .description("Print it as JSON, as config/automation.json holds it.")
    .option("--output <file>", "write it to this file instead");
  talks<{ readonly output?: string }>(commands, take, async (call, { output }) => {
    const { config } = readAnswer(exported, await call.client("config"));
    const text = `${JSON.stringify(config, null, 2)}\n`;
    if (output === undefined) call.world.out(text);
    else {
      writeConfig(output, text);
      call.print({ file: output }, () => `${output} holds the configuration of ${call.target.name}.\n`);
    }
    return 0;
  });

  const diff = parent
    .command("diff [file]")
    .description("What importing a JSON file, or what is piped in, would change.");
  talks(commands, diff, async (call, _, file) => {
    const { answer } = await compare(call, file);
    call.print(answer.body, () => differenceText(readAnswer(compared, answer), call.paint));
    return 0;
  });

  const put = why(
    parent
      .command("import [file]")
      .description("Take over a configuration, all or nothing: what would change is shown first, then asked.")
      .option("--yes", "do not ask", false),
  );
  talks<WhyOptions & { readonly yes: boolean }>(commands, put, async (call, { yes, reason }, file) => {
    const { config, answer } = await compare(call, file);
    const { digest, ...difference } = readAnswer(judged, answer);
    if (difference.differences.length === 0) {
      call.print(answer.body, () => differenceText(difference, call.paint));
      return 0;
    }
    const { world, target } = call;
    world.err(differenceText(difference, call.paint));
    const gone = difference.differences.filter(({ kind }) => kind === "removed").length;
    const loss = gone === 0 ? "" : ` ${counted(gone, "task")} would be deleted for good.`;
    await confirmed(world, yes, `Make this the configuration of ${target.name}?${loss}`);
    // Onto the state that was shown, or not at all.
    const ifMatch = `"${digest}"`;
    const done = await call.client("config/import", {
      method: "POST",
      body: config,
      ifMatch,
      reason,
      what: "importing",
    });
    call.print(done.body, () => {
      const { differences, warnings } = readAnswer(imported, done);
      return `${warningsText(warnings, call.paint)}imported: ${counted(differences.length, "part")} changed\n`;
    });
    return 0;
  });
}

async function compare(
  { client, world }: Call,
  file: string | undefined,
): Promise<{ config: unknown; answer: Answer }> {
  const config = await readJson(file, world);
  return { config, answer: await client("config/diff", { method: "POST", body: config, what: "comparing" }) };
}

function writeConfig(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (failure) {
    throw wrong(`${file} cannot be written: ${failure instanceof Error ? failure.message : String(failure)}.`);
  }
}

const signs: Readonly<Record<string, readonly ["green" | "red" | "yellow", string]>> = {
  added: ["green", "+"],
  removed: ["red", "-"],
  changed: ["yellow", "~"],
};

function differenceText({ differences }: Compared, paint: Paint): string {
  if (differences.length === 0) return "no difference\n";
  return differences
    .map(({ kind, what, differences: values }) => {
      const [style, sign] = signs[kind] ?? ["yellow", "?"];
      // What is new or gone is named; its single values would only repeat the file.
      const details = kind === "changed" ? differencesText(values, paint, "    ") : "";
      return `${paint(style, `${sign} ${plain(what)}`)} ${kind}\n${details}`;
    })
    .join("");
}
