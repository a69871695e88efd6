// An operator's shell on the app in this process: command lines as the runbook has them, answered by the app's own HTTP functions.
import { HttpRequest, type HttpResponseInit, InvocationContext } from "@azure/functions";
import { httpFunctions } from "../api/operation.ts";
import { operations } from "../api/operations.ts";
import type { App } from "../app/app.ts";
import { runCommandLine } from "../cli/commandLine.ts";
import type { World as CliWorld } from "../cli/world.ts";
import { parseRoute } from "../local/functionsHost/http/routeTemplate.ts";

/** What a command line printed, on both outputs, and how it ended. */
export type Said = { readonly output: string; readonly exitCode: number };

export type OperatorShell = {
  /** Runs what stands after `npm run tradewind --`. */
  run(line: string): Promise<Said>;
};

/** `wait` is what a command that waits for a run waits by: it lets the app work. */
export function createOperatorShell(
  app: App,
  { nowMs, wait }: { readonly nowMs: () => number; readonly wait: (ms: number) => Promise<void> },
): OperatorShell {
  const fetch = fetchOf(app);
  return {
    run: async (line) => {
      let output = "";
      const print = (text: string): void => {
        output += text;
      };
      const world: CliWorld = {
        programName: "npm run tradewind --",
        env: { TRADEWIND_URL: "http://127.0.0.1:7071" },
        configDir: "/nowhere",
        checkout: undefined,
        node: process.execPath,
        userName: "drill",
        out: print,
        err: print,
        colours: false,
        errIsTerminal: false,
        input: undefined,
        prompts: undefined,
        fetch,
        nowMs,
        sleep: wait,
        interrupted: () => new AbortController().signal,
        runProgram: async () => 127,
      };
      const exitCode = await runCommandLine(wordsOf(line), world);
      return { output, exitCode };
    },
  };
}

/** The words of a line as a shell takes them: what is quoted is one. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);

/** The app's HTTP functions in the place of the network. */
function fetchOf(app: App): CliWorld["fetch"] {
  const telemetry = { event: () => undefined, within: <T>(_: unknown, work: () => Promise<T>) => work() };
  const composed = { ...app, callers: { easyAuth: false, keyNames: [] }, telemetry, redact: <T>(value: T) => value };
  const routes = httpFunctions(operations, async () => composed)
    .map(({ options }) => ({ ...options, ...parseRoute(`api/${options.route}`) }))
    .sort((a, b) => (a.precedence < b.precedence ? -1 : 1));
  return async (input, { method = "GET", headers, body } = {}) => {
    const url = new URL(String(input));
    const segments = url.pathname.slice(1).split("/").map(decodeURIComponent);
    for (const { handler, methods, match } of routes) {
      const params = (methods as readonly string[]).includes(method) ? match(segments) : undefined;
      if (params === undefined) continue;
      const request = new HttpRequest({
        method,
        url: url.href,
        params: { ...params },
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(new Headers(headers)),
        ...(body == null ? {} : { body: { bytes: Buffer.from(String(body)) } }),
      });
      const answer = (await handler(request, new InvocationContext())) as HttpResponseInit & { readonly body?: string };
      return new Response(answer.body ?? null, {
        status: answer.status ?? 200,
        headers: answer.headers as Record<string, string>,
      });
    }
    return new Response(null, { status: 404 });
  };
}
