// The host's life: loading, settings, a broken app, a function out of time, and the documented stop.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServiceBusClient } from "@azure/service-bus";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ServiceBusBroker, startServiceBusBroker } from "../../../src/local/serviceBus/broker.ts";
import { poll } from "../../support/poll.ts";
import { type HostUnderTest, stageApp, startHost } from "./hostUnderTest.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function stage(fixture: string, hostJson: object = {}): ReturnType<typeof stageApp> {
  const app = stageApp(fixture, hostJson);
  cleanups.push(app.remove);
  return app;
}

async function start(...args: Parameters<typeof startHost>): Promise<HostUnderTest> {
  const host = await startHost(...args);
  cleanups.push(() => host.child.kill("SIGKILL"));
  return host;
}

const entry = fileURLToPath(new URL("../../../src/local/functionsHost/main.ts", import.meta.url));

/** A parent that starts a host with pipes, prints its process id once it is ready, and waits to be killed. */
const forkAndWait = `
  import { fork } from "node:child_process";
  const [entry, scriptRoot] = process.argv.slice(1);
  const child = fork(entry, ["--script-root", scriptRoot, "--port", "0"], { stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true, execArgv: [] });
  child.on("message", ({ type }) => type === "ready" && console.log(child.pid));
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const errors = (host: HostUnderTest): string[] => logs(host, ["error"]);
const logs = (host: HostUnderTest, levels = ["information", "warning", "error"]): string[] =>
  host.events.flatMap((event) => (event.type === "log" && levels.includes(event.level) ? [event.message] : []));
const notes = ({ scriptRoot }: { readonly scriptRoot: string }): string[] =>
  readFileSync(join(scriptRoot, "notes"), "utf8").trimEnd().split("\n");

describe("loads an app", () => {
  it("of CommonJS, with its hooks around each run", async () => {
    const host = await start(stage("commonjs").scriptRoot);
    const reply = await host.send("/api/hello");
    expect(JSON.parse(reply.body.toString())).toEqual(["appStart", "preInvocation", "handler", "postInvocation true"]);
    expect(host.events).toContainEqual(
      expect.objectContaining({ category: "Function.hello.User", message: "the *** is kept" }),
    );
    const mended = await host.send("/api/fails");
    expect(mended.status).toBe(299);
    expect(JSON.parse(mended.body.toString())).toContain("postInvocation true");
  });

  it("of TypeScript as it is", async () => {
    const host = await start(stage("typescript").scriptRoot);
    expect((await host.send("/api/hello")).body.toString()).toBe('{"written":"in TypeScript"}');
    expect(host.functions).toEqual([
      { name: "hello", type: "httpTrigger", detail: `[GET,POST] ${host.url}/api/hello` },
    ]);
  });

  it("with HTTP streaming, piece by piece", async () => {
    const host = await start(stage("streaming").scriptRoot);
    const reply = await host.send("/api/upper/7", { method: "POST", body: "some text" });
    expect(reply.body.toString()).toBe("SOME TEXT");
    expect(reply.headers).toMatchObject({
      "x-id": "7",
      "x-ms-invocation-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((await host.send("/api/throws")).status).toBe(500);
    expect((await host.send("/api/nothing")).status).toBe(204);
  });

  it("under the prefix of host.json, or none", async () => {
    const other = await start(stage("typescript", { extensions: { http: { routePrefix: "v1/app" } } }).scriptRoot);
    expect((await other.send("/v1/app/hello")).status).toBe(200);
    expect((await other.send("/api/hello")).status).toBe(404);
    const bare = await start(stage("typescript", { extensions: { http: { routePrefix: "" } } }).scriptRoot);
    expect((await bare.send("/hello")).status).toBe(200);
  });

  it("with the values of local.settings.json as environment; what is set already wins", async () => {
    const { scriptRoot } = stage("lifecycle");
    const values = { OWN_SETTING: "from the file", TAKEN_SETTING: "from the file" };
    writeFileSync(join(scriptRoot, "local.settings.json"), JSON.stringify({ Values: values }));
    const host = await start(scriptRoot, [], { TAKEN_SETTING: "from the shell" });
    expect(JSON.parse((await host.send("/api/settings")).body.toString())).toEqual({
      own: "from the file",
      taken: "from the shell",
    });
    expect(logs(host)).toContain(
      "Skipping 'TAKEN_SETTING' from local settings as it's already defined in current environment variables.",
    );
  });

  it("without functions when a module throws: the host is up, every route is 404", async () => {
    const host = await start(stage("broken").scriptRoot);
    expect(host.functions).toEqual([]);
    expect((await host.send("/api/early")).status).toBe(404);
    expect((await host.send("/admin/host/ping")).status).toBe(200);
    expect(errors(host)[0]).toMatch(/^Worker was unable to load entry point "functions.js": broken module\n/);
    expect(logs(host)).toEqual(
      expect.arrayContaining(["0 functions loaded", expect.stringMatching(/^No job functions found/)]),
    );
  });

  it.each([
    [
      "maxConcurrentCalls",
      0,
      "The value supplied must be greater than or equal to 1. (Parameter 'MaxConcurrentCalls')",
    ],
    [
      "maxConcurrentCalls",
      "abc",
      "Failed to convert configuration value 'abc' at 'AzureFunctionsJobHost:extensions:ServiceBus:MaxConcurrentCalls' to type 'System.Int32'.",
    ],
  ])("not at all when host.json has %s: %j: /api is 503, ping 200", async (name, value, message) => {
    const host = await start(stage("lifecycle", { extensions: { serviceBus: { [name]: value } } }).scriptRoot);
    const reply = await host.send("/api/settings");
    expect(reply.status).toBe(503);
    expect(reply.body.toString()).toBe("Function host is not running.");
    expect((await host.send("/admin/host/ping")).status).toBe(200);
    expect(errors(host)).toEqual([expect.stringContaining(message)]);
  });

  it("keeps its keys in the state folder across restarts", async () => {
    const { scriptRoot, state } = stage("typescript");
    const first = await start(scriptRoot, ["--state", state]);
    await first.stop();
    const second = await start(scriptRoot, ["--state", state]);
    expect(second.keys).toEqual(first.keys);
    const without = await start(scriptRoot);
    expect(without.keys.master).not.toBe(first.keys.master);
  });

  it("says what to do when the port is taken, and exits 1", async () => {
    const { scriptRoot } = stage("typescript");
    const squatter = createServer().listen(0, "127.0.0.1");
    cleanups.push(() => squatter.close());
    const address = await poll("a port", () => squatter.address() ?? undefined);
    const port = typeof address === "string" ? address : String(address.port);
    await expect(startHost(scriptRoot, ["--port", port])).rejects.toThrow(
      `EADDRINUSE: Port ${port} is taken. Stop what uses it, or choose another one with --port. (exit 1)`,
    );
  });
});

describe("ends a function that is out of time", () => {
  it("answers 500, runs appTerminate and exits 70, to be started again", async () => {
    const app = stage("lifecycle", { functionTimeout: "00:00:01" });
    const host = await start(app.scriptRoot, ["--cancel-grace-ms", "200"]);
    const started = performance.now();
    const [late, innocent] = await Promise.all([host.send("/api/wait/60000"), host.send("/api/wait/50")]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1150);
    expect([late.status, late.body.toString()]).toEqual([500, ""]);
    expect(innocent.status).toBe(200);
    expect(await host.exit).toBe(70);
    expect(notes(app)).toContain("appTerminate");
    expect(errors(host)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^Timeout value of 00:00:01 exceeded by function 'Functions.wait' \(Id: '.*'\). Initiating cancellation.$/,
        ),
        expect.stringMatching(
          /^A function timeout has occurred. Restarting worker process executing invocationId '.*'.$/,
        ),
      ]),
    );
  });
});

describe("stops on SIGTERM", () => {
  let broker: ServiceBusBroker;
  let client: ServiceBusClient;
  let app: ReturnType<typeof stageApp>;
  beforeEach(async () => {
    broker = await startServiceBusBroker({ queues: [{ name: "work" }] });
    client = new ServiceBusClient(broker.connectionString);
    app = stage("lifecycle");
    cleanups.push(
      () => broker.stop(),
      () => client.close(),
    );
  });
  const startWorking = (...flags: string[]): Promise<HostUnderTest> =>
    start(app.scriptRoot, flags, { TestBus: broker.connectionString });
  const count = (line: string): number => notes(app).filter((note) => note === line).length;

  it("an idle host within a moment, with appTerminate and exit code 0", async () => {
    const host = await startWorking();
    expect(await host.stop()).toBe(0);
    expect(notes(app)[0]).toBe("appStart");
    expect(notes(app).at(-1)).toBe("appTerminate");
  });

  it("closes the port at once, lets HTTP calls end, and goes on firing timers meanwhile", async () => {
    const host = await startWorking();
    const call = host.send("/api/wait/2500");
    await poll(
      "the call to run",
      () => host.events.some((event) => event.type === "invocationStarted" && event.trigger === "http") || undefined,
    );
    const exit = host.stop();
    await poll("the host to begin", () => logs(host).includes("Application is shutting down...") || undefined);
    const firedBefore = count("fired");
    await expect(host.send("/api/settings")).rejects.toThrow(/ECONNREFUSED/);
    const reply = await call;
    expect([reply.status, reply.body.toString(), reply.headers.connection]).toEqual([200, "waited 2500", "close"]);
    expect(count("fired")).toBeGreaterThan(firedBefore);
    expect(await exit).toBe(0);
  });

  it("cuts HTTP calls after their grace time", async () => {
    const host = await startWorking("--http-grace-ms", "300");
    const call = host.send("/api/wait/60000");
    call.catch(() => {});
    await poll(
      "the call to run",
      () => host.events.some((event) => event.type === "invocationStarted" && event.trigger === "http") || undefined,
    );
    const exit = host.stop();
    await expect(call).rejects.toThrow(/hang up|ECONNRESET/);
    expect(await exit).toBe(0);
    expect(notes(app).at(-1)).toBe("appTerminate");
  });

  const send = (...messages: number[]): Promise<void> =>
    client.createSender("work").sendMessages(messages.map((ms) => ({ body: { ms } })));

  it("lets a queue function end and settles its message; takes nothing new", async () => {
    const host = await startWorking();
    await send(1500);
    await poll("the work to begin", () => host.logged("work").length > 0 || undefined);
    const exit = host.stop();
    await poll("the listeners to stop", () => logs(host).includes("Stopping JobHost") || undefined);
    await send(1);
    expect(await exit).toBe(0);
    expect(count("worked 1500")).toBe(1);
    expect(count("worked 1")).toBe(0);
    await poll("the lock to go", () => broker.counts("work").locked === 0 || undefined);
    expect(broker.counts("work")).toMatchObject({ active: 1, locked: 0 });
    expect(logs(host)).toEqual(
      expect.arrayContaining([
        "Stopping the listener for function 'work'",
        "Stopped the listener for function 'work'",
        "Job host stopped",
      ]),
    );
  });

  it("cuts a queue function after its grace time: the message stays with the broker", async () => {
    const host = await startWorking("--trigger-grace-ms", "300");
    await send(60_000);
    await poll("the work to begin", () => host.logged("work").length > 0 || undefined);
    const started = performance.now();
    expect(await host.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(3000);
    const { active, locked } = broker.counts("work");
    expect(active + locked).toBe(1);
    expect(notes(app).at(-1)).toBe("appTerminate");
  });

  it("does the same on SIGINT", async () => {
    const host = await startWorking();
    host.child.kill("SIGINT");
    expect(await host.exit).toBe(0);
    expect(notes(app).at(-1)).toBe("appTerminate");
  });

  it("and does so too when its parent is gone", async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", forkAndWait, entry, app.scriptRoot], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    cleanups.push(() => parent.kill("SIGKILL"));
    const childPid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    cleanups.push(() => isAlive(childPid) && process.kill(childPid, "SIGKILL"));
    parent.kill("SIGKILL");
    await poll("the host to end", () => !isAlive(childPid) || undefined, 10_000);
    expect(notes(app).at(-1)).toBe("appTerminate");
  });
});

it("prints readable lines where no parent listens", async () => {
  const { scriptRoot } = stage("typescript");
  // Without a channel: what `node main.ts` in a shell has.
  const child = spawn(process.execPath, [entry, "--script-root", scriptRoot, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(() => child.kill("SIGKILL"));
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += String(chunk);
  });
  await poll(
    "the host to be ready",
    () => /^Functions host ready at http:\/\/127.0.0.1:\d+$/m.test(printed) || undefined,
  );
  child.kill("SIGTERM");
});
