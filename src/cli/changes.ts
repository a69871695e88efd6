// `tradewind changes`: what waits for a second person on a live account, and that person's word.
import { z } from "zod";
import { sectionDifferences } from "../core/model/differences.ts";
import { sectionNames } from "../core/model/settings.ts";
import { type Difference, principalText } from "./answers.ts";
import { part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { confirmed } from "./confirmed.ts";
import { wrong } from "./failure.ts";
import { plain, when } from "./output.ts";
import { differencesText, outcomeText, pendingChange, settingsChange, storedSection } from "./settingsText.ts";

type PendingChange = z.infer<typeof pendingChange>;
const pendingChanges = z.looseObject({ items: z.array(pendingChange) });

export function addChanges(commands: Commands): void {
  const parent = commands.parent
    .command("changes")
    .description("Changes of the settings that wait for a second person: on a live account, whatever loosens a limit.");
  const list = parent.command("list").description("What waits, oldest first.");
  talks(commands, list, async (call) => {
    const answer = await call.client("settings/changes");
    const shown = call.json
      ? []
      : await Promise.all(readAnswer(pendingChanges, answer).items.map((each) => changeText(call, each)));
    call.print(answer.body, () => shown.join("\n") || "nothing waits\n");
    return 0;
  });

  const confirm = why(
    parent
      .command("confirm <id>")
      .description("Confirm what another person proposed; what would change is shown first.")
      .option("--yes", "do not ask", false),
  );
  talks<WhyOptions & { readonly yes: boolean }>(commands, confirm, async (call, { reason, yes }, id = "") => {
    const { client, target, world } = call;
    const waiting = readAnswer(pendingChanges, await client("settings/changes")).items.find((each) => each.id === id);
    if (waiting !== undefined) world.err(await changeText(call, waiting));
    // What does not wait is refused by the app, which knows why.
    if (waiting !== undefined) await confirmed(world, yes, `Change ${waiting.section} of ${target.name}?`);
    const body = { ...(reason === undefined ? {} : { reason }), actor: target.actor };
    const answer = await client(`settings/changes/${part(id)}/confirm`, { method: "POST", body });
    call.print(answer.body, () => outcomeText(readAnswer(settingsChange, answer), call));
    return 0;
  });
}

async function changeText(
  call: Call,
  { id, section, value, proposedAt, proposedBy, reason }: PendingChange,
): Promise<string> {
  const head = `${call.paint("bold", plain(id))}  proposed ${when(proposedAt)} by ${plain(principalText(proposedBy))}: ${plain(reason)}\n`;
  return head + differencesText(await differencesFromNow(call, section, value), call.paint, "  ");
}

async function differencesFromNow({ client }: Call, section: string, value: unknown): Promise<readonly Difference[]> {
  const name = sectionNames.find((each) => each === section);
  if (name === undefined)
    throw wrong(`This command does not know the section ${section}.`, "Use one of the app's version.");
  const now = readAnswer(storedSection, await client(`settings/${part(section)}`)).value;
  return sectionDifferences(name, now, value).map((each) => ({ ...each }));
}
