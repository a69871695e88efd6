// `tradewind tasks run`: a run now, waited for where one wants to, or the plan that it would have.
import { z } from "zod";
import { part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks, type WhyOptions, why } from "./command.ts";
import { executionRecord, executionText, planText } from "./executionText.ts";
import { CommandFailure } from "./failure.ts";
import { waitWith } from "./waiting.ts";

const queuedRun = z.looseObject({ executionId: z.string(), slot: z.string(), queued: z.boolean() });
const lookEveryMs = 1000;
/** A run is tried again for some minutes where a service is out of reach. */
const patienceMs = 10 * 60_000;

export function addTaskRun(commands: Commands): void {
  const run = why(
    commands.parent
      .command("run <id>")
      .description("Run it now, through the queue and within its limits as any other run.")
      .option("--dry-run", "make the plan and show it; nothing is stored and nothing is sent", false)
      .option("--wait", "wait until it has ended, and show what became of it", false),
  );
  type Options = WhyOptions & { readonly dryRun: boolean; readonly wait: boolean };
  talks<Options>(commands, run, async (call, { dryRun, wait, reason }, id = "") => {
    if (dryRun) return showPlan(call, id);
    const { executionId, answer } = await runTask(call, id, reason);
    if (!wait) {
      const { queued } = readAnswer(queuedRun, answer);
      call.print(answer.body, () => (queued ? `queued ${executionId}\n` : `${executionId} was queued before\n`));
      return 0;
    }
    const record = await waitForRun(call, executionId);
    call.print(record.body, () => executionText(readAnswer(executionRecord, record), call.paint));
    return 0;
  });
}

/** Queues a run; its execution id, and the answer as it is. */
export async function runTask({ client, target }: Call, id: string, reason: string | undefined) {
  const body = { ...(reason === undefined ? {} : { reason }), actor: target.actor };
  const answer = await client(`tasks/${part(id)}/run`, { method: "POST", body });
  return { executionId: readAnswer(queuedRun, answer).executionId, answer };
}

/** The plan that a run now would have. */
export async function showPlan({ client, print, paint, target }: Call, id: string): Promise<0> {
  const body = { dryRun: true, actor: target.actor };
  const answer = await client(`tasks/${part(id)}/run`, { method: "POST", body, what: "planning" });
  print(answer.body, () => planText(answer, paint));
  return 0;
}

/** The record of a run once it has ended. Throws CommandFailure when that takes longer than runs are tried. */
export function waitForRun({ client, world }: Call, executionId: string) {
  const path = `scheduler/executions/${part(executionId)}`;
  const look = async () => {
    const untilMs = world.nowMs() + patienceMs;
    while (world.nowMs() < untilMs) {
      // Until a worker has taken the message there is no record.
      const answer = await client(path).catch((failure: unknown) => {
        if (failure instanceof CommandFailure && failure.problem.code === "EXECUTION_NOT_FOUND") return undefined;
        throw failure;
      });
      if (answer !== undefined && readAnswer(executionRecord, answer).status !== "running") return answer;
      await world.sleep(lookEveryMs);
    }
    const advice = [`Look again: executions show ${executionId}`];
    throw new CommandFailure(1, `${executionId} has not ended yet.`, advice, { code: "NOT_ENDED" });
  };
  return waitWith(world, () => `${executionId} is under way`, look());
}
