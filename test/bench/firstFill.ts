// From `npm start` to the first filled order, and the memory of the whole stack at that moment.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Figure } from "./main.ts";
import { treeMegabytes } from "./processTree.ts";

export async function firstFillFigures(): Promise<readonly Figure[]> {
  const startedMs = performance.now();
  const stack = spawn("npm", ["-s", "start", "--", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  let upMs = 0;
  for await (const line of createInterface({ input: stack.stdout })) {
    if (line.startsWith("Tradewind is up")) upMs = performance.now() - startedMs;
    if (/\bfill\b/.test(line)) break;
  }
  const filledMs = performance.now() - startedMs;
  const megabytes = stack.pid === undefined ? undefined : treeMegabytes(stack.pid);
  stack.kill("SIGINT");
  await new Promise((resolve) => stack.once("exit", resolve));
  return [
    { name: "npm start until everything is up", value: `${(upMs / 1000).toFixed(1)} s` },
    {
      name: "npm start until the first filled order",
      value: `${(filledMs / 1000).toFixed(1)} s`,
      goal: "within a minute",
    },
    {
      name: "memory of the whole stack after the first fill",
      value: megabytes === undefined ? "unknown" : `${Math.round(megabytes)} MB`,
      goal: "≤ 350 MB",
    },
  ];
}
