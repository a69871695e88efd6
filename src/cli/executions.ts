// `tradewind executions`: the history of runs, one of them in full, the receipt of one order, and the end of a doubt.
import { z } from "zod";
import { pageOf, type RunSummary, runSummary } from "./answers.ts";
import { part, readAnswer } from "./client.ts";
import { type Commands, talks, type WhyOptions, why } from "./command.ts";
import { executionRecord, executionText } from "./executionText.ts";
import { wrong } from "./failure.ts";
import { dayOption, instantOption, wholeNumber } from "./options.ts";
import { type Column, table, when } from "./output.ts";
import { readPages } from "./pages.ts";
import { orderReceipt, receiptText } from "./receiptText.ts";
import { runStyle } from "./status.ts";

const columns: readonly Column<RunSummary>[] = [
  { title: "slot", value: ({ slot }) => when(slot) },
  { title: "execution", value: ({ executionId }) => executionId },
  { title: "status", value: ({ status }) => status, style: ({ status }) => runStyle(status) },
  { title: "planned", value: ({ ordersPlanned }) => String(ordersPlanned), right: true },
  { title: "accepted", value: ({ ordersAccepted }) => String(ordersAccepted), right: true },
  { title: "filled", value: ({ ordersFilled }) => String(ordersFilled), right: true },
  { title: "denied", value: ({ denials }) => String(denials), right: true },
  { title: "why", value: ({ code, reason }) => [code, reason].filter((text) => text !== "").join(": ") },
];

type ListOptions = {
  readonly task?: string;
  readonly status?: string;
  readonly symbol?: string;
  readonly day?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
  readonly limit: number;
};

export function addExecutions(commands: Commands): void {
  const parent = commands.parent.command("executions").description("What ran, and what became of it.");
  const list = parent
    .command("list")
    .description("Runs, newest first.")
    .option("--task <id>", "of this task")
    .option("--status <status>", "running, succeeded, partial, skipped, missed, blocked or failed")
    .option("--symbol <symbol>", "that judged or sent an order for this symbol")
    .option("--day <day>", "of this day in New York", dayOption)
    .option("--from <instant>", "with slots from here on", instantOption)
    .option("--to <instant>", "with slots up to here", instantOption)
    .option("--cursor <cursor>", "go on after an earlier list")
    .option("--limit <n>", "how many", wholeNumber(1, 100_000), 50);
  talks<ListOptions>(commands, list, async (call, { limit, task, symbol, status, day, from, to, cursor }) => {
    const query = { taskId: task, status, symbol: symbol?.toUpperCase(), day, from, to, cursor };
    const found = await readPages(call, "scheduler/executions", query, limit);
    call.print(found, () => {
      const { items, cursor: next } = readAnswer(pageOf(runSummary), { body: found, etag: undefined });
      const more = next === undefined ? "" : `${call.paint("dim", `more: --cursor ${next}`)}\n`;
      return table(items, columns, call.paint, "no executions") + more;
    });
    return 0;
  });

  const show = parent
    .command("show <id>")
    .description("One run: signals, what each rule said, what became of each order.");
  talks(commands, show, async ({ client, print, paint }, _, id = "") => {
    const answer = await client(`scheduler/executions/${part(id)}`);
    print(answer.body, () => executionText(readAnswer(executionRecord, answer), paint));
    return 0;
  });

  const receipt = parent
    .command("receipt <id> <order>")
    .description("All that one order was decided by. A symbol stands for its order, or for why it got none.")
    .option("--text", "a page to read: the default");
  talks(commands, receipt, async ({ client, print, paint }, _, id = "", order = "") => {
    const answer = await client(`scheduler/executions/${part(id)}/orders/${part(order)}/receipt`);
    print(answer.body, () => receiptText(readAnswer(orderReceipt, answer), paint));
    return 0;
  });

  const resolve = why(
    parent
      .command("resolve <id> <order>")
      .description(
        "End the doubt about an order of a run, by its client order id: the broker is asked once more, and its word stands.",
      ),
  );
  talks<WhyOptions>(commands, resolve, async ({ client, print, target }, { reason }, id = "", order = "") => {
    if (reason === undefined) throw wrong("Why is the order held to be not there?", "Say it with --reason.");
    const path = `scheduler/executions/${part(id)}/orders/${part(order)}/resolve`;
    const answer = await client(path, {
      method: "POST",
      body: { reason, actor: target.actor },
      what: "asking the broker",
    });
    print(answer.body, () => `${order} is ${readAnswer(z.looseObject({ kind: z.string() }), answer).kind}\n`);
    return 0;
  });
}
