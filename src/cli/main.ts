// The entry of `npm run tradewind` and of the package's bin: this process as the world of one command line.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "./commandLine.ts";
import { terminalPrompts } from "./prompts.ts";
import type { World } from "./world.ts";

const { env, stdin, stdout, stderr } = process;
const interruption = new AbortController();

// A reader such as `head` may leave early; that is no failure of the command, and whoever goes on for long ends.
stdout.on("error", (failure: NodeJS.ErrnoException) => {
  if (failure.code !== "EPIPE") throw failure;
  interruption.abort();
});

/** Two folders up, where these sources lie in a checkout; an installed package holds no sources. */
function findCheckout(): string | undefined {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  return existsSync(join(root, "src", "local", "start.ts")) ? root : undefined;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unnamed";
  }
}

function runProgram(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    // Ctrl-C is the program's, for as long as it runs.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    const done = (code: number): void => {
      process.off("SIGINT", ignore);
      resolve(code);
    };
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", () => done(127));
    child.once("exit", (code) => done(code ?? 1));
  });
}

const world: World = {
  programName: env.npm_lifecycle_event === "tradewind" ? "npm run tradewind --" : "tradewind",
  env,
  configDir: env.TRADEWIND_CONFIG_DIR || join(homedir(), ".tradewind"),
  checkout: findCheckout(),
  node: process.execPath,
  userName: loginName(),
  out: (given) => void stdout.write(given),
  err: (given) => void stderr.write(given),
  colours: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
  errIsTerminal: stderr.isTTY === true && env.TERM !== "dumb",
  input: stdin.isTTY === true ? undefined : () => text(stdin),
  prompts: stdin.isTTY === true && stderr.isTTY === true ? terminalPrompts : undefined,
  fetch: (input, init) => fetch(input, init),
  nowMs: () => Date.now(),
  // Rejects when the signal is aborted, which is to end the wait and no more.
  sleep: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  interrupted: () => {
    process.once("SIGINT", () => interruption.abort());
    return interruption.signal;
  },
  runProgram,
};

process.exitCode = await runCommandLine(process.argv.slice(2), world);
