// The one list of problem codes: the status and meaning of each, and what to do about it. docs/errors.md is made from it; a code never changes its meaning.

export type Meaning = {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
  /** How long to wait before the same request again, where that may help. */
  readonly retryAfterSeconds?: number;
};

export const problemCodes = {
  // The request itself.
  BAD_PARAMETER: {
    status: 400,
    title: "A parameter or header is wrong",
    remedy:
      "Mend what `faults` names. Parameters that the operation does not know are refused, and so is one given twice.",
  },
  BAD_CURSOR: {
    status: 400,
    title: "The cursor is of no page",
    remedy: "Send the cursor of the page before, unchanged, or none for the first page.",
  },
  BAD_BODY: {
    status: 400,
    title: "The body is wrong",
    remedy: "Mend what `faults` names. A body is UTF-8 JSON at most 24 levels deep, without control characters.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: "The path has no such method",
    remedy: "Use one of those that the header `Allow` names.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: "The body is too large",
    remedy: "Send less: the answer says how much an operation takes.",
  },
  UNSUPPORTED_CONTENT_TYPE: {
    status: 415,
    title: "The body is of another content type",
    remedy: "Send application/json in UTF-8 and unpacked; PATCH also takes application/merge-patch+json.",
  },
  IF_MATCH_REQUIRED: {
    status: 428,
    title: "The header If-Match is missing",
    remedy: "Read what is there first and send its ETag as If-Match, so that nobody's change is overwritten unseen.",
  },
  // Tasks.
  TASK_NOT_FOUND: {
    status: 404,
    title: "There is no such task",
    remedy: "Look at GET /api/tasks. A deleted task is still there with `?version=`.",
  },
  VERSION_NOT_FOUND: {
    status: 404,
    title: "There is no such version",
    remedy: "Versions count from 1 up to the one that GET answers without `?version=`.",
  },
  TASK_EXISTS: {
    status: 409,
    title: "There is a task with this id",
    remedy: "Change that one with PUT or PATCH, or choose another id. The id of a deleted task is never used again.",
  },
  INVALID_TASK: { status: 400, title: "The task has faults", remedy: "Mend what `faults` names; nothing was saved." },
  INVALID_PATCH: {
    status: 400,
    title: "The patch cannot be applied",
    remedy: "Send a JSON object with the fields to change; null takes a field away. The id stays.",
  },
  VERSION_CONFLICT: {
    status: 412,
    title: "Somebody changed it meanwhile",
    remedy: "Read it again, make the change on what is there now, and send the new ETag as If-Match.",
  },
  TASK_DISABLED: {
    status: 409,
    title: "The task is disabled",
    remedy: "Enable it first: POST /api/tasks/{id}/enable.",
  },
  RUN_UNDER_WAY: {
    status: 409,
    title: "A run of the task is under way",
    remedy: "Wait for its end: GET /api/scheduler/executions with the task's id and `status=running`.",
  },
  WRONG_MODE: {
    status: 409,
    title: "The task is of another mode than the app",
    remedy: "A paper task never trades live, nor a live one on paper: set the task's mode, or ask the other app.",
  },
  AUTOMATION_STOPPED: {
    status: 409,
    title: "The automation is stopped",
    remedy: "Start it first: POST /api/scheduler/start. A dry run works all the same.",
  },
  TRADING_HALTED: {
    status: 409,
    title: "Trading is halted",
    remedy:
      "Find out why (GET /api/scheduler) and resume it: POST /api/scheduler/resume. A dry run works all the same.",
  },
  STRATEGY_NOT_FOUND: {
    status: 404,
    title: "There is no such strategy",
    remedy: "Look at GET /api/strategies; names are in camel case.",
  },
  // Settings and the whole configuration.
  UNKNOWN_SECTION: {
    status: 404,
    title: "There is no such section of the settings",
    remedy: "The sections are trading_window, risk_limits, notifications, monitor and universes.",
  },
  INVALID_SETTINGS: {
    status: 400,
    title: "The settings have faults",
    remedy: "Mend what `faults` names; nothing was saved.",
  },
  INVALID_CONFIG: {
    status: 400,
    title: "The configuration has faults",
    remedy: "Mend what `faults` names; nothing was imported.",
  },
  CONFIG_CHANGED: {
    status: 412,
    title: "The configuration changed since it was compared",
    remedy: "Compare again with POST /api/config/diff, look at the differences, and import with the new digest.",
  },
  CHANGE_NOT_FOUND: {
    status: 404,
    title: "There is no such change",
    remedy: "GET /api/settings/changes lists what waits. A change that was confirmed or is void is gone.",
  },
  CHANGE_VOID: {
    status: 409,
    title: "The settings changed meanwhile",
    remedy: "What was proposed no longer fits what is there. Propose it again.",
  },
  SECOND_PERSON_NEEDED: {
    status: 403,
    title: "A second person is needed",
    remedy: "On a live account, somebody else has to confirm what loosens a limit, known by Entra or by a named key.",
  },
  // The switches.
  NAME_AND_REASON_NEEDED: {
    status: 403,
    title: "A name and a reason are needed",
    remedy: "A breaker switched trading off. Send who you are and why it may go on.",
  },
  BAD_SCOPE: {
    status: 400,
    title: "This cannot be done to this part",
    remedy:
      "Name a task, a symbol that a task trades, or a strategy. Tasks can be started, stopped and halted; symbols and strategies halted, reduced and resumed.",
  },
  BAD_SCHEDULE: {
    status: 400,
    title: "It cannot wait for this time",
    remedy: "Only start and stop can wait, for an instant that is still to come or for `close`.",
  },
  // Executions.
  EXECUTION_NOT_FOUND: {
    status: 404,
    title: "There is no such execution",
    remedy: "Look at GET /api/scheduler/executions. Old ones are purged; an id is the task's with its slot.",
  },
  ORDER_NOT_FOUND: {
    status: 404,
    title: "The execution knows no such order",
    remedy:
      "Read the execution: a denied order has the id that it would have been sent with. A symbol of its task will do.",
  },
  ORDER_NOT_IN_DOUBT: {
    status: 404,
    title: "There is no such order in doubt",
    remedy: "Read the execution: an order in doubt is an outcome of kind `unknown`.",
  },
  // Notifications.
  NOTIFICATION_NOT_FOUND: {
    status: 404,
    title: "There is no such notification",
    remedy: "Look at GET /api/notifications. Old ones are purged with the history.",
  },
  CHANNEL_NOT_CONFIGURED: {
    status: 409,
    title: "The channel is not configured",
    remedy: "Set the channel's app settings (docs/notifications.md), or name another channel.",
  },
  // Temporary: the answer says when to try again.
  STORE_UNAVAILABLE: {
    status: 503,
    title: "The tables are out of reach",
    remedy: "Try again after `Retry-After` seconds.",
    retryAfterSeconds: 15,
  },
  QUEUE_UNAVAILABLE: {
    status: 503,
    title: "The queue is out of reach",
    remedy: "Try again after `Retry-After` seconds; the same request again does no harm.",
    retryAfterSeconds: 15,
  },
  BROKER_UNAVAILABLE: {
    status: 503,
    title: "The broker is out of reach or busy",
    remedy: "Try again after `Retry-After` seconds.",
    retryAfterSeconds: 30,
  },
  // For whoever runs the app.
  MISCONFIGURED: {
    status: 503,
    title: "The app settings have faults",
    remedy: "Mend what `faults` names and restart the app. Nothing trades until then.",
  },
  BROKER_UNAUTHORIZED: {
    status: 503,
    title: "The broker refuses the key",
    remedy: "Look at ALPACA_KEY_ID and ALPACA_SECRET_KEY and at the account they belong to.",
  },
  WRONG_ACCOUNT: {
    status: 503,
    title: "Another account answers than the expected one",
    remedy: "Look at ALPACA_ACCOUNT_ID and at the account that the key belongs to.",
  },
  UNREADABLE_ROW: {
    status: 500,
    title: "A stored row cannot be read",
    remedy:
      "The log names the row under the answer's `requestId`. Restore it, or update the app if a newer one wrote it.",
  },
  PAYLOAD_TOO_LARGE: {
    status: 500,
    title: "It does not fit a table row",
    remedy: "Split it: shorter lists of symbols, for example.",
  },
  INTERNAL: {
    status: 500,
    title: "Something unexpected went wrong",
    remedy: "The log has the details under the answer's `requestId`.",
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export type ProblemCode = keyof typeof problemCodes;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemCodes, code);
