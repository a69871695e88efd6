// docs/cli.md against the commands: none is missing there, and the exit codes are the ones of the help.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandLine } from "../support/commandLine.ts";

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

/** The names that a help lists, `help` itself left out. */
const namesIn = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}([a-z][a-z-]*)(?= |$).*$/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");

/** What a table row's code spans say of a command: `tasks enable ID`, `disable ID` names both. */
const isNamed = (group: string, name: string): boolean =>
  page.split("\n").some((line) => line.includes(`\`${group}`) && new RegExp(`\`(?:${group} )?${name}\\b`).test(line));

test("every command is on the page", async () => {
  const { output } = await commandLine(["--help"]);
  const commands = namesIn(output);
  expect(commands.length).toBeGreaterThan(15);
  for (const command of commands) {
    expect(page, command).toMatch(new RegExp(`\`${command}\\b`));
    const inner = await commandLine([command, "--help"]);
    if (inner.output.includes("[command]"))
      for (const name of namesIn(inner.output)) expect(isNamed(command, name), `${command} ${name}`).toBe(true);
  }
});

test("the exit codes of the page are those of the help", async () => {
  const { output } = await commandLine(["--help"]);
  const told = [...output.matchAll(/^ {2}(\d) {2}\w/gm)].map(([, code]) => code);
  expect(told).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
  expect([...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => code)).toEqual(told);
});
