// The receipt of one order as a page to read: from the data it was decided on to what became of it.
import { z } from "zod";
import { type Column, type Field, fields, type Paint, plain, table, when } from "./output.ts";

const quote = z.looseObject({
  price: z.string(),
  at: z.string(),
  bid: z.string().optional(),
  ask: z.string().optional(),
});
const figure = z.looseObject({ rule: z.string(), limit: z.string(), figure: z.string(), headroom: z.string() });
const bars = z.looseObject({
  timeframe: z.string(),
  count: z.number(),
  firstAt: z.string().nullable(),
  lastAt: z.string().nullable(),
  digest: z.string(),
});
const signal = z.looseObject({
  strategy: z.string(),
  targetWeight: z.number(),
  reasons: z.record(z.string(), z.union([z.number(), z.string()])),
});
const sizing = z.looseObject({
  method: z.string(),
  equity: z.string(),
  weight: z.number(),
  value: z.string(),
  price: z.string(),
  costPrice: z.string(),
  decimals: z.number(),
  wanted: z.string(),
  held: z.string(),
  onItsWay: z.string(),
  available: z.string(),
  ofOthers: z.string().optional(),
  missing: z.string(),
  band: z.string(),
  cashRoom: z.string().optional(),
  side: z.string(),
  qty: z.string(),
});
const verdict = z.looseObject({
  intent: z.looseObject({ side: z.string(), qty: z.string(), referencePrice: z.string(), sizing: z.string() }),
  decision: z.string(),
  qty: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
  figures: z.array(figure),
});
const ticket = z.looseObject({
  side: z.string(),
  qty: z.string(),
  type: z.string(),
  timeInForce: z.string(),
  referencePrice: z.string(),
  limitPrice: z.string().optional(),
  exits: z.looseObject({ takeProfit: z.string().optional(), stopLoss: z.string().optional() }).optional(),
});
const outcome = z.looseObject({
  kind: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
  order: z.looseObject({ status: z.string(), filledQty: z.string(), filledAvgPrice: z.string().nullable() }).optional(),
});
const event = z.looseObject({ at: z.string(), state: z.string(), detail: z.string() });
const fill = z.looseObject({ at: z.string(), qty: z.string(), price: z.string() });

export const orderReceipt = z.looseObject({
  executionId: z.string(),
  taskName: z.string(),
  asOf: z.string(),
  account: z.string(),
  mode: z.string(),
  symbol: z.string(),
  clientOrderId: z.string().nullable(),
  skip: z.looseObject({ code: z.string(), reason: z.string() }).nullable(),
  data: z.looseObject({
    inputsDigest: z.string(),
    feed: z.string(),
    adjustment: z.string(),
    bars: z.array(bars),
    otherBars: z.array(bars.extend({ symbol: z.string() })).default([]),
    latest: quote.nullable(),
    excluded: z.looseObject({ code: z.string(), detail: z.string() }).nullable(),
  }),
  signals: z.array(signal),
  strategyFailures: z.array(z.looseObject({ strategy: z.string(), message: z.string() })),
  attributed: z.record(z.string(), z.string()).nullish(),
  sizing: sizing.nullable(),
  untraded: z.string().nullable(),
  verdict: verdict.nullable(),
  ticket: ticket.nullable(),
  gateQuote: quote.nullable(),
  outcome: outcome.nullable(),
  events: z.array(event),
  fills: z.array(fill),
});
type Receipt = z.infer<typeof orderReceipt>;

export function receiptText(read: Receipt, paint: Paint): string {
  const section = (title: string, text: string): string => (text === "" ? "" : `\n${paint("bold", title)}\n${text}`);
  const { data, signals, strategyFailures, events, fills } = read;
  const failed = strategyFailures.map(({ strategy, message }) => `${plain(`${strategy} failed: ${message}`)}\n`);
  const said = signals.length === 0 ? "no strategy spoke on it\n" : table(signals, signalColumns, paint, "");
  return [
    fields(headOf(read), paint),
    section(
      "Data",
      fields(dataOf(read), paint) +
        (data.bars.length === 0 ? "" : table(data.bars, barColumns, paint, "")) +
        otherBarsOf(data.otherBars, paint),
    ),
    section("Signals", said + failed.join("")),
    section("Sizing", fields(sizingOf(read), paint)),
    section(
      "Rules",
      read.verdict === null ? "" : fields(verdictOf(read.verdict), paint) + figuresOf(read.verdict, paint),
    ),
    section("Order", fields(orderOf(read), paint)),
    section("What became of it", events.length === 0 ? "" : table(events, eventColumns, paint, "")),
    section("Fills", fills.length === 0 ? "" : table(fills, fillColumns, paint, "")),
  ].join("");
}

const headOf = (read: Receipt): readonly Field[] => [
  ["order", read.clientOrderId ?? "none was wanted"],
  ["symbol", read.symbol],
  ["execution", `${read.executionId} of ${read.taskName}`],
  ["account", `${read.account}, ${read.mode}`],
  ["decided", when(read.asOf)],
  ["run skipped", read.skip === null ? undefined : `${read.skip.code}: ${read.skip.reason}`, "yellow"],
];

const dataOf = ({ data: { inputsDigest, feed, adjustment, latest, excluded } }: Receipt): readonly Field[] => [
  ["all inputs", `SHA-256 ${inputsDigest}`],
  ["feed", `${feed}, adjusted for: ${adjustment}`],
  ["last trade", latest === null ? undefined : quoteText(latest)],
  ["left out", excluded === null ? undefined : `${excluded.code}: ${excluded.detail}`, "yellow"],
];

const quoteText = ({ price, at, bid, ask }: z.infer<typeof quote>): string =>
  `${price} at ${when(at)}${bid === undefined || ask === undefined ? "" : `, bid ${bid}, ask ${ask}`}`;

const ownersOf = (attributed: Receipt["attributed"]): string | undefined =>
  Object.entries(attributed ?? {})
    .map(([strategy, own]) => `${strategy} ${own}`)
    .join(", ") || undefined;

function sizingOf({ sizing: steps, verdict: judged, untraded, attributed }: Receipt): readonly Field[] {
  const why: Field = ["no order", untraded ?? undefined, "yellow"];
  if (steps === null) return [["in words", judged?.intent.sizing], why];
  const { equity, method, weight, value, price, costPrice, decimals, wanted, held, onItsWay, available } = steps;
  const costs = costPrice === price ? "" : `, ${costPrice} with costs`;
  return [
    ["equity", `${equity} USD`],
    ["target", `weight ${weight} by ${method}: ${value} USD`],
    ["price", `${price}${costs}`],
    ["wanted", `${wanted}, rounded down to ${decimals === 0 ? "whole shares" : `${decimals} decimals`}`],
    ["held", `${held}, of which ${available} can be sold`],
    ["held for", ownersOf(attributed)],
    ["not of what failed", steps.ofOthers],
    ["on its way", onItsWay],
    ["missing", `${steps.missing}; the band is ${steps.band} USD`],
    ["cash for it", steps.cashRoom === undefined ? undefined : `${steps.cashRoom} USD beyond the buffer`],
    ["size", `${steps.side} ${steps.qty}`],
    why,
  ];
}

const verdictOf = ({ decision, qty, code, message, intent }: z.infer<typeof verdict>): readonly Field[] => [
  ["wanted", `${intent.side} ${intent.qty} at ${intent.referencePrice}`],
  ["verdict", [decision, code].filter(Boolean).join(" "), decision === "approved" ? "green" : "yellow"],
  ["allowed", qty],
  ["why", message],
];

const figuresOf = ({ figures }: z.infer<typeof verdict>, paint: Paint): string =>
  figures.length === 0 ? "" : table(figures, figureColumns, paint, "");

function orderOf({ ticket: sent, gateQuote, outcome: became, clientOrderId }: Receipt): readonly Field[] {
  if (clientOrderId === null) return [];
  if (sent === null) return [["sent", "nothing"]];
  const { side, qty, type, timeInForce, limitPrice, exits } = sent;
  const filled =
    became?.order === undefined
      ? undefined
      : `${became.order.filledQty}${became.order.filledAvgPrice === null ? "" : ` at ${became.order.filledAvgPrice}`}`;
  return [
    ["ticket", `${side} ${qty}, ${type}${limitPrice === undefined ? "" : ` at ${limitPrice}`}, ${timeInForce}`],
    ["stop loss", exits?.stopLoss],
    ["take profit", exits?.takeProfit],
    ["at the gate", gateQuote === null ? "no quote was looked at" : quoteText(gateQuote)],
    ["became", [became?.order?.status ?? became?.kind ?? "not sent yet", became?.code].filter(Boolean).join(" ")],
    ["why", became?.message],
    ["filled", filled],
  ];
}

/** Of more symbols than a page takes the first ones; the JSON has them all. */
const othersShown = 12;
function otherBarsOf(others: Receipt["data"]["otherBars"], paint: Paint): string {
  if (others.length === 0) return "";
  const more = others.length > othersShown ? `and ${others.length - othersShown} more, in the JSON\n` : "";
  return `decided together with\n${table(others.slice(0, othersShown), otherBarColumns, paint, "")}${more}`;
}

const barColumns: readonly Column<z.infer<typeof bars>>[] = [
  { title: "bars", value: ({ timeframe }) => timeframe },
  { title: "count", value: ({ count }) => String(count), right: true },
  { title: "first", value: ({ firstAt }) => when(firstAt) },
  { title: "last", value: ({ lastAt }) => when(lastAt) },
  { title: "SHA-256", value: ({ digest }) => digest },
];
const otherBarColumns: readonly Column<Receipt["data"]["otherBars"][number]>[] = [
  { title: "symbol", value: ({ symbol }) => symbol },
  ...barColumns,
];
const signalColumns: readonly Column<z.infer<typeof signal>>[] = [
  { title: "strategy", value: ({ strategy }) => strategy },
  { title: "target weight", value: ({ targetWeight }) => targetWeight.toFixed(4), right: true },
  {
    title: "because of",
    value: ({ reasons }) =>
      Object.entries(reasons)
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
  },
];
const figureColumns: readonly Column<z.infer<typeof figure>>[] = [
  { title: "rule", value: ({ rule }) => rule },
  { title: "limit", value: ({ limit }) => limit, right: true },
  { title: "figure", value: (row) => row.figure, right: true },
  { title: "headroom", value: ({ headroom }) => headroom, right: true },
];
const eventColumns: readonly Column<z.infer<typeof event>>[] = [
  { title: "at", value: ({ at }) => when(at) },
  { title: "state", value: ({ state }) => state },
  { title: "", value: ({ detail }) => detail },
];
const fillColumns: readonly Column<z.infer<typeof fill>>[] = [
  { title: "at", value: ({ at }) => when(at) },
  { title: "qty", value: ({ qty }) => qty, right: true },
  { title: "price", value: ({ price }) => price, right: true },
];
