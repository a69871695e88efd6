// One execution, or a plan, as people read it: how it ended, what it would have, what the rules said, what became of each order.
import { z } from "zod";
import { runSummary } from "./answers.ts";
import { type Answer, readAnswer } from "./client.ts";
import { type Column, fields, type Paint, plain, table, when } from "./output.ts";
import { runStyle } from "./status.ts";

const signal = z.looseObject({ strategy: z.string(), symbol: z.string(), targetWeight: z.number() });
const verdict = z.looseObject({
  intent: z.looseObject({ symbol: z.string(), side: z.string(), qty: z.string(), notional: z.string() }),
  decision: z.string(),
  qty: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
});
const ticket = z.looseObject({ symbol: z.string(), side: z.string(), qty: z.string(), clientOrderId: z.string() });
const outcome = z.looseObject({
  kind: z.string(),
  ticket,
  code: z.string().optional(),
  message: z.string().optional(),
  order: z.looseObject({ status: z.string(), filledQty: z.string(), filledAvgPrice: z.string().nullable() }).optional(),
});
const decided = {
  excluded: z.array(z.looseObject({ symbol: z.string(), code: z.string(), detail: z.string() })),
  signals: z.array(signal),
  strategyFailures: z.array(z.looseObject({ strategy: z.string(), message: z.string() })),
  verdicts: z.array(verdict),
};

export const executionRecord = runSummary.extend({
  ...decided,
  startedAt: z.string(),
  outcomes: z.array(outcome),
  equityBefore: z.string().nullable(),
  equityAfter: z.string().nullable(),
});
const dryRun = z.looseObject({
  ...decided,
  runId: z.string(),
  asOf: z.string(),
  skip: z.looseObject({ code: z.string(), reason: z.string() }).optional(),
  tickets: z.array(ticket),
});

type Decided = Pick<z.infer<typeof dryRun>, "excluded" | "signals" | "strategyFailures" | "verdicts">;

export function executionText(record: z.infer<typeof executionRecord>, paint: Paint): string {
  const { executionId, status, code, reason, slot, startedAt, endedAt, equityBefore, equityAfter } = record;
  const head = fields(
    [
      ["execution", executionId],
      ["ended", [status, code, reason].filter((text) => text !== "").join(" "), runStyle(status)],
      ["slot", when(slot)],
      ["began", when(startedAt)],
      ["until", when(endedAt)],
      [
        "equity",
        equityBefore === null
          ? undefined
          : `$${equityBefore} → ${equityAfter === null ? "unknown" : `$${equityAfter}`}`,
      ],
    ],
    paint,
  );
  const orders = table(record.outcomes, outcomeColumns, paint, "no orders");
  return [head, decidedText(record, paint), heading("Orders", paint), orders].join("");
}

/** A plan that was only to be looked at. */
export function planText(answer: Answer, paint: Paint): string {
  const plan = readAnswer(dryRun, answer);
  const head = fields(
    [
      ["plan as of", when(plan.asOf)],
      ["would skip", plan.skip && `${plan.skip.code}: ${plan.skip.reason}`, "yellow"],
    ],
    paint,
  );
  const orders = table(plan.tickets, ticketColumns, paint, "no orders");
  const end = "Nothing was stored or sent: this was a dry run.\n";
  return [head, decidedText(plan, paint), heading("Orders it would send", paint), orders, end].join("");
}

function decidedText({ excluded, signals, strategyFailures, verdicts }: Decided, paint: Paint): string {
  const left = excluded.map(({ symbol, code, detail }) => `${symbol}: ${code}, ${detail}\n`);
  const failed = strategyFailures.map(({ strategy, message }) => `${strategy}: ${message}\n`);
  const part = (name: string, text: string): string => (text === "" ? "" : heading(name, paint) + text);
  return [
    part("Left out", left.map(plainLine).join("")),
    part("Strategies that failed", failed.map(plainLine).join("")),
    part("Signals", signals.length === 0 ? "" : table(signals, signalColumns, paint, "")),
    part("Verdicts", verdicts.length === 0 ? "" : table(verdicts, verdictColumns, paint, "")),
  ].join("");
}

const plainLine = (line: string): string => `${plain(line).trimEnd()}\n`;
const heading = (text: string, paint: Paint): string => `\n${paint("bold", text)}\n`;

const signalColumns: readonly Column<z.infer<typeof signal>>[] = [
  { title: "strategy", value: ({ strategy }) => strategy },
  { title: "symbol", value: ({ symbol }) => symbol },
  { title: "target weight", value: ({ targetWeight }) => targetWeight.toFixed(4), right: true },
];
const verdictColumns: readonly Column<z.infer<typeof verdict>>[] = [
  { title: "symbol", value: ({ intent }) => intent.symbol },
  { title: "side", value: ({ intent }) => intent.side },
  { title: "wanted", value: ({ intent }) => intent.qty, right: true },
  { title: "allowed", value: ({ qty }) => qty, right: true },
  {
    title: "decision",
    value: ({ decision, code = "" }) => `${decision} ${code}`.trim(),
    style: ({ decision }) => (decision === "approved" ? "green" : decision === "denied" ? "red" : "yellow"),
  },
  { title: "why", value: ({ message = "" }) => message },
];
const outcomeColumns: readonly Column<z.infer<typeof outcome>>[] = [
  { title: "symbol", value: ({ ticket: { symbol } }) => symbol },
  { title: "side", value: ({ ticket: { side } }) => side },
  { title: "qty", value: ({ ticket: { qty } }) => qty, right: true },
  {
    title: "became",
    value: ({ kind, order, code = "" }) => `${order?.status ?? kind} ${code}`.trim(),
    style: ({ kind }) => (kind === "accepted" ? "green" : kind === "rejected" || kind === "unknown" ? "red" : "yellow"),
  },
  { title: "filled", value: ({ order }) => order?.filledQty ?? "0", right: true },
  { title: "price", value: ({ order }) => order?.filledAvgPrice ?? "–", right: true },
  { title: "why", value: ({ message = "" }) => message },
];
const ticketColumns: readonly Column<z.infer<typeof ticket>>[] = [
  { title: "symbol", value: ({ symbol }) => symbol },
  { title: "side", value: ({ side }) => side },
  { title: "qty", value: ({ qty }) => qty, right: true },
  { title: "client order id", value: ({ clientOrderId }) => clientOrderId },
];
