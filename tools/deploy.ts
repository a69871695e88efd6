// `npm run deploy -- --app NAME`: checks, packages, publishes, and watches the published app until it has shown that it works.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stagingFaults, stagingFolder } from "./package.ts";
import { type SmokePorts, smoke } from "./smoke.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const usage = `Usage: npm run deploy -- --app NAME [--url URL] [--dry-run]

Publishes this checkout to the function app NAME. It needs Azure Functions Core Tools 4 (\`func\`) and a sign-in (\`az login\`).
--url      where the app answers, if not at https://NAME.azurewebsites.net
--dry-run  prints the steps and does none of them
The key for the smoke is asked of Azure; TRADEWIND_FUNCTION_KEY is taken instead where it is set. Where callers sign in beside the key,
TRADEWIND_ACCESS_TOKEN is the token (az account get-access-token --resource api://CLIENT-ID --query accessToken -o tsv).`;
const howToGetFunc =
  "func is missing: `npm i -g azure-functions-core-tools@4`, or https://learn.microsoft.com/azure/azure-functions/functions-run-local";
const howToGetAz =
  "az is missing or nobody is signed in: https://learn.microsoft.com/cli/azure/install-azure-cli, then `az login`";

type Result = { readonly exitCode: number; readonly output: string };
export type DeployPorts = SmokePorts & {
  /** Runs a command; with `show` people see what it prints, otherwise it is answered. */
  readonly run: (
    command: string,
    args: readonly string[],
    options?: { readonly cwd?: string; readonly show?: boolean },
  ) => Promise<Result>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stagingFaults: () => readonly string[];
  /** The version of the folder that was built, which names its commit. */
  readonly stagedVersion: () => string;
};

type Step = { readonly name: string; readonly shows: string; readonly work: () => Promise<string | undefined> };

/** Answers the exit code: 0 when the published app passed its smoke, 1 when a step failed, 2 when nothing was asked for that can be done. */
export async function deploy(argv: readonly string[], ports: DeployPorts): Promise<number> {
  const asked = read(argv);
  if ("text" in asked) {
    ports.say(asked.text);
    return asked.exitCode;
  }
  const steps = stepsOf({ app: asked.app, url: asked.url ?? `https://${asked.app}.azurewebsites.net` }, ports);
  for (const [index, { name, shows, work }] of steps.entries()) {
    ports.say(`[${index + 1}/${steps.length}] ${name}: ${shows}`);
    if (asked.dryRun) continue;
    const startedMs = ports.now();
    const failure = await work();
    if (failure !== undefined) {
      ports.say(`failed at ${name}: ${failure}`);
      if (name === "smoke") ports.say("The new package is live. docs/azure.md says how to go back to the one before.");
      return 1;
    }
    ports.say(`  done in ${Math.round((ports.now() - startedMs) / 1000)} s`);
  }
  return 0;
}

type Asked =
  | { readonly app: string; readonly url: string | undefined; readonly dryRun: boolean }
  | { readonly text: string; readonly exitCode: number };

const refused = (fault: string): Asked => ({ text: `${fault}\n\n${usage}`, exitCode: 2 });

function read(argv: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        app: { type: "string" },
        url: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const { app, url, "dry-run": dryRun, help } = values;
    if (help) return { text: usage, exitCode: 0 };
    if (app === undefined)
      return refused("--app is missing: the name of the function app, FUNCTION_APP_NAME of the deployment.");
    // The name becomes part of an address, and the key travels there.
    if (!/^[a-z0-9-]{2,60}$/i.test(app))
      return refused(`--app ${app} cannot be a function app: 2 to 60 letters, digits and hyphens.`);
    if (url !== undefined && !/^https:\/\/[^/?#@]+$/.test(url))
      return refused(`--url ${url} must be https:// and a host, without a path: the function key is sent there.`);
    return { app, url, dryRun };
  } catch (fault) {
    return refused(fault instanceof Error ? fault.message : String(fault));
  }
}

function stepsOf({ app, url }: { readonly app: string; readonly url: string }, ports: DeployPorts): readonly Step[] {
  const { run } = ports;
  let publishedAtMs = 0;
  const succeeded = async (running: Promise<Result>, otherwise: string): Promise<string | undefined> =>
    (await running).exitCode === 0 ? undefined : otherwise;
  const publish = ["azure", "functionapp", "publish", app, "--no-build", "--javascript"];
  return [
    {
      name: "tools",
      shows: "func --version, az account show",
      work: async () =>
        (await succeeded(run("func", ["--version"]), howToGetFunc)) ??
        (await succeeded(run("az", ["account", "show"]), howToGetAz)),
    },
    {
      name: "check",
      shows: "npm run check",
      work: () => succeeded(run("npm", ["run", "check"], { cwd: root, show: true }), "mend what is said above"),
    },
    {
      name: "package",
      shows: "npm run package",
      work: async () =>
        (await succeeded(run("npm", ["run", "package"], { cwd: root, show: true }), "the build failed")) ??
        ports.stagingFaults().at(0),
    },
    {
      name: "publish",
      // The language is in no file of the folder: without the flag func refuses.
      shows: `func ${publish.join(" ")}, from dist/app`,
      work: async () => {
        const fault = await succeeded(
          run("func", publish, { cwd: stagingFolder, show: true }),
          "Azure did not take the package",
        );
        // The package before ticks on until it is replaced.
        publishedAtMs = ports.now();
        return fault;
      },
    },
    {
      name: "smoke",
      shows: `health, version, tick and a dry run at ${url}`,
      work: async () => {
        const key = ports.environment.TRADEWIND_FUNCTION_KEY ?? (await keyOf(app, ports));
        if (key === "")
          return "no function key: set TRADEWIND_FUNCTION_KEY, or sign in with a role that may list the app's keys";
        const token = ports.environment.TRADEWIND_ACCESS_TOKEN;
        return smoke({ url, key, token, version: ports.stagedVersion(), publishedAtMs }, ports);
      },
    },
  ];
}

/** The app's default key, asked of Azure; empty where it does not tell. It is never printed. */
async function keyOf(app: string, { run }: DeployPorts): Promise<string> {
  const query = ["--query", `[?name=='${app}'].resourceGroup | [0]`, "--output", "tsv"];
  const group = (await run("az", ["functionapp", "list", ...query])).output.trim();
  if (group === "") return "";
  const names = ["--name", app, "--resource-group", group, "--query", "functionKeys.default", "--output", "tsv"];
  const { exitCode, output } = await run("az", ["functionapp", "keys", "list", ...names]);
  return exitCode === 0 ? output.trim() : "";
}

const runHere: DeployPorts["run"] = (command, args, { cwd, show = false } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "ignore"],
    });
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
    child.once("error", () => resolve({ exitCode: 127, output }));
    child.once("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });

if (import.meta.main) {
  process.exitCode = await deploy(process.argv.slice(2), {
    run: runHere,
    request: fetch,
    now: Date.now,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    say: (line) => console.log(line),
    environment: process.env,
    stagingFaults: () => stagingFaults(stagingFolder),
    stagedVersion: () => JSON.parse(readFileSync(join(stagingFolder, "package.json"), "utf8")).version,
  });
}
