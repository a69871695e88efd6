// The commands of `npm run tradewind`, and how a wrong command line and a failure are answered.
import { Command, CommanderError } from "commander";
import { addAudit } from "./audit.ts";
import { addChanges } from "./changes.ts";
import type { Commands } from "./command.ts";
import { isConnectionOption } from "./command.ts";
import { addConfig } from "./config.ts";
import { addControl } from "./control.ts";
import { addDoctor } from "./doctor.ts";
import { addEvents } from "./events.ts";
import { addExecutions } from "./executions.ts";
import { CommandFailure, type ExitCode } from "./failure.ts";
import { runMenu } from "./menu.ts";
import { addNotifications } from "./notifications.ts";
import { plain } from "./output.ts";
import { addPreflight } from "./preflight.ts";
import { addProfiles } from "./profileCommands.ts";
import { addSessions } from "./sessions.ts";
import { addSettings } from "./settings.ts";
import { addSlots } from "./slots.ts";
import { addStatus } from "./status.ts";
import { addTail } from "./tail.ts";
import { addTasks } from "./tasks.ts";
import { tellFailure } from "./tellFailure.ts";
import { addWhatIf } from "./whatIf.ts";
import type { World } from "./world.ts";

const exitCodes = `
Exit codes:
  0  done
  1  the app refused, or could not do it; its problem says why
  2  wrong command line, file or profile
  3  the app is not reachable
  4  not authorised: the key, or the person
  5  the audit found a broken link
  6  not confirmed: nothing was changed
More in docs/cli.md.`;

/** Runs one command line, the arguments after the program's name; without any, a menu where a person can be asked. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<ExitCode> {
  let code: ExitCode = 0;
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const help: string[] = [];
  const program = createProgram(world, end, help);
  try {
    if (argv.length === 0 && world.prompts !== undefined) return await runMenu(world, world.prompts);
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (failure) {
    if (failure instanceof CommanderError) {
      if (failure.exitCode === 0) return 0;
      const isHelp = failure.code === "commander.help";
      world.err(isHelp ? help.join("") : `${withAllowed(failure.message, commandOf(argv, program))}\n`);
      return 2;
    }
    if (!(failure instanceof CommandFailure)) throw failure;
    tellFailure(failure, world, argv.includes("--json"));
    return failure.exitCode;
  }
}

/** `help` takes what commander would write on the errors: of that, only help that stands in for a command is shown as it is. */
function createProgram(world: World, end: Commands["end"], help: string[]): Command {
  const program = new Command(world.programName)
    .description("Tradewind's commands for people: look at an app, change it, and see why it did or did not trade.")
    .addHelpText("after", exitCodes)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: world.out, writeErr: (text) => help.push(text) });
  const commands = { parent: program, world, end };
  program.commandsGroup("Look:");
  addStatus(commands);
  addTail(commands);
  addPreflight(commands);
  addSlots(commands);
  addExecutions(commands);
  addEvents(commands);
  addAudit(commands);
  addWhatIf(commands);
  addSessions(commands);
  addDoctor(commands);
  program.commandsGroup("Control:");
  addControl(commands);
  addNotifications(commands);
  program.commandsGroup("Configure:");
  addTasks(commands);
  addSettings(commands);
  addChanges(commands);
  addConfig(commands);
  addProfiles(commands);
  return program;
}

/** The command that the first words name, as far as they do. */
function commandOf([word, ...rest]: readonly string[], command: Command): Command {
  const named = command.commands.find((each) => each.name() === word);
  return named === undefined ? command : commandOf(rest, named);
}

/** What was wrong, and on the same line what is allowed instead. */
const withAllowed = (message: string, command: Command): string =>
  `${plain(message).replace(/\.?$/, ".")} Allowed: ${allowedOf(command)}`;

function allowedOf(command: Command): string {
  const names = command.commands.map((each) => each.name());
  if (names.length > 0) return `${pathOf(command)} ${names.join(" | ")}`;
  const args = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${shown}>` : `[${shown}]`;
  });
  const options = command.options.filter((option) => !isConnectionOption(option));
  const shown = options.map(({ flags, mandatory }) => (mandatory ? flags : `[${flags}]`));
  const connection = command.options.length > options.length ? ["[--profile | --url, --key-env, --token-env]"] : [];
  return [pathOf(command), ...args, ...shown, ...connection].join(" ");
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
