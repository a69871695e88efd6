// The commands as processes of their own: streams, exit codes, environment, Ctrl-C and a reader that leaves early.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startCliStack } from "../support/cliStack.ts";
import { testFolder } from "../support/commandLine.ts";
import { poll } from "../support/poll.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The app behind a real port of this machine, which takes one key. */
async function serve(): Promise<{ url: string; cli: Awaited<ReturnType<typeof startCliStack>> }> {
  const cli = await startCliStack();
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.headers["x-functions-key"] !== "the-key") return new Response(null, { status: 401 });
      const { method = "GET", url = "/" } = request;
      const body = await text(request);
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
      return cli.fetch(`http://127.0.0.1${url}`, { method, headers, ...(body === "" ? {} : { body }) });
    };
    void answer().then(async (answered) => {
      response.writeHead(answered.status, Object.fromEntries(answered.headers));
      response.end(await answered.text());
    });
  }).listen(0, "127.0.0.1");
  await new Promise((up) => server.once("listening", up));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, cli };
}

function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: testFolder(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = start(args, env);
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  const [output, errors, exitCode] = await Promise.all([
    text(child.stdout ?? process.stdin),
    text(child.stderr ?? process.stdin),
    ended,
  ]);
  return { output, errors, exitCode };
}

test("address and key come from the environment or a profile, and a wrong key ends with 4", async () => {
  const { url } = await serve();
  const env = { TRADEWIND_URL: url, TRADEWIND_KEY: "the-key" };
  const status = await run(["status", "--json"], env);
  expect({ errors: status.errors, exitCode: status.exitCode }).toEqual({ errors: "", exitCode: 0 });
  expect(JSON.parse(status.output)).toMatchObject({ mode: "paper" });
  expect(await run(["status"], { ...env, TRADEWIND_KEY: "another" })).toMatchObject({ output: "", exitCode: 4 });

  const TRADEWIND_CONFIG_DIR = testFolder();
  await run(["profile", "set", "local", "--url", url, "--key-env", "MY_KEY"], { TRADEWIND_CONFIG_DIR });
  const named = await run(["tasks", "list"], { TRADEWIND_CONFIG_DIR, MY_KEY: "the-key" });
  expect(named).toMatchObject({ errors: "", exitCode: 0 });
  expect(named.output).toContain("example");
});

test("nothing is coloured where the output is no terminal", async () => {
  const { url } = await serve();
  const { output } = await run(["status"], { TRADEWIND_URL: url, TRADEWIND_KEY: "the-key", FORCE_COLOR: "1" });
  expect(output).not.toContain("\u001b");
});

test("without arguments and without a terminal the help goes to the errors, with exit code 2", async () => {
  const { output, errors, exitCode } = await run([]);
  expect({ output, exitCode }).toEqual({ output: "", exitCode: 2 });
  expect(errors).toContain("Usage:");
});

test("tail ends with 0 at Ctrl-C, after it has told what happened", async () => {
  const { url, cli } = await serve();
  const child = start(["tail", "--every", "1"], { TRADEWIND_URL: url, TRADEWIND_KEY: "the-key" });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (more: string) => {
    output += more;
  });
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  await poll("the state", () => /^state /m.test(output) || undefined);
  await cli.run("halt --reason news");
  await poll("the halt", () => /^switch .*news/m.test(output) || undefined);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});

test("tail ends when its reader leaves", async () => {
  const { url, cli } = await serve();
  const child = start(["tail", "--every", "1"], { TRADEWIND_URL: url, TRADEWIND_KEY: "the-key" });
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  await new Promise((some) => child.stdout?.once("data", some));
  child.stdout?.destroy();
  await cli.run("halt --reason news");
  expect(await ended).toBe(0);
});
