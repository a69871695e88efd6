// A task: what is traded by which strategies, when, and within which limits; its schema judges what people write and what the book stores.
import { z } from "zod";
import { InvariantError } from "./errors.ts";
import { taskIdPattern } from "./ids.ts";
import { type RiskLimits, taskLimitsSchema, withTightest } from "./limits.ts";
import { instant, symbols, zone } from "./parse.ts";
import { type TradingWindow, type Universes, universeName, windowOverridesSchema } from "./settings.ts";
import { orderPolicySchema, protectionSchema, sizingSchema } from "./sizing.ts";
import { type Instant, minuteMs } from "./time.ts";

export const strategyUseSchema = z.strictObject({
  name: z.string().min(1).max(32),
  /** Checked against the strategy's own schema. */
  params: z.record(z.string(), z.unknown()).default({}),
  /** This strategy's share when several are combined; shares are relative to their sum. */
  weight: z.number().positive().max(1000).default(1),
});

/** Due as the expression says, whether the window is open then or not. */
const cronSchedule = z.strictObject({ cron: z.string().min(9).max(120), zone: zone.default("America/New_York") });
/** Due every so many minutes, counted from midnight in the zone, while the task's window is open. */
const intervalSchedule = z.strictObject({
  everyMinutes: z.int().min(1).max(1440),
  zone: zone.default("America/New_York"),
});
/** Due so many minutes after the open or before the close of each session, early closes included. */
const sessionSchedule = z.strictObject({
  at: z
    .string()
    .regex(/^(?:open(?:\+\d{1,3}m)?|close(?:-\d{1,3}m)?)$/, "must be such as open, open+5m, close or close-10m"),
});
const oneSchedule = z.union([cronSchedule, intervalSchedule, sessionSchedule]);

/** What a task names that has no chain of its own. */
export const usualAccount = "main";

export const taskSchema = z
  .strictObject({
    id: z.string().regex(taskIdPattern, "must be 1 to 40 lower case letters, digits and inner hyphens"),
    name: z.string().min(1).max(100),
    enabled: z.boolean().default(true),
    account: z.string().regex(taskIdPattern, "must be lower case letters, digits and hyphens").default(usualAccount),
    /** The app runs tasks of its own mode only: a paper task never trades live. */
    mode: z.enum(["paper", "live"]).default("paper"),
    /** One schedule, or several; a moment named by two of them is one slot. */
    schedule: z.union([oneSchedule, z.array(oneSchedule).min(1).max(10)]),
    symbols: symbols.optional(),
    /** The name of a list of symbols in the settings, instead of `symbols`. */
    universe: universeName.optional(),
    strategies: z.array(strategyUseSchema).min(1).max(20),
    /** How what several strategies wish for a symbol becomes one target. */
    combine: z
      .enum(["netTargetWeights", "weightedVote", "firstThatSpeaks", "allMustAgree"])
      .default("netTargetWeights"),
    /** What bad data in a symbol does: the symbol stays out while the rest trade, or the whole run does not trade. */
    badData: z.enum(["exclude", "skipRun"]).default("exclude"),
    sizing: sizingSchema,
    orders: orderPolicySchema.prefault({}),
    protection: protectionSchema.optional(),
    /** Limits of its own; the tighter of these and the common ones holds. */
    limits: taskLimitsSchema.optional(),
    /** Its own trading window: each field given takes the place of the common one, but holidays, early closes and blackouts, which are added to it. */
    window: windowOverridesSchema.optional(),
    /** Overrides the trading window's. */
    graceMinutes: z.int().min(1).max(1440).optional(),
    /** What becomes of a slot while the run before it is still under way. */
    overlap: z.enum(["skip", "queue"]).default("skip"),
    /** Which late slots still run within their grace: the newest one, none, or all of them. */
    catchUp: z.enum(["latest", "none", "all"]).default("latest"),
    /** From this instant on it is never due. */
    expiresAt: instant.optional(),
  })
  .refine((task) => (task.symbols === undefined) !== (task.universe === undefined), {
    path: ["symbols"],
    message: "give either symbols or the name of a universe",
  })
  .refine((task) => task.protection === undefined || !task.orders.type.startsWith("marketOn"), {
    path: ["protection"],
    message: "orders for an auction cannot carry exits",
  });

/** Tasks that are saved together at most, all or none: as many as a transaction of the book holds. */
export const tasksAtOnce = 12;

export type Task = Readonly<z.infer<typeof taskSchema>>;
export type TaskSchedule = Readonly<z.infer<typeof oneSchedule>>;
export type StrategyUse = Readonly<z.infer<typeof strategyUseSchema>>;
/** A task with its symbols looked up: what a run works with. */
export type RunTask = Task & { readonly symbols: string[] };
export const runTaskSchema = z.custom<RunTask>(
  (value) => taskSchema.safeParse({ ...(value as object), universe: undefined }).success,
  "is not a task with its symbols",
);

/** Whose switches hold for an order. One that nets several strategies stands for all that its task uses. */
export const partOf = (
  { id, strategies }: Pick<Task, "id" | "strategies">,
  { symbol, strategy }: { readonly symbol: string; readonly strategy: string },
): { readonly taskId: string; readonly symbol: string; readonly strategies: readonly string[] } => ({
  taskId: id,
  symbol,
  strategies: strategy === netStrategy ? strategies.map(({ name }) => name) : [strategy],
});
/** What an order is attributed to that several strategies speak on. */
export const netStrategy = "net";

export const schedulesOf = ({ schedule }: Pick<Task, "schedule">): readonly TaskSchedule[] =>
  Array.isArray(schedule) ? schedule : [schedule];

/** A list by its name, which may be one that every object has. */
export const listNamed = (name: string, universes: Universes): readonly string[] | undefined =>
  Object.hasOwn(universes, name) ? universes[name] : undefined;

/** The symbols of a task, looked up where it names a list. Throws InvariantError for a list that is gone. */
export function symbolsOf({ id, symbols: own, universe = "" }: Task, universes: Universes): readonly string[] {
  const found = own ?? listNamed(universe, universes);
  if (found !== undefined) return found;
  throw new InvariantError(
    "UNREADABLE_ROW",
    `task ${id} names the universe "${universe}", which the settings do not hold`,
  );
}

/** The window that holds for a task: its own hours in the place of the common ones, its own closures on top of them. */
export function windowOf(
  { window, graceMinutes }: Pick<Task, "window" | "graceMinutes">,
  common: TradingWindow,
): TradingWindow {
  if (window === undefined && graceMinutes === undefined) return common;
  const own: TradingWindow = { ...common, ...definedFields(window ?? {}), ...definedFields({ graceMinutes }) };
  return {
    ...own,
    holidays: [...common.holidays, ...(window?.holidays ?? [])],
    earlyCloses: [...common.earlyCloses, ...(window?.earlyCloses ?? [])],
    blackouts: [...common.blackouts, ...(window?.blackouts ?? [])],
  };
}

/** The limits that hold for a task: of each, the tighter one. */
export const limitsOf = ({ limits }: Pick<Task, "limits">, common: RiskLimits): RiskLimits =>
  limits === undefined ? common : withTightest(common, limits);

/** How long after a slot its run may still begin and its orders leave. */
export const graceMsOf = (window: Pick<TradingWindow, "graceMinutes">): number => window.graceMinutes * minuteMs;

export const isExpired = ({ expiresAt }: Pick<Task, "expiresAt">, at: Instant): boolean =>
  expiresAt !== undefined && expiresAt <= at;

function definedFields<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
