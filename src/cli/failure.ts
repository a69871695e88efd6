// How a command ends: the exit codes, and the failure that says what went wrong and what to do.

/**
 * 0 done; 1 the app refused or could not do it, its problem says why; 2 wrong command line, file or profile; 3 the app is not reachable;
 * 4 not authorised; 5 the audit found a broken link; 6 a person said no. Documented in docs/cli.md.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Ends a command: the message says what happened, the advice what to do; with `--json` the problem is printed as the app gave it. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: ExitCode;
  readonly advice: readonly string[];
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(
    exitCode: ExitCode,
    message: string,
    advice: readonly string[] = [],
    problem: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.advice = advice;
    this.problem = problem;
  }
}

/** What a command cannot work with: an option, a file, a profile. */
export const wrong = (message: string, ...advice: readonly string[]): CommandFailure =>
  new CommandFailure(2, message, advice, { code: "WRONG_COMMAND_LINE" });
