// /api/scheduler: the state of the automation, its switches, its slots, and the proof that nobody changed the books.
import { z } from "zod";
import type { ControlAction } from "../core/model/control.ts";
import { instant } from "../core/model/parse.ts";
import { operation } from "./operation.ts";
import { count, cursor, given, isInOrder, notInOrder, queryDay, queryInstant, taskId } from "./parameters.ts";
import { whoAndWhy } from "./principal.ts";
import { asCallersFault } from "./request.ts";
import { scope } from "./scope.ts";

const schedulerStatus = operation({
  name: "schedulerStatus",
  method: "GET",
  route: "scheduler",
  access: "read",
  summary: "What the automation does, did and will do",
  answers: { 200: { description: "The status, from at most five reads of the tables.", schema: "SchedulerStatus" } },
  handle: async ({ schedulerService }) => ({ body: await schedulerService.status() }),
});

const now = z.strictObject({ ...whoAndWhy, scope: scope.optional() });
const time = z.union(
  [z.enum(["close", "never"]), instant],
  "must be an instant such as 2026-06-15T18:00:00Z, close or never",
);
const nowOrLater = z.strictObject({ ...now.shape, at: time.optional() });

const waits =
  "With `at`, an instant or `close` (of the session that is open, or of the next one), it waits for it; `never` takes back what waits.";
const controls: readonly (readonly [ControlAction, string, string])[] = [
  ["start", "Start the automation: slots become runs", waits],
  ["stop", "Stop the automation: due slots end as blocked, open positions stay", waits],
  ["restart", "Start the automation, and note it as a change even where it runs", ""],
  ["halt", "Let no order leave", "Once it has answered, no order reaches the broker any more."],
  ["reduce", "Let only orders leave that lower the exposure", ""],
  ["resume", "Let all orders leave again", "After a breaker it needs a name and a reason."],
];

const controlOperations = controls.map(([action, summary, more]) =>
  operation({
    name: `${action}Scheduler`,
    method: "POST",
    route: `scheduler/${action}`,
    access: "control",
    summary,
    description: `Doing it twice is the same as once. Without a scope it is for the whole account. ${more}`.trim(),
    body: action === "start" || action === "stop" ? nowOrLater : now,
    answers: { 200: { description: "The state as it is now.", schema: "ControlState" } },
    problems: ["BAD_SCOPE", "BAD_SCHEDULE", "NAME_AND_REASON_NEEDED", "BROKER_UNAVAILABLE"],
    handle: async ({ controlService }, { body, by }) => {
      const { scope: part = { kind: "account" }, at }: z.infer<typeof nowOrLater> = body;
      return { body: await controlService.change({ action, scope: part, ...by, ...given({ at }) }) };
    },
  }),
);

const tick = operation({
  name: "tickScheduler",
  method: "POST",
  route: "scheduler/tick",
  access: "control",
  summary: "Look now for what is due, as the timer does every minute",
  body: z.strictObject(whoAndWhy),
  answers: { 200: { description: "What the tick decided.", schema: "TickReport" } },
  handle: async ({ scheduler }) => ({ body: await scheduler.tick("http") }),
});

const events = operation({
  name: "listControlEvents",
  method: "GET",
  route: "scheduler/events",
  access: "read",
  summary: "Who changed the switches, when, why and from where",
  query: z.strictObject({ limit: count(200, 50), cursor: cursor.optional() }),
  answers: { 200: { description: "Newest first.", schema: "ControlEventPage" } },
  problems: ["BAD_CURSOR"],
  handle: async ({ control }, { query }) => ({
    body: await asCallersFault("BAD_CURSOR", "Use the cursor of the page before.", () => control.events(given(query))),
  }),
});

const slots = operation({
  name: "listSlots",
  method: "GET",
  route: "scheduler/slots",
  access: "read",
  summary: "Why a task did or did not trade: its slots, past and to come",
  query: z
    .strictObject({ taskId, from: queryInstant, to: queryInstant, limit: count(500, 100) })
    .refine(isInOrder, notInOrder),
  answers: { 200: { description: "Oldest first. `truncated`: there are more.", schema: "Slots" } },
  problems: ["TASK_NOT_FOUND"],
  handle: async ({ slotService }, { query }) => ({ body: await slotService.list(query) }),
});

const audit = operation({
  name: "verifyAudit",
  method: "GET",
  route: "scheduler/audit",
  access: "read",
  summary: "Whether a change or record was changed, removed or moved afterwards",
  query: z.strictObject({ from: queryDay.optional(), to: queryDay.optional() }),
  answers: { 200: { description: "Each account with its first broken link, if there is one.", schema: "AuditReport" } },
  handle: async ({ auditService }, { query }) => ({
    body: await asCallersFault("BAD_PARAMETER", "The range has faults.", () => auditService.verify(given(query))),
  }),
});

const preflight = operation({
  name: "preflight",
  method: "GET",
  route: "scheduler/preflight",
  access: "read",
  summary: "Go or no-go: whether the day can be traded, on one page",
  description: "Red is no-go, yellow should be known before the open. What cannot be found out is red.",
  answers: { 200: { description: "Go or no-go, with every item and what to do.", schema: "Preflight" } },
  handle: async ({ preflightService }) => ({ body: await preflightService.judge() }),
});

export const schedulerOperations = [schedulerStatus, ...controlOperations, tick, preflight, events, slots, audit];
