// /api/scheduler/executions: the history of runs, receipts of orders, and orders in doubt.
import { z } from "zod";
import { describePrincipal } from "../core/model/control.ts";
import { symbol } from "../core/model/parse.ts";
import { receiptOf } from "../core/reporting/orderReceipt.ts";
import { operation } from "./operation.ts";
import { count, cursor, given, isInOrder, notInOrder, queryDay, queryInstant, taskId } from "./parameters.ts";
import { whoAndWhy } from "./principal.ts";
import { ApiProblem } from "./problem.ts";
import { asCallersFault } from "./request.ts";

const executionId = z.string().regex(/^[\w.@-]{1,120}$/, "must be an id such as demo-trend@20260615T133500Z");
const executionPath = z.strictObject({ id: executionId });
const orderPath = z.strictObject({
  id: executionId,
  clientOrderId: z.string().regex(/^[\w.@+-]{1,128}$/, "is no order id"),
});

const listExecutions = operation({
  name: "listExecutions",
  method: "GET",
  route: "scheduler/executions",
  access: "read",
  summary: "The history of runs, page by page",
  description: "Several criteria together may give a page with few runs or none that still has a cursor: go on.",
  query: z
    .strictObject({
      limit: count(200, 50),
      cursor: cursor.optional(),
      taskId: taskId.optional(),
      status: z.enum(["running", "succeeded", "partial", "skipped", "missed", "blocked", "failed"]).optional(),
      symbol: symbol.optional(),
      day: queryDay.optional(),
      from: queryInstant.optional(),
      to: queryInstant.optional(),
    })
    .refine(isInOrder, notInOrder),
  answers: { 200: { description: "Newest slot first.", schema: "ExecutionPage" } },
  problems: ["BAD_CURSOR"],
  handle: async ({ executions }, { query }) => ({
    body: await asCallersFault("BAD_CURSOR", "Use the cursor of the page before.", () => executions.list(given(query))),
  }),
});

const getExecution = operation({
  name: "getExecution",
  method: "GET",
  route: "scheduler/executions/{id}",
  access: "read",
  summary: "One run whole: signals, verdicts, orders, fills, timings",
  params: executionPath,
  answers: { 200: { description: "The record.", schema: "Execution" } },
  problems: ["EXECUTION_NOT_FOUND"],
  handle: async ({ executions }, { params }) => {
    const record = await executions.get(params.id);
    if (record !== undefined) return { body: record };
    throw notFound(params.id);
  },
});

const notFound = (id: string): ApiProblem => new ApiProblem("EXECUTION_NOT_FOUND", `There is no execution ${id}.`);

const getReceipt = operation({
  name: "getReceipt",
  method: "GET",
  route: "scheduler/executions/{id}/orders/{clientOrderId}/receipt",
  access: "read",
  summary: "All that one order was decided by",
  description:
    "From the data and the indicators' values over the sizing in numbers and every rule's headroom to the quote at the gate and the fills. Of a denied order too, and, by a symbol in place of the order's id, of one that got no order.",
  params: orderPath,
  answers: { 200: { description: "The receipt. Null stands for what there is not.", schema: "OrderReceipt" } },
  problems: ["EXECUTION_NOT_FOUND", "ORDER_NOT_FOUND"],
  handle: async ({ executions }, { params: { id, clientOrderId } }) => {
    const [record, stored] = await Promise.all([executions.get(id), executions.loadPlan(id)]);
    if (record === undefined) throw notFound(id);
    const receipt = stored && receiptOf({ record, ...stored }, clientOrderId);
    if (receipt !== undefined) return { body: receipt };
    const why = stored === undefined ? `${id} planned nothing: it is ${record.status}` : `${id} knows no such order`;
    throw new ApiProblem("ORDER_NOT_FOUND", `There is no receipt of ${clientOrderId}: the execution ${why}.`);
  },
});

/** A person's decision on an order of which it is not known whether it is at the broker. The broker's word stands where it has one. */
const resolveOrder = operation({
  name: "resolveOrder",
  method: "POST",
  route: "scheduler/executions/{id}/orders/{clientOrderId}/resolve",
  access: "control",
  summary: "End the doubt about an order",
  description: "The broker is asked once more. Where it does not show the order, it is held to be not placed.",
  params: orderPath,
  body: z.strictObject({ ...whoAndWhy, reason: z.string("say why").trim().min(1, "say why").max(500) }),
  answers: { 200: { description: "What became of the order.", schema: "OrderOutcome" } },
  problems: ["ORDER_NOT_IN_DOUBT", "BROKER_UNAVAILABLE"],
  handle: async ({ orderResolver }, { params: { id, clientOrderId }, by }) => {
    const actor = describePrincipal(by.principal);
    const outcome = await orderResolver.resolve(id, clientOrderId, { reason: by.reason, actor });
    if (outcome !== undefined) return { body: outcome };
    throw new ApiProblem("ORDER_NOT_IN_DOUBT", `No order ${clientOrderId} of the execution ${id} is in doubt.`);
  },
});

export const executionOperations = [listExecutions, getExecution, getReceipt, resolveOrder];
