// An example of every body that is sent, by operation, and of every answer, by schema. Tests hold them against the document.
import { riskLimitsSchema } from "../../core/model/limits.ts";
import { taskSchema } from "../../core/model/task.ts";
import type { AnswerName } from "./answers.ts";

const at = "2026-06-15T13:35:00.000Z";
const reason = "maintenance of the broker's data centre";
const who = { reason, actor: "ann@example.com" };
const principal = { kind: "key", name: "ops" };

const taskSent = {
  id: "demo-trend",
  name: "Moving-average trend, large caps",
  schedule: [{ cron: "*/5 10-15 * * 1-5", zone: "America/New_York" }, { at: "close-10m" }],
  symbols: ["QQQ", "SPY"],
  strategies: [{ name: "movingAverageCross", params: { fast: 10, slow: 30 } }],
  sizing: { method: "percentOfEquity", equityFraction: 0.8 },
  limits: { maxOrderNotionalUsd: 20000 },
};
const taskFilled = taskSchema.parse(taskSent);
const task = {
  ...taskFilled,
  version: 3,
  createdAt: "2026-06-01T12:00:00.000Z",
  changedAt: at,
  changedBy: principal,
  reason: "smaller orders",
  source: "PATCH /api/tasks/demo-trend",
  deleted: false,
};

const strategy = {
  name: "movingAverageCross",
  title: "Moving-average cross",
  doc: "Holds each symbol whose fast simple moving average of daily closes is above its slow one.",
  params: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      fast: { type: "integer", minimum: 1, maximum: 500, default: 10 },
      slow: { type: "integer", minimum: 2, maximum: 500, default: 30 },
    },
    additionalProperties: false,
  },
  defaults: { fast: 10, slow: 30 },
  example: { fast: 10, slow: 30 },
  needs: { timeframe: "1Day", bars: 30 },
};

const windowSent = {
  zone: "America/New_York",
  weekdays: [1, 2, 3, 4, 5],
  ranges: [{ start: "09:30", end: "16:00" }],
  openBufferMinutes: 5,
  closeBufferMinutes: 5,
};
const windowFilled = {
  ...windowSent,
  holidays: [],
  earlyCloses: [],
  blackouts: [],
  extendedHours: false,
  graceMinutes: 5,
};
const limits = riskLimitsSchema.parse({
  maxOrderNotionalUsd: 25000,
  minOrderNotionalUsd: 100,
  maxPositionFraction: 0.3,
  maxGrossFraction: 0.95,
  breakers: { dailyLoss: { fraction: 0.03, action: "halt" } },
});
const section = {
  name: "risk_limits",
  value: limits,
  version: 2,
  changedAt: at,
  changedBy: principal,
  reason: "a calmer month",
  source: "PUT /api/settings/risk_limits",
};
const difference = { path: "maxOrderNotionalUsd", from: 25000, to: 30000, loosens: true };
const pending = {
  id: "risk_limits-2-1f0c9a",
  section: "risk_limits",
  replaces: 2,
  value: { ...limits, maxOrderNotionalUsd: 30000 },
  proposedAt: at,
  proposedBy: principal,
  reason: "larger account",
};

const configSent = {
  automation: { trading_window: windowSent, risk_limits: limits },
  tasks: [taskSent],
};
const configFilled = {
  automation: {
    trading_window: windowFilled,
    risk_limits: limits,
    notifications: { minSeverity: "info", runs: "all", routes: [], repeatMinutes: 60, budgetPerDay: 200 },
    monitor: {
      unknownGraceMinutes: 5,
      unknownAlertMinutes: 10,
      driftPolicy: "adopt",
      cancelOnHalt: false,
      intradayBars: false,
      historyRetentionDays: 400,
    },
    universes: {},
  },
  tasks: [taskFilled],
};
const digest = "19e3c037288d1bf4990e5b6e005cc285d6651cbdbb68d5e68184f0b684c2daeb";
const configDifferences = [{ kind: "changed", what: "risk_limits", differences: [difference] }];

/** By operation. */
export const requestExamples: Readonly<Record<string, unknown>> = {
  createTask: taskSent,
  replaceTask: taskSent,
  patchTask: { enabled: false, limits: null },
  deleteTask: who,
  enableTask: who,
  disableTask: who,
  runTask: { ...who, dryRun: true },
  whatIf: {
    limits: { maxOrderNotionalUsd: 10000, maxOpenPositions: null, symbols: { QQQ: { maxOrderQty: 5 } } },
    days: 7,
  },
  startScheduler: { ...who, at: "2026-06-15T18:00:00Z" },
  stopScheduler: { ...who, at: "close" },
  restartScheduler: who,
  haltScheduler: { ...who, scope: { kind: "symbol", id: "QQQ" } },
  reduceScheduler: { ...who, scope: { kind: "task", id: "demo-trend" } },
  resumeScheduler: who,
  tickScheduler: who,
  resolveOrder: { reason: "the broker's own page does not show it", actor: "ann@example.com" },
  putSettings: limits,
  confirmSettingsChange: { reason: "looked at it together", actor: "bob@example.com" },
  diffConfig: configSent,
  importConfig: configSent,
  acknowledgeNotification: { reason: "looking at it", actor: "ann@example.com" },
  testNotifications: { reason: "a new address", actor: "ann@example.com" },
};

const controlState = {
  automation: "started",
  tradingState: "running",
  reason: "first start",
  actor: "seed",
  changedAt: "2026-06-01T12:00:00.000Z",
  restrictions: [
    {
      scope: { kind: "symbol", id: "QQQ" },
      automation: "started",
      tradingState: "halted",
      reason,
      actor: "key ops",
      changedAt: at,
    },
  ],
  scheduled: [{ action: "stop", at: "2026-06-15T20:00:00.000Z", scope: { kind: "account" }, reason, actor: "key ops" }],
};
const window = {
  open: true,
  until: "2026-06-15T20:00:00.000Z",
  session: {
    day: "2026-06-15",
    openAt: "2026-06-15T13:30:00.000Z",
    closeAt: "2026-06-15T20:00:00.000Z",
    early: false,
  },
  extended: false,
};
const event = {
  at,
  action: "stop",
  scope: { kind: "account" },
  principal,
  reason,
  source: "POST /api/scheduler/stop",
  previous: { automation: "started", tradingState: "running" },
  next: { automation: "stopped", tradingState: "running" },
};

const executionId = "demo-trend@20260615T133500Z";
const notification = {
  id: `run.${executionId}.failed`,
  at,
  notification: {
    schemaVersion: 1,
    id: `run.${executionId}.failed`,
    severity: "error",
    title: "Moving-average trend, large caps: failed",
    text: "Moving-average trend, large caps, 2026-06-15 13:35 UTC: failed BROKER_UNAUTHORIZED (the broker refuses the key)",
    at,
    taskId: "demo-trend",
    executionId,
    kind: "run",
    fingerprint: "run.demo-trend/failed.BROKER_UNAUTHORIZED",
    resolves: false,
    facts: [{ name: "Task", value: "demo-trend" }],
    ordersPlanned: 0,
    attempt: 1,
  },
  outcome: "told",
  reason: "",
  deliveries: [{ channel: "slack", state: "sent", attempts: 1, at }],
  acknowledged: { at: "2026-06-15T13:41:00.000Z", by: principal, reason: "looking at it" },
};
const clientOrderId = `tw.${executionId}.movingAverageCross.SPY.buy.1`;
const run = {
  executionId,
  taskId: "demo-trend",
  taskName: "Moving-average trend, large caps",
  slot: at,
  status: "succeeded",
  code: "",
  reason: "",
  startedAt: "2026-06-15T13:35:00.210Z",
  endedAt: "2026-06-15T13:35:01.480Z",
  ordersPlanned: 1,
  ordersAccepted: 1,
  ordersFilled: 1,
  denials: 0,
};
const summary = { ...run, symbols: ["SPY"] };
const intent = {
  strategy: "movingAverageCross",
  symbol: "SPY",
  side: "buy",
  qty: "120",
  referencePrice: "600.25",
  notional: "72030",
  sizing: "weight 1 of 0.8 of equity 100000 = 80000 USD; at 600.25 that is 133; 13 held and 0 on its way: buy 120",
  attribution: [{ strategy: "movingAverageCross", weight: 1 }],
};
const sizing = {
  symbol: "SPY",
  method: "percentOfEquity",
  equity: "100000",
  weight: 1,
  value: "80000",
  price: "600.25",
  costPrice: "600.25",
  decimals: 0,
  wanted: "133",
  held: "13",
  onItsWay: "0",
  available: "13",
  missing: "120",
  band: "1000",
  side: "buy",
  qty: "120",
};
const verdict = {
  intent,
  decision: "reduced",
  qty: "33",
  code: "MAX_ORDER_NOTIONAL",
  message: "the order is above 20000 USD",
  figures: [{ rule: "maxOrderNotional", limit: "20000", figure: "72030", headroom: "20000" }],
  stage: 1,
};
const signal = {
  strategy: "movingAverageCross",
  symbol: "SPY",
  targetWeight: 1,
  strength: 1,
  reasons: { fast: 599.1, slow: 590.4 },
};
const ticket = {
  clientOrderId,
  stage: 1,
  strategy: "movingAverageCross",
  symbol: "SPY",
  side: "buy",
  qty: "33",
  type: "market",
  timeInForce: "day",
  referencePrice: "600.25",
};
const outcome = {
  kind: "accepted",
  ticket,
  order: {
    brokerOrderId: "50ca8b5c-e62a-4444-bcdf-263a63d426da",
    clientOrderId,
    symbol: "SPY",
    side: "buy",
    qty: "33",
    filledQty: "33",
    filledAvgPrice: "600.3",
    limitPrice: null,
    stopPrice: null,
    status: "filled",
    submittedAt: "2026-06-15T13:35:01.300Z",
  },
};
const riskBefore = { equity: "100000", gross: "7803.25", reservedBuyingPower: "0", positions: 1, openOrders: 0 };
const riskAfter = {
  equity: "100000",
  gross: "27611.5",
  reservedBuyingPower: "19808.25",
  positions: 1,
  openOrders: 1,
};
const plan = {
  schemaVersion: 1,
  runId: executionId,
  asOf: at,
  inputsDigest: digest,
  signals: [signal],
  strategyFailures: [],
  conflicts: [],
  untraded: [{ symbol: "TLT", reason: "nothing is missing: weight 0; 0 held and 0 on its way: buy 0" }],
  sizings: [sizing],
  intents: [intent],
  verdicts: [verdict],
  cancels: [],
  tickets: [ticket],
  riskBefore,
  riskAfter,
  excluded: [{ symbol: "QQQ", code: "NO_PRICE", detail: "no trade today" }],
};
const execution = {
  ...run,
  schemaVersion: 1,
  account: "main",
  mode: "paper",
  attempt: 1,
  asOf: at,
  inputsDigest: digest,
  excluded: plan.excluded,
  signals: [signal],
  strategyFailures: [],
  conflicts: [],
  untraded: [{ symbol: "TLT", reason: "nothing is missing: weight 0; 0 held and 0 on its way: buy 0" }],
  verdicts: [verdict],
  outcomes: [outcome],
  events: [{ at, clientOrderId, state: "filled", detail: "33 filled at 600.3" }],
  fills: [
    {
      id: "20260615093501300::4839ece3",
      brokerOrderId: outcome.order.brokerOrderId,
      symbol: "SPY",
      side: "buy",
      qty: "33",
      price: "600.3",
      at: "2026-06-15T13:35:01.300Z",
    },
  ],
  riskBefore,
  riskAfter,
  equityBefore: "100000",
  equityAfter: "99998.35",
  timingsMs: { tickToEnqueued: 110, enqueuedToStarted: 100, startedToLastOrder: 1090, total: 1480 },
};
const quote = { symbol: "SPY", price: "600.27", at: "2026-06-15T13:35:01.020Z", bid: "600.25", ask: "600.29" };
const receipt = {
  schemaVersion: 1,
  executionId,
  taskId: run.taskId,
  taskName: run.taskName,
  slot: at,
  asOf: at,
  account: "main",
  mode: "paper",
  symbol: "SPY",
  clientOrderId,
  skip: null,
  data: {
    inputsDigest: digest,
    feed: "iex",
    adjustment: "split",
    bars: [
      {
        timeframe: "1Day",
        count: 30,
        firstAt: "2026-05-01T04:00:00.000Z",
        lastAt: "2026-06-12T04:00:00.000Z",
        digest,
      },
    ],
    otherBars: [],
    latest: { ...quote, price: "600.25" },
    asset: { symbol: "SPY", tradable: true, fractionable: true, shortable: true },
    excluded: null,
  },
  signals: [signal],
  strategyFailures: [],
  conflict: null,
  attributed: { movingAverageCross: "12" },
  sizing,
  untraded: null,
  verdict,
  ticket,
  gateQuote: quote,
  outcome: { ...outcome, gateQuote: quote },
  events: execution.events,
  fills: execution.fills,
};
const queued = { executionId, slot: at, queued: true };

export const answerExamples: Readonly<Record<AnswerName, unknown>> = {
  Task: task,
  SavedTask: { ...task, warnings: ["The broker could not be asked: the symbols QQQ and SPY are unchecked."] },
  TaskPage: { items: [task], next: "demo-trend" },
  Strategy: strategy,
  Strategies: { items: [strategy] },
  Occurrences: {
    enabled: true,
    items: [
      {
        slot: at,
        local: "2026-06-15T09:35:00-04:00",
        zone: "America/New_York",
        verdict: { open: true, until: window.until },
      },
      {
        slot: "2026-06-19T13:35:00.000Z",
        local: "2026-06-19T09:35:00-04:00",
        zone: "America/New_York",
        verdict: { open: false, code: "HOLIDAY", reason: "2026-06-19 is Juneteenth" },
      },
    ],
  },
  QueuedRun: queued,
  RunOrPlan: plan,
  WhatIfPage: {
    taskId: "demo-trend",
    from: "2026-06-08T13:40:00.000Z",
    items: [
      {
        executionId,
        slot: at,
        status: "succeeded",
        orders: [
          {
            clientOrderId,
            strategy: "movingAverageCross",
            symbol: "SPY",
            side: "buy",
            referencePrice: "600.25",
            wanted: "120",
            change: "otherQty",
            before: {
              decision: "reduced",
              qty: "33",
              code: "MAX_ORDER_NOTIONAL",
              message: verdict.message,
              figure: verdict.figures[0],
            },
            now: {
              decision: "reduced",
              qty: "16",
              code: "MAX_ORDER_NOTIONAL",
              message: "the order is above 10000 USD",
              figure: { rule: "maxOrderNotional", limit: "10000", figure: "72030", headroom: "10000" },
            },
          },
        ],
      },
    ],
    leftOut: [
      {
        executionId: "demo-trend@20260615T133000Z",
        slot: "2026-06-15T13:30:00.000Z",
        status: "blocked",
        code: "NO_INPUTS",
        reason: "it read nothing (STOPPED: the automation was stopped by ops: maintenance)",
      },
    ],
    totals: { judged: 41, nowDenied: 0, nowSent: 0, otherQty: 1 },
    cursor: "ODIxODUzODI5OTk5OV8",
  },
  SchedulerStatus: {
    ...controlState,
    at,
    mode: "paper",
    window,
    nextWindow: { openAt: "2026-06-16T13:30:00.000Z", until: "2026-06-16T20:00:00.000Z" },
    lastExecution: summary,
    nextExecution: {
      taskId: "demo-trend",
      slot: "2026-06-15T13:40:00.000Z",
      windowOpen: true,
      code: "",
      reason: "runs when its time comes",
    },
    heartbeat: { at, ageSeconds: 12.4 },
    queueDepth: 0,
    moreQueued: false,
    deadLettersToday: 0,
    unknownOrders: 0,
    drifts: [],
    attributed: { SPY: { movingAverageCross: "12" } },
    today: {
      day: "2026-06-15",
      runs: 1,
      ordersPlanned: 1,
      ordersAccepted: 1,
      ordersFilled: 1,
      denials: 0,
      truncated: false,
      profitLoss: { usd: "-120.5", fractionOfDayStart: -0.001205, dailyLossLimit: 0.03 },
      drawdown: { fraction: 0.012 },
    },
    versions: {
      app: "1.0.0",
      schema: 1,
      settings: { trading_window: 1, risk_limits: 2, notifications: 1, monitor: 1, universes: 1 },
      settingsHash: "7f6fa9253f7d0372",
    },
  },
  ControlState: controlState,
  TickReport: {
    at,
    source: "http",
    window,
    slots: [{ taskId: "demo-trend", slot: at, outcome: "enqueued", reason: "" }],
  },
  ControlEvent: event,
  ControlEventPage: { items: [event], cursor: "event_2026" },
  Slots: {
    items: [
      { taskId: "demo-trend", slot: at, executionId, state: "ran", code: "", reason: "" },
      {
        taskId: "demo-trend",
        slot: "2026-06-15T13:40:00.000Z",
        executionId: "demo-trend@20260615T134000Z",
        state: "expected",
        code: "",
        reason: "",
      },
    ],
    truncated: false,
  },
  AuditReport: {
    from: "2026-06-15",
    to: "2026-06-15",
    accounts: [
      {
        account: "main",
        links: 212,
        days: 1,
        purged: 0,
        last: { day: "2026-06-15", seq: 13, hash: digest },
        broken: { day: "2026-06-15", seq: 14, kind: "execution", key: executionId, why: "the row says something else" },
      },
    ],
    intact: false,
  },
  RunSummary: summary,
  ExecutionPage: { items: [summary], cursor: "2026-06_79739384866499" },
  Execution: execution,
  OrderOutcome: outcome,
  OrderReceipt: receipt,
  Section: section,
  SettingsChange: { outcome: "waiting", section, differences: [difference], change: pending, warnings: [] },
  PendingChanges: { items: [pending] },
  ExportedConfig: { config: configFilled, digest },
  ConfigDifferences: { differences: configDifferences, digest },
  ImportedConfig: { differences: configDifferences, warnings: [] },
  Notification: notification,
  NotificationPage: { items: [notification], cursor: `list_8218455899999_${notification.id}` },
  ChannelTests: {
    items: [
      { channel: "slack", result: "sent", detail: "" },
      { channel: "email", result: "later", detail: "the mail server at smtp.example.com:587 failed (ETIMEDOUT)" },
    ],
  },
  Health: { status: "alive" },
  Preflight: {
    at,
    day: "2026-06-15",
    mode: "paper",
    go: false,
    items: [
      { name: "automation", light: "red", detail: `stopped by ann: ${reason}`, remedy: "Start it." },
      { name: "window", light: "green", detail: "open 2026-06-15T13:35:00.000Z to 2026-06-15T20:00:00.000Z" },
    ],
  },
  Liveness: { alive: true, heartbeat: { at, ageSeconds: 12.4 } },
  Readiness: {
    at,
    ready: true,
    mode: "paper",
    version: "1.0.0",
    settingsHash: digest,
    heartbeat: { at, ageSeconds: 12.4 },
    checks: [{ name: "broker.account", ok: true, detail: "paper account …77aa", latencyMs: 41 }],
  },
  AnyObject: { openapi: "3.1.0" },
};
