// The schema of every answer by its name in the document. What is stored has schemas in the core; what only answers have is here.
import { z } from "zod";
import { automationConfigSchema } from "../../core/model/automation.ts";
import { controlEventSchema, controlStateSchema, principalSchema } from "../../core/model/control.ts";
import { timeframeSchema } from "../../core/model/market.ts";
import { channelNames } from "../../core/model/notification.ts";
import { instant, tradingDay } from "../../core/model/parse.ts";
import { sectionNames } from "../../core/model/settings.ts";
import { taskSchema } from "../../core/model/task.ts";
import { entrySchema } from "../../core/notifications/entry.ts";
import { anySection } from "./documents.ts";
import {
  dryRun,
  executionRecord,
  orderReceipt,
  outcome,
  queuedRun,
  runSummary,
  usd,
  whatIfPage,
} from "./runSchemas.ts";

const kept = {
  version: z.int().min(1),
  createdAt: instant,
  changedAt: instant,
  changedBy: principalSchema,
  reason: z.string(),
  source: z.string(),
  deleted: z.boolean(),
};
const task = z.strictObject({ ...taskSchema.shape, ...kept });
const savedTask = z.strictObject({ ...task.shape, warnings: z.array(z.string()) });

const anyObject = z.record(z.string(), z.unknown());
const strategy = z.strictObject({
  name: z.string(),
  title: z.string(),
  doc: z.string(),
  /** JSON Schema, draft 2020-12. */
  params: anyObject,
  defaults: anyObject,
  /** The defaults, and a value for each parameter that has none. */
  example: anyObject,
  /** Closed bars a symbol, of which the first `warmUp` only settle its indicators; for the example. */
  needs: z.strictObject({
    timeframe: timeframeSchema,
    bars: z.int(),
    warmUp: z.int().exactOptional(),
    quotes: z.boolean().exactOptional(),
  }),
});

const occurrence = z.strictObject({
  slot: instant,
  /** The same moment on clocks of the schedule's zone. */
  local: z.string(),
  zone: z.string(),
  verdict: z.discriminatedUnion("open", [
    z.strictObject({ open: z.literal(true), until: instant }),
    z.strictObject({ open: z.literal(false), code: z.string(), reason: z.string() }),
  ]),
});

const session = z.strictObject({ day: tradingDay, openAt: instant, closeAt: instant, early: z.boolean() });
const windowDecision = z.discriminatedUnion("open", [
  z.strictObject({ open: z.literal(true), until: instant, session, extended: z.boolean() }),
  z.strictObject({
    open: z.literal(false),
    code: z.enum(["WINDOW_CLOSED", "HOLIDAY", "BLACKOUT"]),
    reason: z.string(),
    nextOpenAt: instant,
  }),
]);

const heartbeat = z.strictObject({ at: instant, ageSeconds: z.number() }).nullable();
const mode = z.enum(["paper", "live"]);

const drift = z.strictObject({
  symbol: z.string(),
  believed: usd,
  atBroker: usd,
  since: instant,
  state: z.enum(["suspected", "adopted", "ignored", "flattening"]),
  clientOrderId: z.string().exactOptional(),
});

const today = z.strictObject({
  day: tradingDay,
  runs: z.int(),
  ordersPlanned: z.int(),
  ordersAccepted: z.int(),
  ordersFilled: z.int(),
  denials: z.int(),
  truncated: z.boolean(),
  profitLoss: z
    .strictObject({ usd, fractionOfDayStart: z.number(), dailyLossLimit: z.number().exactOptional() })
    .nullable(),
  drawdown: z.strictObject({ fraction: z.number(), limit: z.number().exactOptional() }).nullable(),
});

const schedulerStatus = z.strictObject({
  ...controlStateSchema.shape,
  at: instant,
  mode,
  window: windowDecision,
  nextWindow: z.strictObject({ openAt: instant, until: instant }).nullable(),
  lastExecution: runSummary.nullable(),
  nextExecution: z
    .strictObject({ taskId: z.string(), slot: instant, windowOpen: z.boolean(), code: z.string(), reason: z.string() })
    .nullable(),
  heartbeat,
  queueDepth: z.int(),
  moreQueued: z.boolean(),
  deadLettersToday: z.int(),
  unknownOrders: z.int(),
  drifts: z.array(drift),
  /** Shares held, by symbol and strategy, as the fills of their orders have left them; what is of no strategy is not in it. */
  attributed: z.record(z.string(), z.record(z.string(), z.string())),
  today,
  versions: z.strictObject({
    app: z.string(),
    schema: z.int(),
    settings: z.record(z.enum(sectionNames), z.int()),
    settingsHash: z.string(),
  }),
});

const tickReport = z.strictObject({
  at: instant,
  source: z.enum(["timer", "http"]),
  window: windowDecision,
  slots: z.array(z.strictObject({ taskId: z.string(), slot: instant, outcome: z.string(), reason: z.string() })),
});

const slotView = z.strictObject({
  taskId: z.string(),
  slot: instant,
  executionId: z.string(),
  state: z.enum(["enqueued", "ran", "skipped", "missed", "blocked", "failed", "due", "expected"]),
  code: z.string(),
  reason: z.string(),
});

const difference = z.strictObject({
  path: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  loosens: z.boolean(),
});
const sectionName = z.enum(sectionNames);
const section = z.strictObject({
  name: sectionName,
  value: anySection,
  version: z.int().min(1),
  changedAt: instant,
  changedBy: principalSchema,
  reason: z.string(),
  source: z.string(),
  /** The second person, where one was needed. */
  confirmedBy: principalSchema.exactOptional(),
});
const pendingChange = z.strictObject({
  id: z.string(),
  section: sectionName,
  replaces: z.int(),
  value: anySection,
  proposedAt: instant,
  proposedBy: principalSchema,
  reason: z.string(),
});
const settingsChange = z.strictObject({
  outcome: z.enum(["unchanged", "changed", "wouldChange", "waiting"]),
  section,
  differences: z.array(difference),
  change: pendingChange.exactOptional(),
  /** What could not be checked. */
  warnings: z.array(z.string()),
});

const configDifferences = z.array(
  z.strictObject({
    kind: z.enum(["added", "changed", "removed"]),
    what: z.string(),
    differences: z.array(difference),
  }),
);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const auditReport = z.strictObject({
  from: tradingDay,
  to: tradingDay,
  accounts: z.array(
    z.strictObject({
      account: z.string(),
      links: z.int(),
      days: z.int(),
      purged: z.int(),
      /** The newest sound link of the range: kept outside, it proves later that nothing before it was written anew. */
      last: z.strictObject({ day: tradingDay, seq: z.int(), hash: z.string() }).exactOptional(),
      /** The first link that does not hold. */
      broken: z
        .strictObject({ day: tradingDay, seq: z.int(), kind: z.string(), key: z.string(), why: z.string() })
        .exactOptional(),
    }),
  ),
  intact: z.boolean(),
});

const page = <T extends z.ZodType>(items: T, next: "next" | "cursor") =>
  z.strictObject({ items: z.array(items), [next]: z.string().exactOptional() });

export const answerSchemas = {
  Task: task,
  SavedTask: savedTask,
  TaskPage: page(task, "next"),
  Strategy: strategy,
  Strategies: z.strictObject({ items: z.array(strategy) }),
  Occurrences: z.strictObject({ enabled: z.boolean(), items: z.array(occurrence) }),
  QueuedRun: queuedRun,
  RunOrPlan: z.union([queuedRun, dryRun]),
  WhatIfPage: whatIfPage,
  SchedulerStatus: schedulerStatus,
  ControlState: controlStateSchema,
  TickReport: tickReport,
  ControlEvent: controlEventSchema,
  ControlEventPage: page(controlEventSchema, "cursor"),
  Slots: z.strictObject({ items: z.array(slotView), truncated: z.boolean() }),
  AuditReport: auditReport,
  RunSummary: runSummary,
  ExecutionPage: page(runSummary, "cursor"),
  Execution: executionRecord,
  OrderOutcome: outcome,
  OrderReceipt: orderReceipt,
  Section: section,
  SettingsChange: settingsChange,
  PendingChanges: z.strictObject({ items: z.array(pendingChange) }),
  ExportedConfig: z.strictObject({ config: automationConfigSchema, digest }),
  ConfigDifferences: z.strictObject({ differences: configDifferences, digest }),
  ImportedConfig: z.strictObject({ differences: configDifferences, warnings: z.array(z.string()) }),
  Notification: entrySchema,
  NotificationPage: page(entrySchema, "cursor"),
  ChannelTests: z.strictObject({
    items: z.array(
      z.strictObject({
        channel: z.enum(channelNames),
        result: z.enum(["sent", "later", "refused"]),
        detail: z.string(),
      }),
    ),
  }),
  Health: z.strictObject({ status: z.literal("alive") }),
  Preflight: z.strictObject({
    at: instant,
    day: tradingDay,
    mode,
    go: z.boolean(),
    items: z.array(
      z.strictObject({
        name: z.string(),
        light: z.enum(["green", "yellow", "red"]),
        detail: z.string(),
        remedy: z.string().exactOptional(),
      }),
    ),
  }),
  Liveness: z.strictObject({ alive: z.boolean(), heartbeat }),
  Readiness: z.strictObject({
    at: instant,
    ready: z.boolean(),
    mode,
    version: z.string(),
    settingsHash: z.string().nullable(),
    heartbeat,
    checks: z.array(
      z.strictObject({
        name: z.string(),
        ok: z.boolean(),
        detail: z.string(),
        remedy: z.string().exactOptional(),
        latencyMs: z.int(),
      }),
    ),
  }),
  AnyObject: anyObject,
} as const;

export type AnswerName = keyof typeof answerSchemas;
