// A command line run in this process, with a world of the test's own: no terminal, no environment, a folder that is gone afterwards.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runCommandLine } from "../../src/cli/commandLine.ts";
import type { ExitCode } from "../../src/cli/failure.ts";
import type { World } from "../../src/cli/world.ts";
import type { ApiClient } from "./apiClient.ts";

export type CommandResult = { readonly output: string; readonly errors: string; readonly exitCode: ExitCode };

/** A folder of its own for the test that runs. */
export function testFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "tradewind-cli-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Runs the arguments after the program's name, and answers what it printed. */
export async function commandLine(argv: readonly string[], world: Partial<World> = {}): Promise<CommandResult> {
  const printed = { output: "", errors: "" };
  const exitCode = await runCommandLine(argv, {
    programName: "npm run tradewind --",
    env: {},
    configDir: "/nowhere",
    checkout: undefined,
    node: process.execPath,
    userName: "tester",
    out: (text) => {
      printed.output += text;
    },
    err: (text) => {
      printed.errors += text;
    },
    colours: false,
    errIsTerminal: false,
    input: undefined,
    prompts: undefined,
    fetch: async () => {
      throw new TypeError("this test reaches nothing");
    },
    nowMs: () => performance.now(),
    sleep: async () => undefined,
    interrupted: () => new AbortController().signal,
    runProgram: async () => 127,
    ...world,
  });
  return { ...printed, exitCode };
}

/** The operations of the API in place of the network: what a command asks of `https://app.example` is answered in this process. */
export const fetchOf =
  (client: ApiClient, asked: string[] = []): World["fetch"] =>
  async (input, { method = "GET", headers, body } = {}) => {
    const { pathname, search } = new URL(String(input));
    asked.push(`${method} ${pathname}${search}`);
    const target = `${pathname.replace(/^\/api/, "")}${search}`;
    const sent = { headers: Object.fromEntries(new Headers(headers)), ...(body ? { body: String(body) } : {}) };
    const { status, text, headers: answered } = await client(method, target, sent);
    return new Response(text ?? null, { status, headers: { ...answered } });
  };
