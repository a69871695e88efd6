// The Functions host as a process: `node main.ts --script-root DIR --port N [--clock-file FILE] [--state DIR] [--verbose]`.
import { parseArgs } from "node:util";
import { createDemoClock, systemClock } from "../../adapters/system/clock.ts";
import { startFunctionsHost } from "./functionsHost.ts";
import { type HostEvent, messageOf } from "./hostEvents.ts";

/** Tells the parent that a function ran over its time and the host is to be started again. */
const workerLostExitCode = 70;
const defaultPort = 7071;

const { values: flags } = parseArgs({
  options: {
    "script-root": { type: "string", default: "." },
    port: { type: "string", default: String(defaultPort) },
    "clock-file": { type: "string" },
    state: { type: "string" },
    "http-grace-ms": { type: "string" },
    "trigger-grace-ms": { type: "string" },
    "cancel-grace-ms": { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

type Message =
  | HostEvent
  | { readonly type: "ready"; readonly url: string; readonly keys: object; readonly functions: readonly object[] }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** To the parent when there is one, else in words to whoever watches. */
function tell(message: Message): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
  else if (process.send === undefined) print(message);
}

/** The invocations are in the log, in words. */
function print(message: Message): void {
  if (message.type === "ready") console.log(`Functions host ready at ${message.url}`);
  else if (message.type === "failed") console.error(message.message);
  else if (message.type === "log") {
    const { level, category, message: text } = message;
    const isUsers = category.startsWith("Function.");
    if (flags.verbose || isUsers || !["trace", "debug", "information"].includes(level)) {
      console.log(`[${systemClock.now()}] ${text}`);
    }
  }
}

const milliseconds = (text: string | undefined, name: string): object =>
  text === undefined ? {} : { [name]: Number(text) };

async function main(): Promise<void> {
  const scriptRoot = flags["script-root"];
  const port = Number(flags.port);
  const host = await startFunctionsHost({
    scriptRoot,
    port,
    clock: flags["clock-file"] === undefined ? systemClock : createDemoClock(flags["clock-file"]),
    ...(flags.state === undefined ? {} : { stateDir: flags.state }),
    ...milliseconds(flags["http-grace-ms"], "httpGraceMs"),
    ...milliseconds(flags["trigger-grace-ms"], "triggerGraceMs"),
    ...milliseconds(flags["cancel-grace-ms"], "cancelGraceMs"),
    onEvent: tell,
    onWorkerLost: () => process.exit(workerLostExitCode),
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    host.stop().then(
      () => process.exit(0),
      (failure: unknown) => fail(failure),
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "disconnect"]) process.on(signal, stop);
  // A parent that died takes the pipes with it: what is printed during the stop has nowhere to go.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  // A parent that died while the host was starting.
  if (process.send !== undefined && !process.connected) stop();
  const { url, keys, functions } = host;
  tell({ type: "ready", url, keys, functions });
}

function fail(failure: unknown): void {
  const code = failure instanceof Error && "code" in failure ? String(failure.code) : "ERROR";
  const message =
    code === "EADDRINUSE"
      ? `Port ${flags.port} is taken. Stop what uses it, or choose another one with --port.`
      : messageOf(failure);
  tell({ type: "failed", code, message });
  // The message must be on its way before the channel goes.
  setTimeout(() => process.exit(1), process.connected ? 50 : 0);
}

main().catch(fail);
