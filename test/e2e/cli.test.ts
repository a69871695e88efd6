// The commands against the local stack: the real host with its keys, the real broker of the queue, the simulator.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { type ProcessStack, startProcessStack } from "../support/processStack.ts";

let stack: ProcessStack;
afterEach(() => stack.stop());

/** Runs a command line as its own process, words between blanks. */
async function tradewind(line: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ["src/cli/main.ts", ...line.split(" ")], {
    env: { PATH: process.env.PATH ?? "", HOME: stack.dir, TRADEWIND_ACTOR: "ann", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  const [output, errors, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { output, errors, exitCode };
}

test("a task is changed, run by hand and found in history, slots and an intact chain; a halt stops the next one", async () => {
  stack = await startProcessStack("2026-06-15T14:01:30Z");
  const host = await stack.startHost();
  const env = { TRADEWIND_URL: host.url, TRADEWIND_KEY: host.key };
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever comes back
  const json = async (line: string): Promise<any> => {
    const { output, errors, exitCode } = await tradewind(`${line} --json`, env);
    expect({ line, errors, exitCode }).toMatchObject({ line, exitCode: 0 });
    return JSON.parse(output);
  };
  expect(await json("tasks edit demo-trend --set graceMinutes=4 --reason tuned")).toMatchObject({ version: 2 });
  const record = await json("tasks run demo-trend --wait");
  expect(record).toMatchObject({ executionId: "demo-trend@20260615T140100Z", status: "succeeded" });
  expect(record.ordersFilled).toBeGreaterThan(0);
  expect(await json("executions list --task demo-trend --limit 1")).toMatchObject({
    items: [{ executionId: record.executionId }],
  });
  const range = "--from 2026-06-15T14:00:00Z --to 2026-06-15T14:05:00Z";
  expect(await json(`slots --task demo-trend ${range}`)).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ executionId: record.executionId, state: "ran" })]),
  });
  expect(await json("halt --reason news")).toMatchObject({ tradingState: "halted", actor: "ann (claimed)" });
  // Within one minute it would be the run that is there already.
  stack.setClock("2026-06-15T14:02:30Z");
  const refused = await tradewind("tasks run demo-trend", env);
  expect(refused.exitCode).toBe(1);
  expect(refused.errors).toContain("TRADING_HALTED");
  expect(await json("audit verify")).toMatchObject({ intact: true });
  expect(await tradewind("status", { ...env, TRADEWIND_KEY: "another" })).toMatchObject({ output: "", exitCode: 4 });
});
