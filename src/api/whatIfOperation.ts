// POST /api/tasks/{id}/what-if: the recorded runs of a task judged anew under other limits. It only reads.
import { z } from "zod";
import { otherLimitsSchema } from "../core/model/otherLimits.ts";
import { operation } from "./operation.ts";
import { cursor, given, taskPath } from "./parameters.ts";
import { asCallersFault } from "./request.ts";

export const whatIf = operation({
  name: "whatIf",
  method: "POST",
  route: "tasks/{id}/what-if",
  access: "read",
  summary: "Which orders of the last days would be others under other limits",
  description:
    "Each run is judged anew on what it read then, with these limits in the place of those that held for it. What the runs before it did to the book stays as it was, and the last gate is not asked again. A page reads `limit` runs, fewer where judging them takes long; go on with its cursor, the same limits and the same days.",
  params: taskPath,
  body: z.strictObject({
    limits: otherLimitsSchema,
    days: z.int().min(1).max(30).default(30),
    limit: z.int().min(1).max(500).default(100),
    cursor: cursor.optional(),
  }),
  answers: { 200: { description: "A page, newest slot first: runs with another order only.", schema: "WhatIfPage" } },
  problems: ["TASK_NOT_FOUND", "BAD_CURSOR"],
  handle: async ({ whatIf: service }, { params, body }) => ({
    body: await asCallersFault("BAD_CURSOR", "Use the cursor of the page before.", () =>
      service.ask(params.id, given(body)),
    ),
  }),
});
