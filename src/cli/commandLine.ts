// The commands of `npm run tradewind`, and how a wrong command line is answered.
import { Command, CommanderError } from "commander";
import { addSessions } from "./sessions.ts";

/** What a command prints on each stream. Exit code 2 stands for a command line that asks for nothing that can be done. */
export type CommandResult = { readonly output: string; readonly errors: string; readonly exitCode: 0 | 2 };

/** Runs one command line, the arguments after the program's name. */
export function runCommandLine(argv: readonly string[]): CommandResult {
  const printed = { output: "", errors: "" };
  const print = (text: string): void => {
    printed.output += text;
  };
  const program = new Command("npm run tradewind --")
    .description("Tradewind's commands for people.")
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: (text) => {
        printed.errors += text;
      },
    });
  addSessions(program, print);
  try {
    program.parse([...argv], { from: "user" });
    return { ...printed, exitCode: 0 };
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    if (failure.exitCode === 0) return { ...printed, exitCode: 0 };
    const asked = failure.code === "commander.help";
    return { ...printed, errors: asked ? printed.errors : `${withAllowed(failure.message, program)}\n`, exitCode: 2 };
  }
}

/** What was wrong, and on the same line what is allowed instead. */
function withAllowed(message: string, program: Command): string {
  const allowed = program.commands.map((command) => {
    const options = command.options.map(({ flags, mandatory }) => (mandatory ? flags : `[${flags}]`));
    return `${program.name()} ${command.name()} ${options.join(" ")}`;
  });
  return `${message.replaceAll("\n", " ").replace(/\.?$/, ".")} Allowed: ${allowed.join(" | ")}`;
}
