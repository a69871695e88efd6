// Every drill is played whole; and one on a stack whose alerts reach nobody, or whose remedy does not work, fails.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { createDrillStack } from "../../src/replay/drillStack.ts";
import { drills, playDrill, prompt } from "../../src/replay/drills.ts";

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
  const mute = { run: async () => ({ output: "nothing is done", exitCode: 0 }) };
  const broken = async () => ({ ...(await createDrillStack()), shell: mute });
  expect(await playDrill(await drillOf(name), (line) => lines.push(line), broken)).toBe(false);
  expect(lines.at(-1)).toMatch(/FAILED {2}npm run tradewind -- .*nothing is done/);
});

test.each(names)(
  "%s plays procedures, an alert and lines that the runbook has, as they are written there",
  async (name) => {
    const page = readFileSync(resolve(root, "docs/runbook.md"), "utf8");
    const { procedures, alert, steps } = await drillOf(name);
    for (const heading of [...procedures, alert]) expect(page).toContain(`### ${heading}\n`);
    const lines = steps.map(({ what }) => what).filter((what) => what.startsWith(prompt));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !page.includes(`\n${line}\n`))).toEqual([]);
  },
);

test("the command prints the steps, and knows no other name", () => {
  const drill = (...args: string[]) =>
    spawnSync(process.execPath, ["src/replay/drill.ts", ...args], { cwd: root, encoding: "utf8" });
  expect(drill("killSwitch")).toMatchObject({ status: 0, stdout: expect.stringContaining("ok      people are told") });
  expect(drill("nothing")).toMatchObject({ status: 2, stderr: expect.stringContaining("killSwitch") });
}, 30_000);
