// A plan with its inputs: one row as a rule; inputs too large for it lie in parts beside it, written before the row that names them.
import { z } from "zod";
import { InvariantError } from "../../core/model/errors.ts";
import type { RunInputs, RunPlan } from "../../core/model/run.ts";
import { decodeInputs, encodeInputs } from "../../core/planning/canonicalJson.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type Table } from "./table.ts";

const tableName = "TradewindExecutions";
/** Characters of JSON: even text that hardly compresses fits a row then. */
const partLength = 1_000_000;

const storedShape = z.looseObject({
  runId: z.string(),
  inputsDigest: z.string(),
  /** Absent in plans of versions that did not keep it. */
  sizings: z.array(z.looseObject({ symbol: z.string(), qty: z.string() })).optional(),
  tickets: z.array(z.looseObject({ clientOrderId: z.string() })),
});
const storedPlan = z.object({
  plan: z
    .custom<Omit<RunPlan, "sizings"> & Partial<Pick<RunPlan, "sizings">>>(
      (value) => storedShape.safeParse(value).success,
      "is not a run plan",
    )
    .transform((plan): RunPlan => ({ ...plan, sizings: plan.sizings ?? [] })),
  /** Present unless the inputs lie in parts. */
  inputs: z.unknown().optional(),
  parts: z.int().min(1).optional(),
});

/** The digest keeps the parts of two deliveries apart that gathered different inputs: only those of the plan that was stored are read. */
const partKey = ({ inputsDigest }: RunPlan, index: number): string => `inputs_${inputsDigest}_${index}`;

/** Insert-if-absent: false when the run has a plan. */
export async function savePlan(table: Table, plan: RunPlan, inputs: RunInputs): Promise<boolean> {
  const encoded = encodeInputs(inputs);
  const text = JSON.stringify(encoded);
  const parts = text.length <= partLength ? 0 : Math.ceil(text.length / partLength);
  await Promise.all(
    Array.from({ length: parts }, (_, index) =>
      table.insert({
        partitionKey: plan.runId,
        rowKey: partKey(plan, index),
        columns: columnsOf({}),
        payload: text.slice(index * partLength, (index + 1) * partLength),
      }),
    ),
  );
  return table.insert({
    partitionKey: plan.runId,
    rowKey: "plan",
    columns: columnsOf({ inputsDigest: plan.inputsDigest, tickets: plan.tickets.length }),
    payload: parts === 0 ? { plan, inputs: encoded } : { plan, parts },
  });
}

export async function loadPlan(
  table: Table,
  executionId: string,
): Promise<{ readonly plan: RunPlan; readonly inputs: RunInputs } | undefined> {
  const row = await table.get(executionId, "plan");
  if (row === undefined) return undefined;
  const { plan, inputs, parts } = readRow(tableName, row, storedPlan);
  return { plan, inputs: decodeInputs(parts === undefined ? inputs : await loadParts(table, plan, parts)) };
}

async function loadParts(table: Table, plan: RunPlan, parts: number): Promise<unknown> {
  const texts = await Promise.all(
    Array.from({ length: parts }, async (_, index) => {
      const row = await table.get(plan.runId, partKey(plan, index));
      if (row !== undefined) return readRow(tableName, row, z.string());
      const missing = `${tableName} ${plan.runId} ${partKey(plan, index)}: this part of the plan's inputs is missing`;
      throw new InvariantError("UNREADABLE_ROW", missing);
    }),
  );
  return JSON.parse(texts.join(""));
}
