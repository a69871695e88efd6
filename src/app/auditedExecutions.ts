// The history with its links in the chain: every final record and every later change of it is linked, and linked again where a crash came in between.
import type { Clock } from "../ports/clock.ts";
import type { AuditStore, ExecutionRepository } from "../ports/stores.ts";

export function withAudit(executions: ExecutionRepository, audit: AuditStore, clock: Clock): ExecutionRepository {
  const link = (executionId: string): Promise<void> => audit.linkExecution(executionId, clock.now());

  return {
    ...executions,
    begin: async (record) => {
      const begun = await executions.begin(record);
      if (record.status !== "running") await link(record.executionId);
      return begun;
    },
    finish: async (record) => {
      const end = await executions.finish(record);
      await link(record.executionId);
      return end;
    },
    amend: async (executionId, change) => {
      await executions.amend(executionId, change);
      await link(executionId);
    },
    // The last that is done for a run: what a crash left unlinked is linked now.
    settle: async (seen) => {
      await link(seen.executionId);
      await executions.settle(seen);
    },
  };
}
