// Every HTTP operation: reads its request, calls the app, answers JSON.
import { z } from "zod";
import type { App } from "../app/app.ts";
import { ConfigError } from "../core/model/errors.ts";
import { parseInstant } from "../core/model/time.ts";
import { ApiProblem, type ApiRequest, type ApiResponse, json, noParameters, readBody, readQuery } from "./http.ts";

export type Handler = (app: App, request: ApiRequest) => Promise<ApiResponse>;

const instant = z.string().transform((text, context) => {
  // A plus sign in a query is a blank by the time it arrives.
  const value = parseInstant(text.replace(" ", "+"));
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: "must be an instant such as 2026-06-15T13:30:00Z" });
  return z.NEVER;
});

const executionsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, "must be a whole number from 1 to 200")
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .default(50),
  cursor: z.string().min(1).max(2000).optional(),
  taskId: z.string().min(1).max(40).optional(),
  status: z.enum(["running", "succeeded", "partial", "skipped", "missed", "blocked", "failed"]).optional(),
  from: instant.optional(),
  to: instant.optional(),
});

const controlBody = z.strictObject({
  reason: z.string().trim().min(1).max(500).default("no reason given"),
  actor: z.string().trim().min(1).max(100).default("unnamed"),
});

/** Answers when settings are sound and the tables can be read. */
export const health: Handler = async (app, request) => {
  readQuery(request, noParameters);
  const { at, mode, automation, tradingState, heartbeat } = await app.schedulerService.status();
  return json(200, { status: "ok", at, mode, automation, tradingState, heartbeat });
};

export const status: Handler = async (app, request) => {
  readQuery(request, noParameters);
  return json(200, await app.schedulerService.status());
};

export const control: Handler = async (app, request) => {
  readQuery(request, noParameters);
  const action = request.params.action?.toLowerCase();
  switch (action) {
    case "tick":
      await readBody(request, controlBody);
      return json(200, await app.scheduler.tick("http"));
    case "start":
    case "stop":
    case "restart":
    case "halt":
    case "reduce":
    case "resume": {
      const { reason, actor } = await readBody(request, controlBody);
      const principal = { kind: "claimed", name: actor } as const;
      const source = `POST /api/scheduler/${action}`;
      return json(
        200,
        await app.controlService.change({ action, scope: { kind: "account" }, principal, reason, source }),
      );
    }
    default:
      throw new ApiProblem(
        404,
        "UNKNOWN_ACTION",
        "The actions are start, stop, restart, halt, reduce, resume and tick.",
      );
  }
};

export const listExecutions: Handler = async (app, request) => {
  const { limit, ...filter } = readQuery(request, executionsQuery);
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  try {
    return json(200, await app.executions.list({ limit, ...given }));
  } catch (failure) {
    if (failure instanceof ConfigError)
      throw new ApiProblem(400, "BAD_CURSOR", "Use the cursor of the page before.", failure.faults);
    throw failure;
  }
};

const executionId = /^[\w.@-]{1,120}$/;

export const getExecution: Handler = async (app, request) => {
  readQuery(request, noParameters);
  const id = request.params.id ?? "";
  const record = executionId.test(id) ? await app.executions.get(id) : undefined;
  if (record === undefined) throw new ApiProblem(404, "EXECUTION_NOT_FOUND", "There is no execution with this id.");
  return json(200, record);
};

const resolveBody = z.strictObject({
  reason: z.string().trim().min(1, "say why").max(500),
  actor: z.string().trim().min(1).max(100).default("unnamed"),
});

/** A person's decision on an order of which it is not known whether it is at the broker. The broker's word stands where it has one. */
export const resolveOrder: Handler = async (app, request) => {
  readQuery(request, noParameters);
  const { id = "", clientOrderId = "" } = request.params;
  const why = await readBody(request, resolveBody);
  const wellFormed = executionId.test(id) && /^[\w.@+-]{1,128}$/.test(clientOrderId);
  const outcome = wellFormed ? await app.orderResolver.resolve(id, clientOrderId, why) : undefined;
  if (outcome !== undefined) return json(200, outcome);
  const message = "There is no execution with an order of this id that is in doubt.";
  throw new ApiProblem(404, "ORDER_NOT_IN_DOUBT", message);
};

export const listTasks: Handler = async (app, request) => {
  readQuery(request, noParameters);
  const { tasks, unreadable } = await app.tasks.list();
  return json(200, { items: tasks.map(({ task, createdAt }) => ({ ...task, createdAt })), unreadable });
};
