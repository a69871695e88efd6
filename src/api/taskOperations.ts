// /api/tasks: tasks as an operator keeps them.
import { z } from "zod";
import type { SavedTask } from "../app/taskService.ts";
import type { StoredTask } from "../ports/stores.ts";
import { type Answer, operation, versionTag } from "./operation.ts";
import { count, dryRunQuery, given, taskId, taskPath, version } from "./parameters.ts";
import { whoAndWhy } from "./principal.ts";
import { whatIf } from "./whatIfOperation.ts";

/** What the app keeps beside a task. A client may send them back: they are not the client's to change, so they are left out. */
const kept = ["version", "createdAt", "changedAt", "changedBy", "reason", "source", "deleted", "warnings"];

const withoutKept = (document: unknown): unknown =>
  typeof document === "object" && document !== null && !Array.isArray(document)
    ? Object.fromEntries(Object.entries(document).filter(([name]) => !kept.includes(name)))
    : document;

const view = ({ task, ...rest }: StoredTask) => ({ ...task, ...rest });
const answer = (stored: StoredTask, more: Omit<Answer, "body"> = {}): Answer => ({
  body: view(stored),
  etag: String(stored.version),
  ...more,
});
const saved = ({ stored, warnings }: SavedTask, more: Omit<Answer, "body"> = {}): Answer => ({
  ...answer(stored, more),
  body: { ...view(stored), warnings },
});

const oneTask = { schema: "Task", etag: true } as const;
const savedTask = { schema: "SavedTask", etag: true } as const;
const control = z.strictObject(whoAndWhy);

const listTasks = operation({
  name: "listTasks",
  method: "GET",
  route: "tasks",
  access: "read",
  summary: "The tasks, sorted by id, page by page",
  query: z.strictObject({ limit: count(500, 100), after: taskId.optional() }),
  answers: { 200: { description: "A page. `next` is the `after` of the next one.", schema: "TaskPage" } },
  handle: async ({ taskService }, { query }) => {
    const { items, next } = await taskService.list(given(query));
    return { body: { items: items.map(view), ...given({ next }) } };
  },
});

const createTask = operation({
  name: "createTask",
  method: "POST",
  route: "tasks",
  access: "control",
  summary: "Create a task",
  description: "The id is the task's for ever: the one of a deleted task is not used again.",
  query: dryRunQuery,
  document: "TaskInput",
  answers: {
    200: { description: "A dry run: as it would be saved.", schema: "SavedTask" },
    201: { description: "Saved. `warnings` says what could not be checked.", ...savedTask },
  },
  problems: ["INVALID_TASK", "TASK_EXISTS"],
  handle: async ({ taskService }, { query, document, by }) => {
    const made = await taskService.create(withoutKept(document), by, given(query));
    return query.dryRun
      ? saved(made, { status: 200 })
      : saved(made, { status: 201, location: `/api/tasks/${made.stored.task.id}` });
  },
});

const getTask = operation({
  name: "getTask",
  method: "GET",
  route: "tasks/{id}",
  access: "read",
  summary: "A task as it is, or as it was in a version",
  params: taskPath,
  query: z.strictObject({ version: version.optional() }),
  answers: { 200: { description: "The task.", ...oneTask } },
  problems: ["TASK_NOT_FOUND", "VERSION_NOT_FOUND"],
  handle: async ({ taskService }, { params, query }) => answer(await taskService.get(params.id, query.version)),
});

const replaceTask = operation({
  name: "replaceTask",
  method: "PUT",
  route: "tasks/{id}",
  access: "control",
  summary: "Replace a task whole",
  params: taskPath,
  query: dryRunQuery,
  ifMatch: versionTag,
  document: "TaskInput",
  answers: { 200: { description: "The new version.", ...savedTask } },
  problems: ["TASK_NOT_FOUND", "INVALID_TASK", "VERSION_CONFLICT"],
  handle: async ({ taskService }, { params, query, document, ifMatch, by }) =>
    saved(await taskService.replace(params.id, withoutKept(document), ifMatch, by, given(query))),
});

const patchTask = operation({
  name: "patchTask",
  method: "PATCH",
  route: "tasks/{id}",
  access: "control",
  summary: "Change some fields of a task",
  description: "A JSON merge patch (RFC 7396): null takes a field away. The result is judged whole.",
  params: taskPath,
  query: dryRunQuery,
  ifMatch: versionTag,
  document: "TaskPatch",
  bodyType: "application/merge-patch+json",
  answers: { 200: { description: "The new version.", ...savedTask } },
  problems: ["TASK_NOT_FOUND", "INVALID_PATCH", "INVALID_TASK", "VERSION_CONFLICT"],
  handle: async ({ taskService }, { params, query, document, ifMatch, by }) =>
    saved(await taskService.patch(params.id, document, ifMatch, by, given(query))),
});

const deleteTask = operation({
  name: "deleteTask",
  method: "DELETE",
  route: "tasks/{id}",
  access: "control",
  summary: "Delete a task",
  description: "It is never due again; its versions and its history stay readable.",
  params: taskPath,
  ifMatch: versionTag,
  body: control,
  answers: { 200: { description: "The tombstone.", ...oneTask } },
  problems: ["TASK_NOT_FOUND", "VERSION_CONFLICT"],
  handle: async ({ taskService }, { params, ifMatch, by }) => answer(await taskService.remove(params.id, ifMatch, by)),
});

const setEnabled = (action: "enable" | "disable") =>
  operation({
    name: `${action}Task`,
    method: "POST",
    route: `tasks/{id}/${action}`,
    access: "control",
    summary: action === "enable" ? "Let a task be due" : "Let no slot of a task run",
    params: taskPath,
    body: control,
    answers: { 200: { description: "The task; a new version only where it changed.", ...oneTask } },
    problems: ["TASK_NOT_FOUND", "INVALID_TASK", "VERSION_CONFLICT"],
    handle: async ({ taskService }, { params, by }) =>
      answer(await taskService.setEnabled(params.id, action === "enable", by)),
  });

const nextOccurrences = operation({
  name: "nextOccurrences",
  method: "GET",
  route: "tasks/{id}/next",
  access: "read",
  summary: "When a task is due next",
  description: "In UTC and in the schedule's zone, each with what the task's window says of that moment.",
  params: taskPath,
  query: z.strictObject({ count: count(100, 10) }),
  answers: {
    200: { description: "Soonest first. A disabled task is due too, and none of it runs.", schema: "Occurrences" },
  },
  problems: ["TASK_NOT_FOUND"],
  handle: async ({ taskService }, { params: { id }, query }) => ({ body: await taskService.next(id, query.count) }),
});

const runTask = operation({
  name: "runTask",
  method: "POST",
  route: "tasks/{id}/run",
  access: "control",
  summary: "Run a task now, or show what a run now would do",
  description: "With `dryRun`, in the query or in the body, nothing is stored and nothing is sent.",
  params: taskPath,
  query: dryRunQuery,
  body: z.strictObject({ ...whoAndWhy, dryRun: z.boolean().optional() }),
  answers: {
    200: { description: "A dry run's plan; or the run that was asked for before in this minute.", schema: "RunOrPlan" },
    202: { description: "Queued. Its end is at the Location.", schema: "QueuedRun" },
  },
  problems: [
    "TASK_NOT_FOUND",
    "TASK_DISABLED",
    "RUN_UNDER_WAY",
    "WRONG_MODE",
    "AUTOMATION_STOPPED",
    "TRADING_HALTED",
    "BROKER_UNAVAILABLE",
    "BROKER_UNAUTHORIZED",
    "WRONG_ACCOUNT",
  ],
  handle: async ({ taskService }, { params, query, body, by }) => {
    if (query.dryRun || body.dryRun) return { body: await taskService.dryRun(params.id) };
    const run = await taskService.runNow(params.id, by);
    return {
      status: run.queued ? 202 : 200,
      location: `/api/scheduler/executions/${run.executionId}`,
      body: run,
    };
  },
});

export const taskOperations = [
  listTasks,
  createTask,
  getTask,
  replaceTask,
  patchTask,
  deleteTask,
  setEnabled("enable"),
  setEnabled("disable"),
  nextOccurrences,
  runTask,
  whatIf,
];
