// `tradewind sessions`: what it prints, and how it answers a command line that is wrong.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commandLine } from "../support/commandLine.ts";

const sessions = (...flags: string[]) => commandLine(["sessions", ...flags]);
const allowed = "Allowed: npm run tradewind -- sessions --from <day> --to <day> [--json]";

describe("what it prints", () => {
  test("JSON holds each session's date, hours in UTC and whether it closes early, and nothing else", async () => {
    const { output, errors, exitCode } = await sessions("--from", "2026-11-26", "--to", "2026-11-30", "--json");
    expect({ output, errors, exitCode }).toEqual({
      output:
        '[{"date":"2026-11-27","open":"2026-11-27T14:30:00.000Z","close":"2026-11-27T18:00:00.000Z","early":true},' +
        '{"date":"2026-11-30","open":"2026-11-30T14:30:00.000Z","close":"2026-11-30T21:00:00.000Z","early":false}]\n',
      errors: "",
      exitCode: 0,
    });
  });

  test("the table shows both zones and marks what closes early", async () => {
    expect((await sessions("--from", "2026-07-02", "--to", "2026-07-06")).output.split("\n")).toEqual([
      "date        day  New York     UTC",
      "2026-07-02  Thu  09:30–16:00  13:30–20:00",
      "2026-07-06  Mon  09:30–16:00  13:30–20:00",
      "2 sessions from 2026-07-02 to 2026-07-06",
      "",
    ]);
    expect((await sessions("--from", "2026-11-27", "--to", "2026-11-27")).output).toContain(
      "14:30–18:00  closes early\n1 session ",
    );
  });

  test("days without a session are an empty array, and none in the table", async () => {
    expect((await sessions("--from", "2026-06-13", "--to", "2026-06-14", "--json")).output).toBe("[]\n");
    expect((await sessions("--from", "2026-06-13", "--to", "2026-06-14")).output).toBe(
      "0 sessions from 2026-06-13 to 2026-06-14\n",
    );
  });

  test("the whole calendar can be asked for at once", async () => {
    const { output } = await sessions("--from", "2000-01-01", "--to", "2030-12-31", "--json");
    expect(JSON.parse(output)).toHaveLength(7794);
  });
});

describe("a wrong command line is one line that says what is allowed, and exit code 2", () => {
  const range = ["--from", "2026-06-15", "--to", "2026-06-16"];
  test.each([
    [["--from", "2026-02-30", "--to", "2026-03-01"], "YYYY-MM-DD"],
    [
      ["--from", "1999-12-31", "--to", "2000-01-03"],
      "The trading calendar knows the days from 2000-01-01 to 2030-12-31.",
    ],
    [
      ["--from", "2030-12-31", "--to", "2031-01-02"],
      "The trading calendar knows the days from 2000-01-01 to 2030-12-31.",
    ],
    [["--from", "2026-06-16", "--to", "2026-06-15"], "--from 2026-06-16 is after --to 2026-06-15"],
    [["--from", "2026-06-15"], "required option '--to <day>' not specified"],
    [[...range, "--yaml"], "unknown option '--yaml'"],
    [[...range, "more"], "too many arguments"],
  ])("%j: %s", async (flags, reason) => {
    const { output, errors, exitCode } = await sessions(...flags);
    expect({ output, exitCode, lines: errors.split("\n").length }).toEqual({ output: "", exitCode: 2, lines: 2 });
    expect(errors).toContain(reason);
    expect(errors).toContain(allowed);
  });

  test("an unknown command", async () => {
    const { errors, exitCode } = await commandLine(["session"]);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(
      /^error: unknown command 'session'\. Allowed: npm run tradewind -- status \| .*sessions \| .*\n$/,
    );
  });
});

describe("help", () => {
  test("--help explains the command and is no failure", async () => {
    const { output, errors, exitCode } = await sessions("--help");
    expect({ errors, exitCode }).toEqual({ errors: "", exitCode: 0 });
    expect(output).toContain("Usage: npm run tradewind -- sessions [options]");
    expect(output).toContain("from 2000-01-01 to 2030-12-31");
  });

  test("without a command the help goes to the errors, with exit code 2", async () => {
    const { output, errors, exitCode } = await commandLine([]);
    expect({ output, exitCode }).toEqual({ output: "", exitCode: 2 });
    expect(errors).toContain("sessions [options]");
  });
});

test("as a process it writes to both streams and ends with the exit code", () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const run = (...flags: string[]) => spawnSync(process.execPath, [main, "sessions", ...flags], { encoding: "utf8" });
  const good = run("--from", "2026-06-15", "--to", "2026-06-15", "--json");
  expect({ status: good.status, stderr: good.stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(good.stdout)).toMatchObject([{ date: "2026-06-15" }]);
  const bad = run("--from", "tomorrow");
  expect({ status: bad.status, stdout: bad.stdout }).toEqual({ status: 2, stdout: "" });
  expect(bad.stderr).toContain("'tomorrow' is invalid");
});
