// `tradewind audit verify`: whether the chain of changes and records is whole, and where it is not.
import { z } from "zod";
import { readAnswer } from "./client.ts";
import { type Commands, talks } from "./command.ts";
import { dayOption } from "./options.ts";
import { type Column, counted, type Paint, table } from "./output.ts";

const accountReport = z.looseObject({
  account: z.string(),
  links: z.number(),
  days: z.number(),
  purged: z.number(),
  broken: z
    .looseObject({ day: z.string(), seq: z.number(), kind: z.string(), key: z.string(), why: z.string() })
    .optional(),
});
const auditReport = z.looseObject({
  from: z.string(),
  to: z.string(),
  accounts: z.array(accountReport),
  intact: z.boolean(),
});

const columns: readonly Column<z.infer<typeof accountReport>>[] = [
  { title: "account", value: ({ account }) => account },
  { title: "links", value: ({ links }) => String(links), right: true },
  { title: "days", value: ({ days }) => String(days), right: true },
  { title: "purged", value: ({ purged }) => String(purged), right: true },
  {
    title: "chain",
    value: ({ broken }) =>
      broken === undefined
        ? "intact"
        : `broken at ${broken.day} link ${broken.seq}, ${broken.kind} ${broken.key}: ${broken.why}`,
    style: ({ broken }) => (broken === undefined ? "green" : "red"),
  },
];

export function addAudit(commands: Commands): void {
  const parent = commands.parent
    .command("audit")
    .description("The chain that every change and every record is a link of.");
  const verify = parent
    .command("verify")
    .description("Verify it; the first broken link of each account is named. Exit code 0: intact, 5: broken.")
    .option("--from <day>", "from this trading day on", dayOption)
    .option("--to <day>", "up to this trading day", dayOption);
  talks<{ readonly from?: string; readonly to?: string }>(commands, verify, async (call, { from, to }) => {
    const answer = await call.client("scheduler/audit", { query: { from, to }, what: "verifying the chain" });
    const report = readAnswer(auditReport, answer);
    call.print(answer.body, () => auditText(report, call.paint));
    return report.intact ? 0 : 5;
  });
}

function auditText({ from, to, accounts, intact }: z.infer<typeof auditReport>, paint: Paint): string {
  const links = accounts.reduce((sum, account) => sum + account.links, 0);
  const verdict = intact ? paint("green", "intact") : paint("red", "broken");
  return `${table(accounts, columns, paint, "no chain yet")}${verdict}: ${counted(links, "link")} from ${from} to ${to}\n`;
}
