// The command line of `npm start`: what each flag takes, judged before anything is started.
import { existsSync, statSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type Instant, parseInstant } from "../core/model/time.ts";

export type StartFlags = {
  readonly port: number | undefined;
  readonly clock: "real" | "demo";
  readonly at: Instant | undefined;
  readonly speed: number;
  readonly seed: number;
  readonly data: string | undefined;
  readonly state: string | undefined;
  readonly once: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
};

const number = (name: string, min: number, max: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  const fits = /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits) throw new InvalidArgumentError(`${name} is a ${whole ? "whole number" : "number"} from ${min} to ${max}.`);
  return value;
};

const instant = (text: string): Instant => {
  const value = parseInstant(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("Give an ISO 8601 instant with its offset, such as 2026-06-15T13:24:00Z.");
};

const clock = (text: string): "real" | "demo" => {
  if (text === "real" || text === "demo") return text;
  throw new InvalidArgumentError("The clock is real or demo.");
};

const folder = (text: string): string => {
  if (existsSync(text) && statSync(text).isDirectory()) return text;
  throw new InvalidArgumentError("There is no such folder; it holds daily/*.csv and minute/*.csv.");
};

/** A line to print and the exit code to end with: 0 after `--help`, 2 for a wrong flag or value. */
export type FlagsEnd = { readonly text: string; readonly exitCode: 0 | 2 };

export function parseStartFlags(argv: readonly string[]): StartFlags | FlagsEnd {
  const printed: string[] = [];
  const command = new Command("npm start --")
    .description(
      "Runs the whole loop on this machine: Functions host, Service Bus broker, tables, Alpaca simulator, notification sink.",
    )
    .option(
      "--port <n>",
      "port of the Functions host (default: 7071; with --once any free one)",
      number("A port", 0, 65535, true),
    )
    .option(
      "--clock <kind>",
      "demo: starts before an open and runs fast; real: the time of day",
      clock,
      "demo" as const,
    )
    .option("--at <instant>", "where the demo clock starts, such as 2026-06-15T13:24:00Z", instant)
    .option("--speed <n>", "demo seconds in a real second", number("The speed", 1, 3600, false), 60)
    .option(
      "--seed <n>",
      "seed of the market: the same seed gives the same orders and fills",
      number("The seed", 0, 2 ** 31 - 1, true),
      1,
    )
    .option("--data <dir>", "real bars instead of the seeded market: daily/*.csv and minute/*.csv", folder)
    .option(
      "--state <dir>",
      "keep tables, queues, broker and clock in this folder across restarts (default: nothing is kept)",
    )
    .option("--once", "run exactly one scheduled run, print it, and exit", false)
    .option("--json", "with --once: print one JSON object", false)
    .option("--verbose", "show the host's own log too", false)
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => printed.push(text), writeErr: (text) => printed.push(text) });
  try {
    const given = command.parse([...argv], { from: "user" }).opts<StartFlags>();
    const fault = conflict(given);
    return fault === undefined ? given : { text: `error: ${fault}`, exitCode: 2 };
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    return { text: printed.join("").trim(), exitCode: failure.exitCode === 0 ? 0 : 2 };
  }
}

function conflict({ json, once, clock: kind, at }: StartFlags): string | undefined {
  if (json && !once) return "--json goes with --once.";
  if (kind === "real" && once) return "--once runs at an instant of the demo clock; leave out --clock real.";
  if (kind === "real" && at !== undefined) return "--at sets the demo clock; leave out --clock real.";
  return undefined;
}
