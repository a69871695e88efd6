// The command line of `npm run simulator`: what each flag takes, judged before anything is started.
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { msFromInstant, parseInstant } from "../core/model/time.ts";
import { calendarRange } from "../core/schedule/tradingCalendar.ts";

export type SimulatorFlags = {
  readonly port: number;
  readonly data: string | undefined;
  readonly seed: number;
  readonly speed: number;
  readonly at: number | undefined;
  readonly symbols: readonly string[] | undefined;
  readonly cash: string;
  readonly partialFills: number;
  readonly state: string | undefined;
  readonly json: boolean;
};

/** A line to print and the exit code to end with: 0 after `--help`, 2 for a wrong flag or value. */
export type FlagsEnd = { readonly text: string; readonly exitCode: 0 | 2 };

const number = (name: string, min: number, max: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  const fits = /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!fits) throw new InvalidArgumentError(`${name} is a ${whole ? "whole number" : "number"} from ${min} to ${max}.`);
  return value;
};

function instantMs(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new InvalidArgumentError("Give an ISO 8601 instant with its offset, such as 2026-06-15T13:24:00Z.");
  }
  const day = instant.slice(0, 10);
  if (day < calendarRange.from || day > calendarRange.to) {
    throw new InvalidArgumentError(`The exchange's calendar goes from ${calendarRange.from} to ${calendarRange.to}.`);
  }
  return msFromInstant(instant);
}

function folder(text: string): string {
  if (existsSync(text) && statSync(text).isDirectory()) return text;
  throw new InvalidArgumentError("There is no such folder; it holds daily/*.csv and minute/*.csv.");
}

function stateFile(text: string): string {
  if (existsSync(dirname(text)) && !(existsSync(text) && statSync(text).isDirectory())) return text;
  throw new InvalidArgumentError("Give a file in a folder that exists.");
}

function symbolList(text: string): readonly string[] {
  const symbols = text.split(",");
  if (symbols.every((symbol) => /^[A-Z][A-Z0-9.]{0,11}$/.test(symbol))) return [...new Set(symbols)];
  throw new InvalidArgumentError("Give symbols in capitals with commas between them, such as AAPL,MSFT.");
}

function dollars(text: string): string {
  if (/^(0|[1-9]\d{0,11})(\.\d{1,2})?$/.test(text)) return text;
  throw new InvalidArgumentError("Give US dollars with at most two decimals, such as 25000.");
}

export function parseSimulatorFlags(argv: readonly string[]): SimulatorFlags | FlagsEnd {
  const printed: string[] = [];
  const write = (text: string): unknown => printed.push(text);
  const command = new Command("npm run simulator --")
    .description("Runs Alpaca's trading and data interfaces on this machine: a paper account on a simulated exchange.")
    .option("--port <n>", "port to listen on; 0: any free one", number("A port", 0, 65535, true), 4010)
    .option("--data <dir>", "real bars instead of the seeded market: daily/*.csv and minute/*.csv", folder)
    .option("--seed <n>", "seed of the market and of every id", number("The seed", 0, 2 ** 31 - 1, true), 1)
    .option(
      "--speed <n>",
      "exchange seconds in a real second; 0: time stands still",
      number("The speed", 0, 3600, false),
      1,
    )
    .option("--at <instant>", "where the exchange's clock starts (default: the time of day)", instantMs)
    .option("--symbols <list>", "what the seeded market trades, such as AAPL,MSFT", symbolList)
    .option("--cash <usd>", "what a new account has", dollars, "100000")
    .option("--partial-fills <share>", "share of orders executed in two parts", number("The share", 0, 1, false), 0)
    .option("--state <file>", "keep the account in this file across restarts (default: nothing is kept)", stateFile)
    .option("--json", "print one JSON object with addresses and keys when ready, and nothing else", false)
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    const flags = command.parse([...argv], { from: "user" }).opts<SimulatorFlags>();
    if (flags.data === undefined || flags.symbols === undefined) return flags;
    return { text: "error: --symbols names those of the seeded market; leave it out with --data.", exitCode: 2 };
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    return { text: printed.join("").trim(), exitCode: failure.exitCode === 0 ? 0 : 2 };
  }
}
