// The history with its links in the chain: every final record and every later change of it is linked, and linked again where a crash came in between.
import type { ExecutionRecord } from "../core/model/run.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditStore, ExecutionRepository } from "../ports/stores.ts";

export function withAudit(executions: ExecutionRepository, audit: AuditStore, clock: Clock): ExecutionRepository {
  async function link(record: ExecutionRecord | undefined): Promise<void> {
    if (record !== undefined && record.status !== "running") await audit.linkExecution(record, clock.now());
  }

  return {
    ...executions,
    begin: async (record) => {
      const begun = await executions.begin(record);
      if (record.status !== "running") await link(begun ? record : await executions.get(record.executionId));
      return begun;
    },
    finish: async (record) => {
      const first = await executions.finish(record);
      await link(first ? record : await executions.get(record.executionId));
      return first;
    },
    amend: async (executionId, change) => {
      let amended: ExecutionRecord | undefined;
      await executions.amend(executionId, (record) => {
        amended = change(record);
        return amended;
      });
      await link(amended);
    },
    // The last that is done for a run: what a crash left unlinked is linked now.
    settle: async (executionId) => {
      await link(await executions.get(executionId));
      await executions.settle(executionId);
    },
  };
}
