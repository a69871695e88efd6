// `npm run emulators`: the stand-ins on fixed ports, with the settings that a real host on this machine needs.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseSettings } from "../../src/config.ts";
import { poll } from "../support/poll.ts";

const root = resolve(import.meta.dirname, "../..");

test("prints a complete local.settings.json once everything answers, and leaves no process or port behind", async () => {
  const child = spawn(process.execPath, ["src/local/emulators.ts"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  try {
    await poll("the stand-ins", () => /are up/.test(err) || undefined);
    const { Values: values } = JSON.parse(out) as { Values: Record<string, string> };
    const { AzureWebJobsStorage, FUNCTIONS_WORKER_RUNTIME, ...settings } = values;
    expect({ AzureWebJobsStorage, FUNCTIONS_WORKER_RUNTIME }).toEqual({
      AzureWebJobsStorage: "UseDevelopmentStorage=true",
      FUNCTIONS_WORKER_RUNTIME: "node",
    });
    expect(parseSettings(settings)).toMatchObject({ mode: "paper" });
    const answers = async (url: string): Promise<true | undefined> => {
      const response = await fetch(url).catch(() => undefined);
      await response?.arrayBuffer();
      return response === undefined ? undefined : true;
    };
    for (const port of [10_000, 10_002, 4010, 4011])
      await poll(`port ${port}`, () => answers(`http://127.0.0.1:${port}/`));
  } finally {
    child.kill("SIGINT");
  }
  expect(await ended).toBe(0);
  for (const port of [10_000, 10_002, 4010, 4011]) {
    await poll(`port ${port} to be free`, () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => undefined,
        () => true as const,
      ),
    );
  }
});
