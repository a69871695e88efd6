// The menu of a command line without arguments on a terminal: each way through it, and that it comes again after a failure.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Prompts, World } from "../../src/cli/world.ts";
import { person, startCliStack } from "../support/cliStack.ts";
import { commandLine, testFolder } from "../support/commandLine.ts";
import { exampleConfig } from "../support/memoryStack.ts";

/** A person who gives these answers one after the other, whatever is asked; after the last one they leave. */
function answering(...answers: readonly string[]): { readonly prompts: Prompts; readonly questions: string[] } {
  const left = [...answers];
  const questions: string[] = [];
  const next = async (message: string) => {
    questions.push(message);
    return left.shift();
  };
  const select: Prompts["select"] = async (message, options) => {
    const answer = await next(message);
    const chosen = options.find(({ value }) => value === answer);
    if (answer !== undefined && chosen === undefined) throw new Error(`${message} offers no ${answer}`);
    return chosen?.value;
  };
  return { questions, prompts: person({ select, text: next, secret: next }) };
}

/** Notes which of the checkout's scripts are run. */
function running(): { readonly programs: string[][]; readonly world: Partial<World> } {
  const programs: string[][] = [];
  const runProgram = async (_: string, args: readonly string[]) => {
    programs.push(args.map((arg) => arg.replace("/checkout/", "")));
    return 0;
  };
  return { programs, world: { checkout: "/checkout", runProgram } };
}

test.each([
  [["demo"], [["src/local/start.ts"]]],
  [["replay", "seed", "7"], [["src/replay/simulate.ts", "--seed", "7", "--trace"]]],
  [["replay", "once"], [["src/local/start.ts", "--once"]]],
  [["replay", "data", "bars", ""], [["src/local/start.ts", "--once", "--data", "bars"]]],
  [
    ["replay", "data", "bars", "2013-10-07T14:00:00Z"],
    [["src/local/start.ts", "--once", "--data", "bars", "--at", "2013-10-07T14:00:00Z"]],
  ],
  [["exit"], []],
  [[], []],
])("%j runs %j and comes back", async (answers, expected) => {
  const { programs, world } = running();
  const { exitCode } = await commandLine([], { ...world, ...answering(...answers) });
  expect({ exitCode, programs }).toEqual({ exitCode: 0, programs: expected });
});

test("an installed package says that the local stack is not part of it", async () => {
  const { errors, exitCode } = await commandLine([], answering("demo"));
  expect(exitCode).toBe(0);
  expect(errors).toContain("not part of the installed package");
});

describe("a running app", () => {
  test("is connected to by the address as the demo prints it, whose key is kept and not shown", async () => {
    const { fetch } = await startCliStack();
    const configDir = testFolder();
    const address = "http://127.0.0.1:7071/api/scheduler?code=SECRET";
    const sent: (string | null)[] = [];
    const { output, errors } = await commandLine([], {
      ...answering("connect", address, "local"),
      configDir,
      fetch: (input, init) => {
        sent.push(new Headers(init?.headers).get("x-functions-key"));
        return fetch(input, init);
      },
    });
    expect(output).toMatch(/^app +local, paper/m);
    expect(sent).toEqual(["SECRET"]);
    expect(output + errors).not.toContain("SECRET");
    expect(JSON.parse(readFileSync(join(configDir, "profiles.json"), "utf8"))).toEqual({
      current: "local",
      profiles: { local: { url: "http://127.0.0.1:7071", key: "SECRET" } },
    });
  });

  test("is chosen among the profiles, and used from then on", async () => {
    const { fetch } = await startCliStack();
    const configDir = testFolder();
    for (const name of ["one", "two"])
      await commandLine(["profile", "set", name, "--url", `https://${name}.example`], { configDir });
    const { output } = await commandLine([], { ...answering("connect", "two"), configDir, fetch });
    expect(output).toMatch(/^app +two, paper/m);
    expect((await commandLine(["profile", "list"], { configDir })).output).toMatch(/^\* +two /m);
  });

  test("runs one task, planned only or for real", async () => {
    const { stack, run } = await startCliStack();
    stack.setNow("2026-06-15T13:36:00Z");
    const planned = await run("", answering("run", "example", "plan"));
    expect(planned.output).toContain("this was a dry run");
    await stack.deliverAll();
    expect((await stack.app.executions.list({ limit: 5 })).items).toEqual([]);
    await run("", answering("run", "example", "run"));
    await stack.deliverAll();
    expect((await stack.app.executions.list({ limit: 5 })).items).toEqual([]);
    const ran = await run("", { ...answering("run", "example", "run", "by hand"), sleep: () => stack.deliverAll() });
    expect(ran.output).toMatch(/^execution +example@20260615T133600Z$/m);
  });

  test("asks for the id of a task where there are too many to choose from", async () => {
    const config = exampleConfig(["AAA", "BBB"]);
    const tasks = Array.from({ length: 201 }, (_, number) =>
      config.tasks.map((task) => ({ ...task, id: `task-${number}` })),
    ).flat();
    const { run, stack } = await startCliStack({ config: { ...config, tasks } });
    stack.setNow("2026-06-15T13:36:00Z");
    const { prompts, questions } = answering("run", "task-200", "plan");
    const { output } = await run("", { prompts });
    expect(questions).toContain("Which task of https://app.example? Its id");
    expect(output).toContain("this was a dry run");
  });

  test("that is not there is told, and the menu comes again", async () => {
    const configDir = testFolder();
    const { prompts, questions } = answering("run", "connect", "http://example.com", "x", "exit");
    const { errors, exitCode } = await commandLine([], { prompts, configDir });
    expect(exitCode).toBe(0);
    expect(errors).toContain("No app to talk to");
    expect(errors).toContain("unencrypted");
    expect(questions.filter((question) => question === "What shall it be?")).toHaveLength(3);
  });
});

test("without a terminal the help stands in for it, with exit code 2", async () => {
  const { output, errors, exitCode } = await commandLine([]);
  expect({ output, exitCode }).toEqual({ output: "", exitCode: 2 });
  expect(errors).toContain("Exit codes:");
});
