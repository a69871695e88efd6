// What keeps a task that is sound from trading as whoever writes it may expect: told when it is saved, not refused.
import { isExpired, type Task, usualAccount } from "./task.ts";
import type { Instant } from "./time.ts";

/** `mode` is what the app trades in. One sentence each. */
export function taskWarnings(
  task: Pick<Task, "account" | "expiresAt" | "mode">,
  { mode, at }: { readonly mode: Task["mode"]; readonly at: Instant },
): readonly string[] {
  const told: readonly (readonly [boolean, string])[] = [
    [isExpired(task, at), `it expired at ${task.expiresAt}: it is never due again`],
    [task.mode !== mode, `it is a ${task.mode} task and this app trades ${mode}: each of its slots ends as blocked`],
    [
      task.account !== usualAccount,
      `its account is "${task.account}": the app trades on one account at the broker all the same, and only the audit keeps a chain of its own for it`,
    ],
  ];
  return told.flatMap(([holds, sentence]) => (holds ? [sentence] : []));
}
