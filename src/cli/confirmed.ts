// The question before something that cannot be taken back, or was only shown so far.
import { CommandFailure, wrong } from "./failure.ts";
import type { World } from "./world.ts";

/** Goes on when a person says yes or `--yes` did. Throws CommandFailure when they say no, and where there is nobody to ask. */
export async function confirmed({ prompts }: World, yes: boolean, question: string): Promise<void> {
  if (yes) return;
  if (prompts === undefined) throw wrong("There is nobody to ask here: nothing was changed.", "Repeat it with --yes.");
  if ((await prompts.confirm(question)) === true) return;
  throw new CommandFailure(6, "Not confirmed: nothing was changed.", [], { code: "NOT_CONFIRMED" });
}
