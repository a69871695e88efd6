// What the commands read of the app's answers: only what they show, so that a newer app may say more.
import { z } from "zod";

const why = { reason: z.string(), actor: z.string() };
const scope = z.looseObject({ kind: z.string(), id: z.string().optional() });
const switches = { automation: z.string(), tradingState: z.string() };
const turned = z.looseObject({ ...why, changedAt: z.string() });
const turnedSwitches = {
  ...switches,
  ...turned.shape,
  automationChange: turned.optional(),
  tradingStateChange: turned.optional(),
};

export const controlState = z.looseObject({
  ...turnedSwitches,
  trippedBy: z.string().optional(),
  restrictions: z.array(z.looseObject({ scope, ...turnedSwitches })),
  scheduled: z.array(z.looseObject({ action: z.string(), at: z.string(), scope, ...why })),
});

export const runSummary = z.looseObject({
  executionId: z.string(),
  taskId: z.string(),
  slot: z.string(),
  status: z.string(),
  code: z.string(),
  reason: z.string(),
  endedAt: z.string().nullable(),
  ordersPlanned: z.number(),
  ordersAccepted: z.number(),
  ordersFilled: z.number(),
  denials: z.number(),
});

const window = z.looseObject({
  open: z.boolean(),
  until: z.string().optional(),
  reason: z.string().optional(),
  nextOpenAt: z.string().optional(),
});

export const schedulerStatus = controlState.extend({
  at: z.string(),
  mode: z.string(),
  window,
  nextWindow: z.looseObject({ openAt: z.string(), until: z.string() }).nullable(),
  lastExecution: runSummary.nullable(),
  nextExecution: z
    .looseObject({ taskId: z.string(), slot: z.string(), code: z.string().default(""), reason: z.string().default("") })
    .nullable(),
  heartbeat: z.looseObject({ at: z.string(), ageSeconds: z.number() }).nullable(),
  queueDepth: z.number(),
  moreQueued: z.boolean(),
  deadLettersToday: z.number(),
  unknownOrders: z.number(),
  drifts: z.array(z.looseObject({ symbol: z.string(), state: z.string(), believed: z.string(), atBroker: z.string() })),
  attributed: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  today: z.looseObject({
    runs: z.number(),
    ordersPlanned: z.number(),
    ordersAccepted: z.number(),
    ordersFilled: z.number(),
    denials: z.number(),
    truncated: z.boolean(),
    profitLoss: z
      .looseObject({ usd: z.string(), fractionOfDayStart: z.number(), dailyLossLimit: z.number().optional() })
      .nullable(),
    drawdown: z.looseObject({ fraction: z.number(), limit: z.number().optional() }).nullable(),
  }),
  versions: z.looseObject({ app: z.string(), schema: z.number(), settings: z.record(z.string(), z.number()) }),
});

const principal = z.looseObject({ kind: z.string(), name: z.string() });

export const controlEvent = z.looseObject({
  at: z.string(),
  action: z.string(),
  scope,
  principal,
  reason: z.string(),
  source: z.string(),
  scheduledFor: z.string().optional(),
  previous: z.looseObject(switches),
  next: z.looseObject(switches),
});

/** What the app keeps beside a task. */
const keptOfTask = {
  version: z.number(),
  createdAt: z.string(),
  changedAt: z.string(),
  changedBy: principal,
  reason: z.string(),
  source: z.string(),
  deleted: z.boolean(),
};
export const storedTask = z.looseObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  mode: z.string(),
  account: z.string(),
  schedule: z.unknown(),
  expiresAt: z.string().optional(),
  symbols: z.array(z.string()).optional(),
  universe: z.string().optional(),
  strategies: z.array(z.looseObject({ name: z.string() })),
  ...keptOfTask,
});
/** The task alone, as a person writes it. */
export const taskAlone = (stored: StoredTask): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(stored).filter(([field]) => !Object.hasOwn(keptOfTask, field)));

export const difference = z.looseObject({
  path: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  loosens: z.boolean(),
});

export type ControlState = z.infer<typeof controlState>;
export type SchedulerStatus = z.infer<typeof schedulerStatus>;
export type RunSummary = z.infer<typeof runSummary>;
export type ControlEvent = z.infer<typeof controlEvent>;
export type StoredTask = z.infer<typeof storedTask>;
export type Difference = z.infer<typeof difference>;
export type Principal = z.infer<typeof principal>;

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.looseObject({ items: z.array(item), cursor: z.string().optional() });

/** `ann@example.com`, `key ops`, `ann (claimed)`. */
export const principalText = ({ kind, name }: Principal): string =>
  kind === "claimed" ? `${name} (claimed)` : kind === "key" ? `key ${name}` : name;

/** `account`, `task demo-trend`. */
export const scopeText = ({ kind, id }: z.infer<typeof scope>): string => (id === undefined ? kind : `${kind} ${id}`);
