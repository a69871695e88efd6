// The entry of `npm run tradewind`: prints what the command line answers, and ends with its exit code.
import { runCommandLine } from "./commandLine.ts";

// A reader such as `head` may leave early; that is no failure of the command.
process.stdout.on("error", (failure: NodeJS.ErrnoException) => {
  if (failure.code !== "EPIPE") throw failure;
});

const { output, errors, exitCode } = runCommandLine(process.argv.slice(2));
process.stdout.write(output);
process.stderr.write(errors);
process.exitCode = exitCode;
