// docs/runbook.md against the commands: each `npm run` in its code blocks exists, with these arguments and options.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { createDrillStack } from "../../src/replay/drillStack.ts";
import { commandLine, testFolder } from "../support/commandLine.ts";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/runbook.md"), "utf8");
const lines = [...page.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));

/** The words of a line as a shell takes them: what is quoted is one. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);

const commandsIn = (all: readonly string[]): readonly (readonly string[])[] =>
  all.flatMap((line) => {
    const [, rest] = /^npm run (?:-s )?tradewind -- (.+)$/.exec(line.trim()) ?? [];
    return rest === undefined ? [] : [wordsOf(rest)];
  });

/** What is wrong with a command line as such; whatever it would do later, it reaches no app here. */
async function complaintOf(argv: readonly string[]): Promise<string | undefined> {
  const world = { env: { TRADEWIND_URL: "https://app.example" }, checkout: "/checkout", runProgram: async () => 0 };
  const { errors, exitCode } = await commandLine(argv, { ...world, input: async () => "" });
  return exitCode === 2 && errors.includes("Allowed:") ? errors.trim() : undefined;
}

test("every command of the page exists, with its arguments and options", async () => {
  const commands = commandsIn(lines);
  expect(commands.length).toBeGreaterThan(40);
  const wrong = [];
  for (const argv of commands) {
    const complaint = await complaintOf(argv);
    if (complaint !== undefined) wrong.push(`${argv.join(" ")}: ${complaint}`);
  }
  expect(wrong).toEqual([]);
});

test("every line works on an app that has traded, in the order of the page, or says why it cannot there", async () => {
  const stack = await createDrillStack();
  await stack.nextSlot();
  const folder = testFolder();
  const commands = lines.flatMap((line) => /^npm run tradewind -- (.+)$/.exec(line.trim())?.[1] ?? []);
  const failed: string[] = [];
  for (const command of commands.filter((each) => !/^(doctor|profile|tail)/.test(each))) {
    const { exitCode, output } = await stack.shell.run(command.replace("config-2026", `${folder}/config-2026`));
    const excuse = excuses.find(([start]) => command.startsWith(start))?.[1];
    if (exitCode !== 0 && (excuse === undefined || !excuse.test(output))) failed.push(`${command}: ${output}`);
  }
  expect(commands.length).toBeGreaterThan(40);
  expect(failed).toEqual([]);
});

/** What a line may answer here instead: its example is not there, a person is asked, or the day is no-go as the page has it. */
const excuses: readonly (readonly [start: string, said: RegExp])[] = [
  ["halt --symbol QQQ", /BAD_SCOPE/],
  ["preflight", /NO GO for/],
  ["settings set trading_window", /There is nobody to ask here/],
  ["executions resolve demo-trend@20260615T140000Z CLIENT-ORDER-ID", /ORDER_NOT_IN_DOUBT/],
  ["tasks show demo-trend --version 3", /VERSION_NOT_FOUND/],
  ["settings show risk_limits --version 2", /VERSION_NOT_FOUND/],
];

test.each([
  "stopp --reason x",
  "stop --now",
  "executions resolve ONE",
  "tasks run demo --waits",
  "settings show risk_limits --version x",
])("a wrong one would be found: %s", async (line) => expect(await complaintOf(wordsOf(line))).toBeDefined());

test("every script of the page is in package.json", () => {
  const scripts = [...page.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, name = ""]) => name);
  expect(scripts.length).toBeGreaterThan(40);
  expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
});

test("every file and page that it names is there", () => {
  const links = [...page.matchAll(/\]\((?!#)([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, file = ""]) => `docs/${file}`);
  const files = [...page.matchAll(/\binfra\/[\w.]+/g)].map(([file]) => file);
  expect(links.length + files.length).toBeGreaterThan(5);
  expect([...links, ...files].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

describe("the procedures", () => {
  const named = [
    "Start",
    "Stop",
    "Schedule a maintenance window",
    "Halt now",
    "Resume",
    "Replay a dead letter",
    "Resolve an unknown order",
    "Rotate keys",
    "Restore",
    "Roll back",
    "Rebuild from zero",
    "Go live",
  ];
  test.each(named)("%s has its commands", (title) => {
    const [, text = ""] = page.split(`### ${title}\n`);
    expect(commandsIn(text.split(/^###? /m)[0]?.split("\n") ?? []).length).toBeGreaterThan(0);
  });
});
