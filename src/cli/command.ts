// What the commands that talk to the app have in common: where it is, JSON or text, and the way to an exit code.
import { type Command, Option } from "commander";
import { type Client, createClient } from "./client.ts";
import type { ExitCode } from "./failure.ts";
import { type Paint, painter } from "./output.ts";
import { type ConnectionOptions, chooseTarget, type Target } from "./target.ts";
import type { World } from "./world.ts";

/** What a command works with once it is known what it talks to. */
export type Call = {
  readonly world: World;
  readonly target: Target;
  readonly client: Client;
  readonly json: boolean;
  readonly paint: Paint;
  /** Prints the one JSON value of `--json`, or what people read. */
  readonly print: (value: unknown, text: () => string) => void;
};

/** Where the commands are added, and how one says with which exit code it ends. */
export type Commands = {
  readonly parent: Command;
  readonly world: World;
  readonly end: (code: ExitCode) => void;
};

const connection = "Connection:";

export const isConnectionOption = (option: Option): boolean => option.helpGroupHeading === connection;

/** Gives `command` the options of the connection, and runs `work` with them; what it answers is the exit code, nothing is 0. */
export function talks<Options extends object>(
  { world, end }: Commands,
  command: Command,
  work: (call: Call, options: Options, ...args: string[]) => Promise<ExitCode | undefined>,
): void {
  const group = (flags: string, description: string): Option => new Option(flags, description).helpGroup(connection);
  command
    .option("--json", "print one JSON value", false)
    .addOption(group("--profile <name>", "the app of this profile"))
    .addOption(group("--url <url>", "the app at this address"))
    .addOption(group("--key-env <name>", "the environment variable that holds the function key"))
    .addOption(group("--token-env <name>", "the environment variable that holds a bearer token"))
    .allowExcessArguments(false)
    .action(async (...given: unknown[]) => {
      const options = given.at(-2) as Options & ConnectionOptions & { readonly json: boolean; readonly actor?: string };
      const args = given.slice(0, -2) as string[];
      const chosen = chooseTarget(options, world);
      const target = options.actor === undefined ? chosen : { ...chosen, actor: options.actor };
      end((await work(callOf(world, target, options.json), options, ...args)) ?? 0);
    });
}

export function callOf(world: World, target: Target, json: boolean): Call {
  return {
    world,
    target,
    client: createClient(target, world),
    json,
    paint: painter(world.colours && !json),
    print: (value, text) => world.out(json ? `${JSON.stringify(value)}\n` : text()),
  };
}

export type WhyOptions = { readonly reason?: string };

/** The options of everything that changes something. */
export const why = (command: Command): Command =>
  command
    .option("--reason <text>", "why; it is kept with the change")
    .option("--actor <name>", "in whose name (default: TRADEWIND_ACTOR, the profile's, or the login name)");
