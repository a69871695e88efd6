// What the app refuses with, RFC 9457 problem details, as a failure that says what to do.
import { z } from "zod";
import { CommandFailure } from "./failure.ts";
import { plain } from "./output.ts";
import type { Target } from "./target.ts";

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string().default(""),
  faults: z.array(z.looseObject({ path: z.string(), message: z.string() })).default([]),
});

/** What to do about a refusal that has a remedy of its own; every other message of the app says it by itself. */
const remedies: Readonly<Record<string, string>> = {
  VERSION_CONFLICT: "Somebody changed it meanwhile: look at it again, then repeat the change.",
  CONFIG_CHANGED: "Somebody changed the configuration meanwhile: import again, and look at the new difference.",
  CHANGE_VOID: "The section has changed since: propose the change again with settings set.",
  SECOND_PERSON_NEEDED: "Let another person confirm it, with a key or sign-in of their own: changes confirm.",
  NAME_AND_REASON_NEEDED: "Repeat it with --actor and --reason.",
  TASK_NOT_FOUND: "tasks list shows the tasks there are.",
  EXECUTION_NOT_FOUND: "executions list shows the runs there are.",
  CHANGE_NOT_FOUND: "changes list shows what waits for a second person.",
  TASK_EXISTS: "Choose another id, or change that task with tasks edit.",
  TASK_DISABLED: "tasks enable makes it run again, or a later expiresAt where it has expired.",
  AUTOMATION_STOPPED: "start makes tasks run again.",
  TRADING_HALTED: "resume lets orders leave again.",
  BAD_CURSOR: "Begin again without --cursor.",
};

/** `body`: the answer as JSON, undefined when it is none. */
export function problemFailure(response: Response, body: unknown, target: Target): CommandFailure {
  const { status } = response;
  const problem = problemSchema.safeParse(body);
  if (!problem.success) return failureWithoutProblem(response, target);
  const { code, detail, faults } = problem.data;
  const again = response.headers.get("retry-after");
  const advice = [
    ...faults.map(({ path, message }) => `${path}: ${message}`),
    ...(remedies[code] === undefined ? [] : [remedies[code]]),
    ...(again === null ? [] : [`Try again in ${again} s.`]),
  ];
  const isRefusedPerson = status === 401 || status === 403;
  return new CommandFailure(isRefusedPerson ? 4 : 1, `${code}: ${detail}`, advice.map(plain), problem.data);
}

/** The host in front of the app answered, not the app. */
function failureWithoutProblem(response: Response, { name, key, token }: Target): CommandFailure {
  const { status } = response;
  const failure = (exitCode: 3 | 4, message: string, ...advice: readonly string[]): CommandFailure =>
    new CommandFailure(exitCode, message, advice, {
      code: exitCode === 4 ? "NOT_AUTHORISED" : "NOT_REACHABLE",
      status,
    });
  if (status >= 300 && status < 400) {
    const location = response.headers.get("location") ?? "";
    const where = URL.canParse(location) ? new URL(location).host : "another place";
    return failure(
      4,
      `${name} sends to ${plain(where)}: a sign-in stands in front of it, or this is not its address.`,
      "Give a bearer token by --token-env or TRADEWIND_TOKEN, or the address that it is sent to.",
    );
  }
  if (status === 401 || status === 403) {
    if (key === undefined && token === undefined)
      return failure(4, `${name} wants a key.`, "Give it by --key-env, TRADEWIND_KEY or a profile.");
    return failure(
      4,
      `${name} does not take this key for this.`,
      "It may be wrong, of another app, or for reading only: Azure lists the keys under the function app's App keys.",
    );
  }
  if (status === 404)
    return failure(3, `${name} has nothing there.`, "Check the address; the app may be older than this command.");
  if (status === 429) return failure(3, `${name} has too much to do.`, "Try again in a minute.");
  return failure(3, `${name} answered ${status} without a reason.`, "Look at the app's log, then try again.");
}
