// Every drill is played whole; and one on a stack whose alerts reach nobody, or whose remedy does not work, fails.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { createDrillStack } from "../../src/replay/drillStack.ts";
import { drills, playDrill } from "../../src/replay/drills.ts";

const root = resolve(import.meta.dirname, "../..");
const names = Object.keys(drills);
const drillOf = (name: string) => drills[name] ?? Promise.reject(new Error(name));

test.each(names)("%s: the alert comes and the runbook's step works", async (name) => {
  const lines: string[] = [];
  const shown = await playDrill(await drillOf(name), (line) => lines.push(line));
  expect(lines.filter((line) => line.includes("FAILED"))).toEqual([]);
  expect(shown).toBe(true);
});

test.each(names)("%s fails where nobody is told", async (name) => {
  const lines: string[] = [];
  const deaf = async () => ({ ...(await createDrillStack()), told: [] });
  expect(await playDrill(await drillOf(name), (line) => lines.push(line), deaf)).toBe(false);
  expect(lines.at(-1)).toBe("  FAILED  people are told: was not seen");
});

test.each(names)("%s fails where the remedy does not work", async (name) => {
  const lines: string[] = [];
  const broken = async () => ({ ...(await createDrillStack()), runByHand: async () => undefined });
  expect(await playDrill(await drillOf(name), (line) => lines.push(line), broken)).toBe(false);
  expect(lines.at(-1)).toContain("FAILED  tasks run drill");
});

test("each plays a procedure that the runbook has", () => {
  const page = readFileSync(resolve(root, "docs/runbook.md"), "utf8");
  for (const name of names) expect(page).toContain(`### ${drills[name]?.procedure}\n`);
});

test("the command prints the steps, and knows no other name", () => {
  const drill = (...args: string[]) =>
    spawnSync(process.execPath, ["src/replay/drill.ts", ...args], { cwd: root, encoding: "utf8" });
  expect(drill("killSwitch")).toMatchObject({ status: 0, stdout: expect.stringContaining("ok      people are told") });
  expect(drill("nothing")).toMatchObject({ status: 2, stderr: expect.stringContaining("killSwitch") });
}, 30_000);
