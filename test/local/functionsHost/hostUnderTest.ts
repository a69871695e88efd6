// How the tests run a host: a fixture app staged in a folder of its own, the host as a child process, and what it told.
import { type ChildProcess, fork } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostEvent } from "../../../src/local/functionsHost/hostEvents.ts";

const entry = fileURLToPath(new URL("../../../src/local/functionsHost/main.ts", import.meta.url));
const fixtures = fileURLToPath(new URL("./fixtures", import.meta.url));
const nodeModules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
type Ready = {
  readonly type: "ready";
  readonly url: string;
  readonly keys: { readonly master: string; readonly default: string; readonly functions: Record<string, string> };
  readonly functions: readonly { readonly name: string; readonly type: string; readonly detail: string }[];
};
type Failed = { readonly type: "failed"; readonly code: string; readonly message: string };

export type HostUnderTest = Pick<Ready, "url" | "keys" | "functions"> & {
  readonly events: readonly HostEvent[];
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  /** Sends one request as written: nothing of the path is tidied. */
  send(
    path: string,
    options?: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer },
  ): Promise<Reply>;
  /** What the function `name` logged as JSON so far. */
  logged(name: string): unknown[];
  stop(): Promise<number | null>;
};

/** A folder with the fixture's files and `hostJson`; `remove` deletes it. */
export function stageApp(
  fixture: string,
  hostJson: object = {},
): { readonly scriptRoot: string; readonly state: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "functions-host-"));
  const scriptRoot = join(root, "app");
  cpSync(join(fixtures, fixture), scriptRoot, { recursive: true });
  symlinkSync(nodeModules, join(scriptRoot, "node_modules"));
  writeFileSync(join(scriptRoot, "host.json"), JSON.stringify({ version: "2.0", ...hostJson }));
  return { scriptRoot, state: join(root, "state"), remove: () => rmSync(root, { recursive: true, force: true }) };
}

export const readState = (state: string, file: string): unknown => JSON.parse(readFileSync(join(state, file), "utf8"));

/** Starts the host; throws with its words when it ends before it is ready. */
export async function startHost(
  scriptRoot: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<HostUnderTest> {
  const events: HostEvent[] = [];
  const child = fork(entry, ["--script-root", scriptRoot, "--port", "0", ...flags], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ready = await new Promise<Ready>((resolve, reject) => {
    let complaint = "the host ended before it was ready";
    child.on("message", (message: Ready | Failed | HostEvent) => {
      if (message.type === "ready") resolve(message);
      else if (message.type === "failed") complaint = `${message.code}: ${message.message}`;
      else events.push(message);
    });
    child.once("exit", (code) => reject(new Error(`${complaint} (exit ${code})`)));
  });
  return {
    url: ready.url,
    keys: ready.keys,
    functions: ready.functions,
    events,
    child,
    exit,
    send: (path, options) => send(ready.url, path, options),
    logged: (name) =>
      events.flatMap((event) =>
        event.type === "log" && event.category === `Function.${name}.User` ? [JSON.parse(event.message)] : [],
      ),
    stop: async () => {
      child.kill("SIGTERM");
      return await exit;
    },
  };
}

function send(
  url: string,
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("error", reject)
        .on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
    });
    outgoing.on("error", reject).end(body);
  });
}
