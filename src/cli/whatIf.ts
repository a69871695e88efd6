// `tradewind what-if`: which orders of the last days other limits would have changed.
import { z } from "zod";
import { part, readAnswer } from "./client.ts";
import { type Call, type Commands, talks } from "./command.ts";
import { type ExitCode, wrong } from "./failure.ts";
import { mergePatchOf, readJson } from "./jsonInput.ts";
import { several, wholeNumber } from "./options.ts";
import { type Column, counted, fields, type Paint, table, when } from "./output.ts";

const decided = z.looseObject({
  decision: z.string(),
  qty: z.string(),
  code: z.string().optional(),
  figure: z.looseObject({ limit: z.string(), figure: z.string(), headroom: z.string() }).optional(),
});
const otherOrder = z.looseObject({
  symbol: z.string(),
  side: z.string(),
  wanted: z.string(),
  before: decided,
  now: decided,
});
const otherRun = z.looseObject({ executionId: z.string(), slot: z.string(), orders: z.array(otherOrder) });
const runLeftOut = z.looseObject({ executionId: z.string(), code: z.string(), reason: z.string() });
const totals = z.looseObject({
  judged: z.number(),
  nowDenied: z.number(),
  nowSent: z.number(),
  otherQty: z.number(),
});
const whatIfPage = z.looseObject({
  taskId: z.string(),
  from: z.string(),
  items: z.array(otherRun),
  leftOut: z.array(runLeftOut),
  totals,
  cursor: z.string().optional(),
});
type Page = z.infer<typeof whatIfPage>;

type Options = { readonly set?: readonly string[]; readonly days: number };

export function addWhatIf(commands: Commands): void {
  const command = commands.parent
    .command("what-if <task> [file]")
    .description("Which orders of the last days would be others under other limits. It reads only.")
    .option(
      "--set <limit=value>",
      "one limit, such as maxGrossFraction=0.5; several allowed; null takes it away. Or all of them in a JSON file",
      several,
    )
    .option("--days <n>", "so many days back", wholeNumber(1, 30), 30);
  talks<Options>(commands, command, askWhatIf);
}

async function askWhatIf(call: Call, { set, days }: Options, id = "", file?: string): Promise<ExitCode> {
  if (set !== undefined && file !== undefined) throw wrong("Give the limits by --set or by a file, not by both.");
  const limits = set === undefined ? await readJson(file, call.world) : mergePatchOf(set);
  const found = await readAll(call, `tasks/${part(id)}/what-if`, { limits, days });
  call.print(found, () => whatIfText(found, call.paint));
  return 0;
}

/** Every page as one; of each what this version does not know is left out. */
async function readAll({ client }: Call, path: string, body: object): Promise<Page> {
  const pages: Page[] = [];
  for (let cursor: string | undefined; ; ) {
    const judged = pages.reduce((sum, page) => sum + page.totals.judged, 0);
    const what = `judging runs anew, ${judged} so far`;
    const next = { ...body, ...(cursor === undefined ? {} : { cursor }) };
    const page = readAnswer(whatIfPage, await client(path, { method: "POST", body: next, what }));
    pages.push(page);
    if (page.cursor === undefined) return together(page, pages);
    cursor = page.cursor;
  }
}

function together(last: Page, pages: readonly Page[]): Page {
  const sum = (of: (totals: Page["totals"]) => number): number =>
    pages.reduce((total, page) => total + of(page.totals), 0);
  return {
    taskId: last.taskId,
    // Time goes on between pages: the earliest is that of the first one.
    from: pages[0]?.from ?? last.from,
    items: pages.flatMap(({ items }) => items),
    leftOut: pages.flatMap(({ leftOut }) => leftOut),
    totals: {
      judged: sum(({ judged }) => judged),
      nowDenied: sum(({ nowDenied }) => nowDenied),
      nowSent: sum(({ nowSent }) => nowSent),
      otherQty: sum(({ otherQty }) => otherQty),
    },
  };
}

type Row = z.infer<typeof otherOrder> & { readonly slot: string };

const columns: readonly Column<Row>[] = [
  { title: "slot", value: ({ slot }) => when(slot) },
  { title: "order", value: ({ side, wanted, symbol }) => `${side} ${wanted} ${symbol}` },
  { title: "then", value: ({ before }) => decisionText(before) },
  { title: "under these limits", value: ({ now }) => decisionText(now), style: styleOf },
  { title: "limit", value: (row) => binding(row)?.limit ?? "", right: true },
  { title: "figure", value: (row) => binding(row)?.figure ?? "", right: true },
  { title: "headroom", value: (row) => binding(row)?.headroom ?? "", right: true },
];

const decisionText = ({ decision, qty, code }: z.infer<typeof decided>): string =>
  `${decision === "denied" ? "denied" : `${decision} ${qty}`}${code === undefined ? "" : ` ${code}`}`;

/** The figure of the limit that bites now, or of the one that bit then. */
const binding = ({ before, now }: Row) => now.figure ?? before.figure;

function styleOf({ before, now }: Row) {
  if (now.decision === "denied") return "red";
  return before.decision === "denied" ? "green" : "yellow";
}

function whatIfText({ taskId, from, items, leftOut, totals: sums }: Page, paint: Paint): string {
  const rows = items.flatMap(({ slot, orders }) => orders.map((order) => ({ ...order, slot })));
  const reasons = [...Map.groupBy(leftOut, ({ code, reason }) => `${code}: ${reason}`)];
  const head = fields(
    [
      ["task", taskId],
      ["since", when(from)],
      ["judged anew", counted(sums.judged, "run")],
      ["would differ", `${counted(items.length, "run")}, ${counted(rows.length, "order")}`],
      ["now denied", String(sums.nowDenied)],
      ["now sent", String(sums.nowSent)],
      ["other size", String(sums.otherQty)],
      ["left out", leftOut.length === 0 ? undefined : counted(leftOut.length, "run"), "yellow"],
      ...reasons.map(([reason, runs]) => ["", `${runs.length} × ${reason}`] as const),
    ],
    paint,
  );
  return `${head}\n${table(rows, columns, paint, "no order would be another")}`;
}
