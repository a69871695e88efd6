// `tradewind tail`: everything new once, through failures in between, until Ctrl-C.
import { describe, expect, test } from "vitest";
import { startCliStack } from "../support/cliStack.ts";

/** Runs `tail`: before each further look one of the steps, and after the last of them Ctrl-C. */
async function tail(
  cli: Awaited<ReturnType<typeof startCliStack>>,
  steps: readonly (() => Promise<unknown>)[],
  flags = "",
) {
  const stop = new AbortController();
  const left = [...steps];
  const sleep = async (): Promise<void> => {
    const step = left.shift();
    if (step === undefined) stop.abort();
    else await step();
  };
  return cli.run(`tail${flags}`, { sleep, interrupted: () => stop.signal });
}

describe("tail", () => {
  test("tells the state and the newest things, then each new thing once, and ends with 0", async () => {
    const cli = await startCliStack();
    await cli.stack.runNextSlot();
    const { output, errors, exitCode } = await tail(cli, [
      async () => undefined,
      () => cli.run("halt --reason news --actor ann"),
      () => cli.stack.runNextSlot(),
    ]);
    expect({ errors, exitCode }).toEqual({ errors: "", exitCode: 0 });
    const lines = output.trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 6).trim())).toEqual(["run", "state", "switch", "state", "run"]);
    expect(lines[2]).toContain("halt account by ann (claimed): running → halted (news)");
    expect(lines[3]).toContain("trading halted");
    expect(lines[4]).toContain("example@20260615T134000Z blocked: trading was halted by ann");
  });

  test("with --json each line is one JSON value", async () => {
    const cli = await startCliStack();
    const { output } = await tail(cli, [() => cli.run("halt --reason news")], " --json");
    const news = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(news.map(({ kind }) => kind)).toEqual(["state", "switch", "state"]);
    expect(news[1].value).toMatchObject({ action: "halt", reason: "news" });
  });

  test("a run is told again when it ends", async () => {
    const cli = await startCliStack();
    const begin = async () => {
      cli.stack.setNow("2026-06-15T13:35:00Z");
      await cli.stack.app.scheduler.tick("timer");
    };
    const { output } = await tail(cli, [begin, () => cli.stack.deliverAll()]);
    expect(output.match(/^run .*example@20260615T133500Z succeeded: 2 of 2 orders accepted, 2 filled$/gm)).toHaveLength(
      1,
    );
  });

  test("more than it can show is said, not passed over", async () => {
    const cli = await startCliStack();
    const burst = async () => {
      for (let second = 0; second < 101; second++) {
        cli.stack.setNow(new Date(Date.UTC(2026, 5, 15, 14, 0, second)).toISOString());
        await cli.run("halt --reason a");
        await cli.run("resume --reason a");
      }
    };
    const { output } = await tail(cli, [burst]);
    expect(output.match(/^switch /gm)).toHaveLength(200);
    expect(output).toMatch(/^more .*tradewind -- events/m);
  });

  test("goes on when the app was away for a while, and tells what it missed", async () => {
    const cli = await startCliStack();
    let away = false;
    const stop = new AbortController();
    const steps = [
      async () => {
        away = true;
        await cli.run("halt --reason news");
      },
      async () => undefined,
      async () => {
        away = false;
      },
    ];
    const refused = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
    });
    const { output, errors, exitCode } = await cli.run("tail", {
      interrupted: () => stop.signal,
      sleep: async () => {
        const step = steps.shift();
        if (step === undefined) stop.abort();
        else await step();
      },
      fetch: (...given) => (away ? Promise.reject(refused) : cli.fetch(...given)),
    });
    expect(exitCode).toBe(0);
    expect(errors.match(/is not reachable/g)).toHaveLength(1);
    expect(errors).toContain("connected again");
    expect(output).toMatch(/^switch .*halt account/m);
  });

  test("an app that is not there to begin with, and a key that is not taken, end it", async () => {
    const cli = await startCliStack();
    const ended = async (response: () => Promise<Response>) => (await cli.run("tail", { fetch: response })).exitCode;
    expect(await ended(() => Promise.reject(new TypeError("fetch failed")))).toBe(3);
    expect(await ended(async () => new Response(null, { status: 401 }))).toBe(4);
  });
});
