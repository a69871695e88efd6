// The Functions host as a child process: started, watched, replaced when it lost its worker, and stopped with its parent.
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const messageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    url: z.string(),
    keys: z.object({ master: z.string(), default: z.string() }),
  }),
  z.object({ type: z.literal("failed"), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("log"), level: z.string(), category: z.string(), message: z.string() }),
  z.object({ type: z.literal("invocationStarted"), functionName: z.string() }),
  z.object({
    type: z.literal("invocationEnded"),
    functionName: z.string(),
    ok: z.boolean().optional(),
    scheduledFor: z.string().optional(),
  }),
]);
export type HostMessage = z.infer<typeof messageSchema>;

export type HostProcess = {
  readonly url: string;
  readonly key: string;
  readonly pid: number | undefined;
  /** Resolves with the exit code when the host is gone for good. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
};

/** The exit code of a host whose worker was lost to functionTimeout: it is to be started again. */
const workerLostExitCode = 70;

const entry = fileURLToPath(new URL("./functionsHost/main.ts", import.meta.url));

/**
 * Starts the host on the app in `scriptRoot`. Its environment is `settings` and what a process needs to run, nothing else of the parent's:
 * real credentials in a shell never reach a demo. Throws with the host's own words when it cannot start.
 */
export async function startHostProcess(options: {
  readonly scriptRoot: string;
  readonly port: number;
  readonly stateDir: string;
  readonly clockFile: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly onMessage: (message: HostMessage) => void;
  /** Lines the app or the host printed. */
  readonly onLine: (line: string) => void;
}): Promise<HostProcess> {
  const { scriptRoot, stateDir, clockFile, settings, onMessage, onLine } = options;
  let port = options.port;
  let child: ChildProcess;
  let stopping = false;
  const ended = Promise.withResolvers<number>();

  async function launch(): Promise<Extract<HostMessage, { type: "ready" }>> {
    const flags = ["--script-root", scriptRoot, "--port", String(port), "--state", stateDir];
    if (clockFile !== undefined) flags.push("--clock-file", clockFile);
    child = fork(entry, flags, {
      env: { ...inherited(), ...settings },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Ctrl-C reaches the parent only, which ends the host in order.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", onLine);
    }
    const ready = Promise.withResolvers<Extract<HostMessage, { type: "ready" }>>();
    let complaint = "the Functions host ended before it was ready";
    child.on("message", (raw) => {
      const message = messageSchema.safeParse(raw);
      if (!message.success) return;
      if (message.data.type === "ready") ready.resolve(message.data);
      if (message.data.type === "failed") complaint = message.data.message;
      onMessage(message.data);
    });
    child.on("exit", (code, signal) => {
      ready.reject(new Error(complaint));
      if (code === workerLostExitCode && !stopping) {
        launch().catch((failure: unknown) => {
          onLine(`the Functions host could not be started again: ${String(failure)}`);
          ended.resolve(1);
        });
      } else ended.resolve(code ?? (signal === null ? 1 : 128));
    });
    return ready.promise;
  }

  const { url, keys } = await launch();
  // A replacement must answer where the first one did.
  port = Number(new URL(url).port);
  return {
    url,
    key: keys.default,
    get pid() {
      return child.pid;
    },
    ended: ended.promise,
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      await ended.promise;
    },
  };
}

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
