// A failure as a person and a script read it: on the errors as text, and with `--json` as one value on the output too.
import type { CommandFailure } from "./failure.ts";
import { painter, plain } from "./output.ts";
import type { World } from "./world.ts";

export function tellFailure({ message, advice, exitCode, problem }: CommandFailure, world: World, json: boolean): void {
  if (json) world.out(`${JSON.stringify({ ...problem, message, advice, exitCode })}\n`);
  const paint = painter(world.colours);
  world.err(`${paint("red", "error:")} ${plain(message)}\n${advice.map((line) => `  ${plain(line)}\n`).join("")}`);
}
