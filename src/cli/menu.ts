// The menu of a command line without arguments: the demo stack, a running app, one task, a replayed day.
import { z } from "zod";
import { schedulerStatus, storedTask } from "./answers.ts";
import { runScript } from "./checkout.ts";
import { readAnswer } from "./client.ts";
import { type Call, callOf } from "./command.ts";
import { executionRecord, executionText } from "./executionText.ts";
import { CommandFailure, type ExitCode, wrong } from "./failure.ts";
import { readPages } from "./pages.ts";
import { setProfile, useProfile } from "./profileCommands.ts";
import { checkProfileName, readProfiles } from "./profiles.ts";
import { statusText } from "./status.ts";
import { chooseTarget } from "./target.ts";
import { runTask, showPlan, waitForRun } from "./taskRun.ts";
import { tellFailure } from "./tellFailure.ts";
import type { Prompts, World } from "./world.ts";

/** Goes on until a person leaves it; what fails is told, and the menu comes again. */
export async function runMenu(world: World, prompts: Prompts): Promise<ExitCode> {
  for (;;) {
    const local = world.checkout === undefined ? { hint: "needs a checkout of the project" } : {};
    const choice = await prompts.select("What shall it be?", [
      { value: "demo", label: "Start the demo stack", ...local },
      { value: "connect", label: "Connect to a running app" },
      { value: "run", label: "Run one task" },
      { value: "replay", label: "Replay a day", ...local },
      { value: "exit", label: "Exit", hint: "--help lists the commands" },
    ]);
    if (choice === undefined || choice === "exit") return 0;
    const entries = { demo: startDemo, connect, run: runOneTask, replay };
    try {
      await entries[choice](world, prompts);
    } catch (failure) {
      if (!(failure instanceof CommandFailure)) throw failure;
      tellFailure(failure, world, false);
    }
  }
}

async function startDemo(world: World): Promise<void> {
  world.err(
    "Ctrl-C stops it. To connect to it, paste the status address that it prints into this menu in another terminal.\n",
  );
  await runAndTell(world, "src/local/start.ts");
}

async function runAndTell(world: World, script: string, ...args: readonly string[]): Promise<void> {
  const code = await runScript(world, script, ...args);
  if (code !== 0) world.err(`It ended with code ${code}.\n`);
}

const another = "(another one)";

async function connect(world: World, prompts: Prompts): Promise<void> {
  const { current, profiles } = readProfiles(world.configDir);
  const known = Object.entries(profiles).map(([name, { url }]) => ({
    value: name,
    label: name === current ? `${name} (in use)` : name,
    hint: url,
  }));
  const chosen =
    known.length === 0
      ? another
      : await prompts.select("Which app?", [...known, { value: another, label: "Another one" }]);
  if (chosen === undefined) return;
  const name = chosen === another ? await addProfile(world, prompts) : chosen;
  if (name === undefined) return;
  useProfile(world, name);
  const call = callFor(world, name);
  world.out(statusText(readAnswer(schedulerStatus, await call.client("scheduler")), name, call.paint));
}

/** Asks for what a profile needs; an address as the demo prints it brings its key along. */
async function addProfile(world: World, prompts: Prompts): Promise<string | undefined> {
  const address = await prompts.text("Where is it?", "http://127.0.0.1:7071");
  if (address === undefined) return undefined;
  const { url, key } = splitAddress(address.trim());
  const name = await prompts.text("What shall it be called?", URL.canParse(url) ? defaultName(new URL(url)) : "");
  if (name === undefined) return undefined;
  await setProfile(world, checkProfileName(name), { url, keyStdin: false, ...(key === undefined ? {} : { key }) });
  return name;
}

function splitAddress(text: string): { readonly url: string; readonly key?: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const key = url?.searchParams.get("code");
  if (url === undefined || !key) return { url: text };
  return { url: `${url.origin}${url.pathname.replace(/\/api(\/.*)?$/, "")}`, key };
}

const defaultName = ({ hostname }: URL): string =>
  /^[\d.:[\]]+$|^localhost$/.test(hostname) ? "local" : (hostname.split(".")[0] ?? "").slice(0, 40);

const callFor = (world: World, profile?: string): Call =>
  callOf(world, chooseTarget(profile === undefined ? {} : { profile }, world), false);

/** Of more the id is asked for. */
const tasksToChooseFrom = 200;

async function runOneTask(world: World, prompts: Prompts): Promise<void> {
  const call = callFor(world);
  const { items: found, cursor } = await readPages(call, "tasks", {}, tasksToChooseFrom, { cursorName: "after" });
  const items = readAnswer(z.array(storedTask), { body: found, etag: undefined });
  if (items.length === 0) throw wrong(`${call.target.name} has no tasks.`, "tasks create makes one.");
  const tasks = items.map(({ id, name, mode }) => ({ value: id, label: id, hint: `${name}, ${mode}` }));
  const question = `Which task of ${call.target.name}?`;
  const id =
    cursor === undefined ? await prompts.select(question, tasks) : await prompts.text(`${question} Its id`, "");
  if (id === undefined) return;
  const how = await prompts.select("How?", [
    { value: "plan", label: "Only plan it", hint: "nothing is stored or sent" },
    { value: "run", label: "Run it now", hint: "orders may be sent" },
  ]);
  if (how === "plan") await showPlan(call, id);
  if (how !== "run") return;
  const reason = await prompts.text("Why?", "run by hand");
  if (reason === undefined) return;
  const { executionId } = await runTask(call, id, reason);
  world.out(executionText(readAnswer(executionRecord, await waitForRun(call, executionId)), call.paint));
}

async function replay(world: World, prompts: Prompts): Promise<void> {
  const what = await prompts.select("Which day?", [
    { value: "seed", label: "A drawn day with faults", hint: "judged by the exchange's books" },
    { value: "once", label: "One run of the demo's day" },
    { value: "data", label: "One run on recorded bars", hint: "daily/*.csv and minute/*.csv" },
  ]);
  if (what === "seed") {
    const seed = await prompts.text("Seed", "1");
    if (seed !== undefined) await runAndTell(world, "src/replay/simulate.ts", "--seed", seed, "--trace");
  } else if (what === "once") await runAndTell(world, "src/local/start.ts", "--once");
  else if (what === "data") {
    const dir = await prompts.text("Folder of the bars");
    const at = dir === undefined ? undefined : await prompts.text("From when on (empty: its first session)", "");
    if (dir === undefined || at === undefined) return;
    await runAndTell(world, "src/local/start.ts", "--once", "--data", dir, ...(at === "" ? [] : ["--at", at]));
  }
}
