// What runs look like in answers: summaries, records, plans and their parts, as core/model/run.ts and core/model/order.ts have them.
import { z } from "zod";
import { instant } from "../../core/model/parse.ts";

export const usd = z.string().regex(/^-?\d+(\.\d+)?$/);
const price = usd;
const qty = usd;
const side = z.enum(["buy", "sell"]);
const mode = z.enum(["paper", "live"]);

const exits = z.strictObject({ takeProfit: price.exactOptional(), stopLoss: price.exactOptional() });

const ticket = z.strictObject({
  clientOrderId: z.string(),
  stage: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  strategy: z.string(),
  symbol: z.string(),
  side,
  qty,
  type: z.enum(["market", "limit", "exit"]),
  timeInForce: z.enum(["day", "gtc", "opg", "cls"]),
  referencePrice: price,
  limitPrice: price.exactOptional(),
  exits: exits.exactOptional(),
});

const brokerOrderFields = {
  brokerOrderId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string(),
  side,
  qty: qty.nullable(),
  filledQty: qty,
  filledAvgPrice: price.nullable(),
  limitPrice: price.nullable(),
  stopPrice: price.nullable(),
  /** The broker's own word. */
  status: z.string(),
  submittedAt: instant,
  /** For a leg: the client id of the order that it is attached to. */
  exitOf: z.string().exactOptional(),
};
const brokerOrder = z.strictObject({
  ...brokerOrderFields,
  legs: z.array(z.strictObject(brokerOrderFields)).exactOptional(),
});

const latestPrice = z.strictObject({
  symbol: z.string(),
  price,
  at: instant,
  bid: price.exactOptional(),
  ask: price.exactOptional(),
  previousClose: z.strictObject({ day: z.string(), price }).exactOptional(),
});
/** The newest trade that the gate saw, where it looked at one. */
const common = { ticket, gateQuote: latestPrice.exactOptional() };
export const outcome = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("accepted"), ...common, order: brokerOrder }),
  z.strictObject({ kind: z.literal("rejected"), ...common, code: z.string(), message: z.string() }),
  z.strictObject({ kind: z.literal("withheld"), ...common, code: z.string(), message: z.string() }),
  z.strictObject({ kind: z.literal("unknown"), ...common, message: z.string(), since: instant }),
  z.strictObject({ kind: z.literal("notPlaced"), ...common, message: z.string(), actor: z.string() }),
]);

const signal = z.strictObject({
  strategy: z.string(),
  symbol: z.string(),
  targetWeight: z.number(),
  strength: z.number(),
  stopFraction: z.number().exactOptional(),
  targetFraction: z.number().exactOptional(),
  horizonBars: z.number().exactOptional(),
  reasons: z.record(z.string(), z.union([z.number(), z.string()])),
});

const attribution = z.strictObject({ strategy: z.string(), weight: z.number() });
const intent = z.strictObject({
  strategy: z.string(),
  symbol: z.string(),
  side,
  qty,
  referencePrice: price,
  notional: usd,
  sizing: z.string(),
  attribution: z.array(attribution),
  keeps: z.array(z.string()).exactOptional(),
  stopFraction: z.number().exactOptional(),
  targetFraction: z.number().exactOptional(),
});

const ruleFigure = z.strictObject({ rule: z.string(), limit: z.string(), figure: z.string(), headroom: z.string() });
const verdict = z.strictObject({
  intent,
  decision: z.enum(["approved", "reduced", "denied"]),
  qty,
  code: z.string().exactOptional(),
  message: z.string().exactOptional(),
  figures: z.array(ruleFigure),
  stage: z.union([z.literal(1), z.literal(2)]),
});

const riskSnapshot = z.strictObject({
  equity: usd,
  gross: usd,
  reservedBuyingPower: usd,
  positions: z.int(),
  openOrders: z.int(),
});
const strategyFailure = z.strictObject({ strategy: z.string(), message: z.string() });
/** Strategies that wish for different directions, and what was made of it; without a target the position is left as it is. */
const conflict = z.strictObject({
  symbol: z.string(),
  rule: z.string(),
  wishes: z.array(attribution),
  target: z.number().optional(),
});
/** Why a symbol that the strategies speak on got no order. */
const untraded = z.strictObject({ symbol: z.string(), reason: z.string() });
const exclusion = z.strictObject({ symbol: z.string(), code: z.string(), detail: z.string() });
const skip = z.strictObject({ code: z.string(), reason: z.string(), figure: ruleFigure.exactOptional() });
/** The arithmetic of one size: `wanted` is `value` by `costPrice`, rounded down to `decimals`; `missing` is it less `held` and `onItsWay`. */
const sizingSteps = z.strictObject({
  symbol: z.string(),
  method: z.string(),
  equity: usd,
  weight: z.number(),
  value: usd,
  price,
  costPrice: price,
  decimals: z.int(),
  wanted: qty,
  held: qty,
  onItsWay: qty,
  available: qty,
  ofOthers: qty.exactOptional(),
  missing: qty,
  band: usd,
  cashRoom: usd.exactOptional(),
  side,
  qty,
});

const summaryFields = {
  executionId: z.string(),
  taskId: z.string(),
  taskName: z.string(),
  slot: instant,
  status: z.enum(["running", "succeeded", "partial", "skipped", "missed", "blocked", "failed"]),
  /** Why it skipped, was blocked, missed or failed; empty when it ran as planned. */
  code: z.string(),
  reason: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  ordersPlanned: z.int(),
  ordersAccepted: z.int(),
  ordersFilled: z.int(),
  denials: z.int(),
};
export const runSummary = z.strictObject({ ...summaryFields, symbols: z.array(z.string()) });

const fill = z.strictObject({
  id: z.string(),
  brokerOrderId: z.string(),
  symbol: z.string(),
  side,
  qty,
  price,
  at: instant,
});
const orderEvent = z.strictObject({ at: instant, clientOrderId: z.string(), state: z.string(), detail: z.string() });
const timings = z.strictObject({
  tickToEnqueued: z.number(),
  enqueuedToStarted: z.number(),
  startedToLastOrder: z.number(),
  total: z.number(),
});

export const executionRecord = z.strictObject({
  ...summaryFields,
  schemaVersion: z.literal(1),
  account: z.string(),
  mode,
  attempt: z.int(),
  resumed: z.literal(true).exactOptional().describe("A second delivery took the run up."),
  asOf: instant.nullable(),
  inputsDigest: z.string(),
  excluded: z.array(exclusion),
  signals: z.array(signal),
  strategyFailures: z.array(strategyFailure),
  conflicts: z.array(conflict),
  untraded: z.array(untraded),
  verdicts: z.array(verdict),
  outcomes: z.array(outcome),
  events: z.array(orderEvent),
  fills: z.array(fill),
  riskBefore: riskSnapshot.nullable(),
  riskAfter: riskSnapshot.nullable(),
  equityBefore: usd.nullable(),
  equityAfter: usd.nullable(),
  timingsMs: timings.nullable(),
});

export const dryRun = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  asOf: instant,
  inputsDigest: z.string(),
  skip: skip.exactOptional(),
  signals: z.array(signal),
  strategyFailures: z.array(strategyFailure),
  conflicts: z.array(conflict),
  untraded: z.array(untraded),
  sizings: z.array(sizingSteps),
  intents: z.array(intent),
  verdicts: z.array(verdict),
  cancels: z.array(z.strictObject({ brokerOrderId: z.string(), symbol: z.string() })),
  tickets: z.array(ticket),
  riskBefore: riskSnapshot,
  riskAfter: riskSnapshot,
  excluded: z.array(exclusion),
});

const barsUsed = z.strictObject({
  timeframe: z.string(),
  count: z.int(),
  firstAt: instant.nullable(),
  lastAt: instant.nullable(),
  digest: z.string(),
});

export const orderReceipt = z.strictObject({
  schemaVersion: z.literal(1),
  executionId: z.string(),
  taskId: z.string(),
  taskName: z.string(),
  slot: instant,
  asOf: instant,
  account: z.string(),
  mode,
  symbol: z.string(),
  /** Null where no order was wanted. */
  clientOrderId: z.string().nullable(),
  /** Why the whole run sent nothing. */
  skip: skip.nullable(),
  data: z.strictObject({
    /** SHA-256 of everything that the run read. */
    inputsDigest: z.string(),
    feed: z.string(),
    adjustment: z.string(),
    bars: z.array(barsUsed),
    /** Of other symbols, where a strategy decides on several by the bars of all of them. */
    otherBars: z.array(barsUsed.extend({ symbol: z.string() })),
    latest: latestPrice.nullable(),
    asset: z
      .strictObject({ symbol: z.string(), tradable: z.boolean(), fractionable: z.boolean(), shortable: z.boolean() })
      .nullable(),
    excluded: exclusion.omit({ symbol: true }).nullable(),
  }),
  signals: z.array(signal),
  strategyFailures: z.array(strategyFailure),
  conflict: conflict.nullable(),
  /** Shares held at the decision, by strategy; null where the run did not know. */
  attributed: z.record(z.string(), qty).nullable(),
  /** Null too in runs of versions that did not keep it: the intent of the verdict has it in words. */
  sizing: sizingSteps.nullable(),
  untraded: z.string().nullable(),
  verdict: verdict.nullable(),
  ticket: ticket.nullable(),
  gateQuote: latestPrice.nullable(),
  outcome: outcome.nullable(),
  events: z.array(orderEvent),
  fills: z.array(fill),
});

/** Of the rule that bit hardest where one did. */
const decided = z.strictObject({
  decision: z.enum(["approved", "reduced", "denied"]),
  qty,
  code: z.string().exactOptional(),
  message: z.string().exactOptional(),
  figure: ruleFigure.exactOptional(),
});
const runId = { executionId: z.string(), slot: instant, status: runSummary.shape.status };
export const whatIfPage = z.strictObject({
  taskId: z.string(),
  /** No run with an earlier slot is looked at. */
  from: instant,
  items: z.array(
    z.strictObject({
      ...runId,
      orders: z.array(
        z.strictObject({
          clientOrderId: z.string(),
          strategy: z.string(),
          symbol: z.string(),
          side,
          referencePrice: price,
          /** What sizing wanted. */
          wanted: qty,
          change: z.enum(["nowDenied", "nowSent", "otherQty"]),
          before: decided,
          now: decided,
        }),
      ),
    }),
  ),
  /** Runs that could not be judged anew: they read nothing, it cannot be read back, or today's rules decide otherwise anyway. */
  leftOut: z.array(
    z.strictObject({ ...runId, code: z.enum(["NO_INPUTS", "UNREADABLE_ROW", "OTHER_RULES"]), reason: z.string() }),
  ),
  /** Of this page. */
  totals: z.strictObject({ judged: z.int(), nowDenied: z.int(), nowSent: z.int(), otherQty: z.int() }),
  cursor: z.string().exactOptional(),
});

export const queuedRun = z.strictObject({
  executionId: z.string(),
  slot: instant,
  /** False: the run of this minute was there already. */
  queued: z.boolean(),
});
