// The commands that change something: on the version that was read, after it was shown, and only when somebody said yes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { person, startCliStack } from "../support/cliStack.ts";
import { testFolder } from "../support/commandLine.ts";
import { exampleConfig } from "../support/memoryStack.ts";

const task = (id: string): string => JSON.stringify({ ...exampleConfig(["AAA"]).tasks[0], id, name: `Task ${id}` });
const piped = (text: string) => ({ input: async () => text });

describe("switches", () => {
  test("each answers the new state, and asking twice changes nothing more", async () => {
    const { run, json, stack } = await startCliStack();
    let second = 0;
    for (const [action, state] of [
      ["stop", { automation: "stopped" }],
      ["start", { automation: "started" }],
      ["reduce", { tradingState: "reducing" }],
      ["halt", { tradingState: "halted" }],
      ["resume", { tradingState: "running" }],
      ["restart", { automation: "started" }],
    ] as const) {
      expect(await json(`${action} --reason r`)).toMatchObject(state);
      second++;
      stack.setNow(`2026-06-15T13:34:${10 + second}Z`);
      expect((await run(`${action} --reason r`)).exitCode).toBe(0);
    }
    // Only a restart is an event each time.
    expect((await stack.app.control.events({ limit: 50 })).items).toHaveLength(7);
  });

  test.each([
    ["halt --task example", { kind: "task", id: "example" }],
    ["halt --symbol aaa", { kind: "symbol", id: "AAA" }],
    ["reduce --strategy targetWeights", { kind: "strategy", id: "targetWeights" }],
    ["stop --task example", { kind: "task", id: "example" }],
  ])("%s is for that part only", async (line, scope) => {
    const { json } = await startCliStack();
    expect(await json(`${line} --reason r`)).toMatchObject({ tradingState: "running", restrictions: [{ scope }] });
  });

  test("a time that is none, and a part that is not there, are refused and change nothing", async () => {
    const { run, asked } = await startCliStack();
    expect(await run("stop --at tomorrow")).toMatchObject({ exitCode: 2 });
    expect(await run("halt --at close")).toMatchObject({ exitCode: 2 });
    expect(await run("start --symbol AAA")).toMatchObject({ exitCode: 2 });
    expect(asked).toEqual([]);
    const unknown = await run("halt --task misprint --reason r");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.errors).toContain("BAD_SCOPE");
  });
});

describe("tasks", () => {
  test("create takes a file or what is piped in, and names each fault with its path", async () => {
    const { run, json } = await startCliStack();
    const file = join(testFolder(), "task.json");
    writeFileSync(file, task("from-file"));
    expect(await json(`tasks create ${file}`)).toMatchObject({ id: "from-file", version: 1 });
    expect(await json("tasks create -", piped(task("from-pipe")))).toMatchObject({ id: "from-pipe" });
    const bad = await run("tasks create", piped('{"id":"BAD","name":"x","schedule":{"cron":"nonsense"}}'));
    expect(bad.exitCode).toBe(1);
    expect(bad.errors).toContain("INVALID_TASK");
    expect(bad.errors).toMatch(/^ {2}schedule.*: /m);
    expect(await run("tasks create", piped(task("from-file")))).toMatchObject({ exitCode: 1 });
  });

  test.each([
    ["no such file", "tasks create /nowhere/task.json", undefined],
    ["no JSON", "tasks create", "{"],
    ["nothing piped in", "tasks create", undefined],
    ["a field without a value", "tasks edit example --set name", undefined],
    ["a field without a name", "tasks edit example --set =1", undefined],
    ["a file and fields", "tasks edit example file.json --set name=x", undefined],
  ])("%s: a wrong command line, and nothing is changed", async (_, line, input) => {
    const { run, asked } = await startCliStack();
    expect((await run(line, input === undefined ? {} : piped(input))).exitCode).toBe(2);
    expect(asked.filter((each) => !each.startsWith("GET"))).toEqual([]);
  });

  test("edit makes a version of single fields, or of a merge patch, and null takes a field away", async () => {
    const { json } = await startCliStack();
    const edited = await json(
      "tasks edit example --set graceMinutes=7 --set sizing.equityFraction=0.5 --set name=Other",
    );
    expect(edited).toMatchObject({ version: 2, name: "Other", graceMinutes: 7, sizing: { equityFraction: 0.5 } });
    const patched = await json("tasks edit example", piped('{"graceMinutes":null,"symbols":["AAA"]}'));
    expect(patched).toMatchObject({ version: 3, symbols: ["AAA"] });
    expect(patched).not.toHaveProperty("graceMinutes");
  });

  test("edit is refused when somebody changed the task since the version that is named", async () => {
    const { run } = await startCliStack();
    await run("tasks edit example --set name=Second");
    const late = await run("tasks edit example --set name=Third --expect 1");
    expect(late.exitCode).toBe(1);
    expect(late.errors).toContain("VERSION_CONFLICT");
    expect(late.errors).toContain("look at it again");
  });

  test("an editor gets the task alone, again while it has faults, and what is left unchanged saves nothing", async () => {
    const { run, json } = await startCliStack();
    const prompts = person({ confirm: async () => true });
    const shown: string[] = [];
    const versions = ["{", '{"id":"example"}', undefined];
    const runProgram = async (program: string, args: readonly string[]) => {
      const file = args.at(-1) ?? "";
      shown.push(readFileSync(file, "utf8"));
      const original = shown[0] ?? "";
      writeFileSync(file, versions[shown.length - 1] ?? original.replace('"Example"', '"By hand"'));
      return program === "vi" && args[0] === "-n" ? 0 : 1;
    };
    const world = { prompts, runProgram, env: { EDITOR: "vi -n" } };
    expect(await json("tasks edit example", world)).toMatchObject({ version: 2, name: "By hand" });
    expect(Object.keys(JSON.parse(shown[0] ?? ""))).not.toContain("version");
    // What was written stands there again, so that nobody's work is lost.
    expect(shown.slice(1)).toEqual(["{", '{"id":"example"}']);
    const untouched = await run("tasks edit example", { ...world, runProgram: async () => 0 });
    expect(untouched).toMatchObject({ exitCode: 0, output: "unchanged\n" });
    expect(await json("tasks show example")).toMatchObject({ version: 2 });
    expect(await run("tasks edit example", { ...world, runProgram: async () => 1 })).toMatchObject({ exitCode: 2 });
    expect((await run("tasks edit example", { prompts })).errors).toContain("Set EDITOR");
  });

  test("create says that nothing was piped in, where what is piped is empty", async () => {
    const { run, asked } = await startCliStack();
    const { errors, exitCode } = await run("tasks create", piped("\n"));
    expect({ exitCode, errors: errors.split("\n")[0], asked }).toEqual({
      exitCode: 2,
      errors: "error: Nothing is piped in.",
      asked: [],
    });
  });

  test("next says of a disabled task that none of its times runs", async () => {
    const { run } = await startCliStack();
    const note = "The task is disabled: none of these runs.";
    expect((await run("tasks next example --count 1")).output).not.toContain(note);
    await run("tasks disable example");
    expect((await run("tasks next example --count 1")).output).toContain(note);
  });

  test("enable and disable, and deleting only for who says yes", async () => {
    const { run, json } = await startCliStack();
    expect(await json("tasks disable example")).toMatchObject({ enabled: false, version: 2 });
    expect(await json("tasks enable example")).toMatchObject({ enabled: true, version: 3 });
    expect(await run("tasks delete example")).toMatchObject({ exitCode: 2 });
    expect(await run("tasks delete example", { prompts: person({ confirm: async () => false }) })).toMatchObject({
      exitCode: 6,
    });
    expect(await run("tasks delete example", { prompts: person({}) })).toMatchObject({ exitCode: 6 });
    expect(await json("tasks show example")).toMatchObject({ version: 3 });
    expect(await run("tasks delete example --yes --reason old")).toMatchObject({ exitCode: 0 });
    expect((await run("tasks show example")).errors).toContain("was deleted");
    expect(await json("tasks show example --version 4")).toMatchObject({ deleted: true, reason: "old" });
  });

  test("run queues it, and with --wait shows what became of it", async () => {
    const { stack, run, json } = await startCliStack();
    stack.setNow("2026-06-15T13:36:00Z");
    expect(await json("tasks run example")).toMatchObject({ executionId: "example@20260615T133600Z", queued: true });
    await stack.deliverAll();
    stack.setNow("2026-06-15T13:37:00Z");
    const waited = await run("tasks run example --wait", { sleep: () => stack.deliverAll() });
    expect(waited.exitCode).toBe(0);
    expect(waited.output).toMatch(/^execution +example@20260615T133700Z$/m);
  });

  test("run --dry-run shows the plan, and neither stores nor sends anything", async () => {
    const { stack, run } = await startCliStack();
    stack.setNow("2026-06-15T13:36:00Z");
    const { output } = await run("tasks run example --dry-run");
    expect(output).toMatch(/^AAA +buy +\d+ +tw\./m);
    await stack.deliverAll();
    expect((await stack.app.executions.list({ limit: 10 })).items).toEqual([]);
  });
});

describe("settings", () => {
  test("set shows what would change before it asks, and changes nothing without a yes", async () => {
    const { run, json } = await startCliStack();
    const line = "settings set risk_limits --set maxGrossFraction=1.2";
    const alone = await run(line);
    expect(alone.exitCode).toBe(2);
    expect(alone.errors).toContain("maxGrossFraction: 0.95 → 1.2  (loosens)");
    expect(await run(line, { prompts: person({ confirm: async () => false }) })).toMatchObject({ exitCode: 6 });
    expect(await json("settings show risk_limits")).toMatchObject({ version: 1 });
    expect(await json(`${line} --yes --reason more`)).toMatchObject({
      outcome: "changed",
      section: { version: 2, reason: "more" },
    });
    expect(await json("settings show risk_limits --version 1")).toMatchObject({ value: { maxGrossFraction: 0.95 } });
    expect(await json(line)).toMatchObject({ outcome: "unchanged" });
  });

  test("what somebody else changed while the question stood is not overwritten", async () => {
    const { run, json } = await startCliStack();
    const meanwhile = async () => {
      await run("settings set risk_limits --set maxPositionFraction=0.2 --yes");
      return true;
    };
    const late = await run("settings set risk_limits --set maxGrossFraction=0.5", {
      prompts: person({ confirm: meanwhile }),
    });
    expect(late.exitCode).toBe(1);
    expect(late.errors).toContain("VERSION_CONFLICT");
    expect(await json("settings show risk_limits")).toMatchObject({ version: 2, value: { maxGrossFraction: 0.95 } });
  });

  test("on a live account what loosens waits until another person confirms it, who is shown what", async () => {
    const { run, json } = await startCliStack({ ports: { mode: "live" } });
    const ann = { env: { TRADEWIND_KEY: "ann-key" } };
    const ben = { env: { TRADEWIND_KEY: "ben-key" } };
    const waiting = await json("settings set risk_limits --set maxGrossFraction=1.2 --yes --reason more", ann);
    expect(waiting).toMatchObject({ outcome: "waiting", section: { version: 1 } });
    const { output } = await run("changes list", ben);
    expect(output).toContain(waiting.change.id);
    expect(output).toContain("maxGrossFraction: 0.95 → 1.2  (loosens)");
    const own = await run(`changes confirm ${waiting.change.id} --yes`, ann);
    expect(own.exitCode).toBe(4);
    expect(own.errors).toContain("SECOND_PERSON_NEEDED");
    const unasked = await run(`changes confirm ${waiting.change.id}`, ben);
    expect(unasked.exitCode).toBe(2);
    expect(unasked.errors).toContain("maxGrossFraction: 0.95 → 1.2  (loosens)");
    expect(await run(`changes confirm ${waiting.change.id} --yes`, ben)).toMatchObject({ exitCode: 0 });
    expect(await json("settings show risk_limits", ben)).toMatchObject({
      version: 2,
      changedBy: { name: "ann" },
      confirmedBy: { name: "ben" },
    });
    expect((await run(`changes confirm ${waiting.change.id} --yes`, ben)).errors).toContain("CHANGE_NOT_FOUND");
  });
});

describe("the whole configuration", () => {
  test("what is exported imports without a difference, into a file and back", async () => {
    const { run, json } = await startCliStack();
    const file = join(testFolder(), "config.json");
    expect(await run(`config export --output ${file}`)).toMatchObject({ exitCode: 0 });
    expect(await json(`config diff ${file}`)).toMatchObject({ differences: [] });
    expect((await run(`config import ${file}`)).output).toBe("no difference\n");
    expect(JSON.parse((await run("config export")).output)).toEqual(JSON.parse(readFileSync(file, "utf8")));
  });

  test("import shows the difference first, names what would be deleted, and is all or nothing", async () => {
    const { run, json } = await startCliStack();
    const config = JSON.parse((await run("config export")).output);
    const next = JSON.stringify({
      automation: { ...config.automation, risk_limits: { ...config.automation.risk_limits, maxGrossFraction: 0.5 } },
      tasks: [{ ...config.tasks[0], id: "other" }],
    });
    const asked: string[] = [];
    const confirm = async (question: string) => {
      asked.push(question);
      return false;
    };
    const refused = await run("config import", { ...piped(next), prompts: person({ confirm }) });
    expect(refused.exitCode).toBe(6);
    expect(refused.errors).toMatch(/^\+ task other added$/m);
    expect(refused.errors).toMatch(/^- task example removed$/m);
    expect(refused.errors).toContain("    maxGrossFraction: 0.95 → 0.5");
    expect(asked).toEqual([expect.stringContaining("1 task would be deleted for good")]);
    expect(await run("config import", piped(next))).toMatchObject({ exitCode: 2 });
    expect(await json("config diff", piped(JSON.stringify(config)))).toMatchObject({ differences: [] });
    expect(await run("config import --yes --reason move", piped(next))).toMatchObject({ exitCode: 0 });
    expect(await json("config diff", piped(next))).toMatchObject({ differences: [] });
    const faulty = await run("config import --yes", piped(next.replace('"paper"', '"paperr"')));
    expect(faulty.exitCode).toBe(1);
    expect(faulty.errors).toMatch(/^ {2}tasks\[0\]\.mode: /m);
  });

  test("what changed while the question stood is not overwritten", async () => {
    const { run } = await startCliStack();
    const next = (await run("config export")).output.replace('"Example"', '"Moved"');
    const meanwhile = async () => {
      await run("tasks edit example --set graceMinutes=9");
      return true;
    };
    const late = await run("config import", { ...piped(next), prompts: person({ confirm: meanwhile }) });
    expect(late.exitCode).toBe(1);
    expect(late.errors).toContain("CONFIG_CHANGED");
    expect((await run("tasks show example")).output).toMatch(/^name +Example$/m);
  });
});

describe("notifications", () => {
  test("are listed with where they were told, acknowledged by name, and tested", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    const id = "run.example@20260615T133500Z.succeeded";
    expect((await run("notifications list")).output).toMatch(/info +Example: succeeded +webhook +run\.example@/);
    expect(await run(`notifications ack ${id} --reason seen --actor ann`)).toMatchObject({
      exitCode: 0,
      output: `${id} is acknowledged: 2026-06-15 13:35:00Z by ann (claimed): seen\n`,
    });
    expect((await run("notifications list")).output).toContain("by ann (claimed): seen");
    expect(await run("notifications ack none")).toMatchObject({ exitCode: 1 });
    expect((await run("notifications test --channel webhook")).output).toMatch(/webhook +sent/);
    stack.failNotifications(new Error("it answered 404"));
    expect(await run("notifications test")).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/refused +it answered 404/),
    });
  });
});
