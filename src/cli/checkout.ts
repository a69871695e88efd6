// The checkout's own scripts, which the installed package does not hold, run on this terminal.
import { join } from "node:path";
import { wrong } from "./failure.ts";
import type { World } from "./world.ts";

/** Runs one and answers its exit code. Throws CommandFailure outside a checkout. */
export async function runScript(
  { checkout, node, runProgram }: Pick<World, "checkout" | "node" | "runProgram">,
  script: string,
  ...args: readonly string[]
): Promise<number> {
  if (checkout === undefined)
    throw wrong(
      "This is not part of the installed package.",
      "Run it in a checkout: npm ci, then npm run tradewind -- …",
    );
  return runProgram(node, [join(checkout, script), ...args]);
}
