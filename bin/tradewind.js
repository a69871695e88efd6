#!/usr/bin/env node
// The package's command: in a checkout the sources, on the Node.js that the project brings; installed, the bundle, on any Node.js from 20.19 on.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "src", "cli", "main.ts");
const bundle = new URL("../dist/cli/tradewind.mjs", import.meta.url);
const ownNode = join(root, "node_modules", "node", "bin", "node");

if (existsSync(sources) && existsSync(ownNode)) runSources();
else if (existsSync(bundle)) await import(bundle.href);
else {
  console.error("error: the command is not built.\n  In a checkout: npm ci");
  process.exitCode = 2;
}

/** This Node.js may be one that does not read TypeScript. The exit code and a signal's end are handed on. */
function runSources() {
  const child = spawn(ownNode, [sources, ...process.argv.slice(2)], { stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  // The terminal's Ctrl-C reaches both: the child decides what it means.
  for (const signal of signals) process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  child.once("error", (failure) => {
    console.error(`error: ${ownNode} cannot be started: ${failure.message}`);
    process.exitCode = 2;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
  });
}
