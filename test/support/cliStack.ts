// The commands over the whole app in this process: the real operations on memory tables, reached as if by https.
import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import type { World } from "../../src/cli/world.ts";
import { openApiClient } from "./apiClient.ts";
import { type CommandResult, commandLine, fetchOf } from "./commandLine.ts";
import { type MemoryStack, runInMemory } from "./memoryStack.ts";

export type CliStack = {
  readonly stack: MemoryStack;
  /** Each request as `GET /api/tasks?limit=200`. */
  readonly asked: string[];
  readonly fetch: World["fetch"];
  /** Runs a command line, words between blanks; what `world` names is the test's own. */
  readonly run: (line: string, world?: Partial<World>) => Promise<CommandResult>;
  /** The one JSON value that it prints with `--json`; fails where it does not end with 0. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever comes back
  readonly json: (line: string, world?: Partial<World>) => Promise<any>;
};

const nameOfKey = (name: string) => ({ name, digest: createHash("sha256").update(`${name}-key`).digest("hex") });

/** The keys `ann-key` and `ben-key` are known by their persons' names. */
export async function startCliStack(options: Parameters<typeof runInMemory>[0] = {}): Promise<CliStack> {
  const stack = await runInMemory(options);
  onTestFinished(() => stack.stop());
  const callers = { easyAuth: false, keyNames: ["ann", "ben"].map(nameOfKey) };
  const asked: string[] = [];
  const fetch = fetchOf(openApiClient(stack.app, { callers }), asked);
  const env = { TRADEWIND_URL: "https://app.example" };
  const run: CliStack["run"] = (line, world = {}) =>
    commandLine(line === "" ? [] : line.split(" "), { fetch, ...world, env: { ...env, ...world.env } });
  const json: CliStack["json"] = async (line, world) => {
    const { output, errors, exitCode } = await run(`${line} --json`, world);
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${errors}`);
    return JSON.parse(output);
  };
  return { stack, asked, fetch, run, json };
}

/** A person who answers every question of this kind so. */
export const person = (answers: Partial<NonNullable<World["prompts"]>>): NonNullable<World["prompts"]> => ({
  confirm: async () => undefined,
  text: async () => undefined,
  secret: async () => undefined,
  select: async () => undefined,
  ...answers,
});
