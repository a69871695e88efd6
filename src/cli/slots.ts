// `tradewind slots`: why a task did or did not trade at a moment, past and to come.
import { z } from "zod";
import { addMs, type Instant, parseInstant } from "../core/model/time.ts";
import { schedulerStatus } from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Commands, talks } from "./command.ts";
import { instantOption, wholeNumber } from "./options.ts";
import { type Column, type Style, table, when } from "./output.ts";

const slots = z.looseObject({
  items: z.array(
    z.looseObject({
      slot: z.string(),
      executionId: z.string(),
      state: z.string(),
      code: z.string(),
      reason: z.string(),
    }),
  ),
  truncated: z.boolean(),
});
type Slot = z.infer<typeof slots>["items"][number];

const styles: Readonly<Record<string, Style>> = {
  ran: "green",
  failed: "red",
  missed: "red",
  blocked: "yellow",
  due: "cyan",
};
const columns: readonly Column<Slot>[] = [
  { title: "slot", value: ({ slot }) => when(slot) },
  { title: "state", value: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: "execution", value: ({ executionId }) => executionId },
  { title: "why", value: ({ code, reason }) => [code, reason].filter((text) => text !== "").join(": ") },
];

const hourMs = 3_600_000;
type Options = { readonly task: string; readonly from?: Instant; readonly to?: Instant; readonly limit: number };

export function addSlots(commands: Commands): void {
  const command = commands.parent
    .command("slots")
    .description("Each moment at which a task was or will be due, and how it ended: why it did or did not trade.")
    .requiredOption("--task <id>", "of this task")
    .option("--from <instant>", "from here on (default: a day before --to, or before now)", instantOption)
    .option("--to <instant>", "up to here (default: two days after --from, or a day from now)", instantOption)
    .option("--limit <n>", "how many", wholeNumber(1, 500), 200);
  talks<Options>(commands, command, async ({ client, print, paint }, { task, from, to, limit }) => {
    // The app's time, which is another one in a demo.
    const now = async (): Promise<Instant> => instantIn(readAnswer(schedulerStatus, await client("scheduler")).at);
    const since = from ?? addMs(to ?? (await now()), -24 * hourMs);
    const until = to ?? addMs(since, 48 * hourMs);
    const answer = await client("scheduler/slots", { query: { taskId: task, from: since, to: until, limit } });
    print(answer.body, () => {
      const { items, truncated } = readAnswer(slots, answer);
      const more = truncated
        ? `${paint("dim", `more after ${when(items.at(-1)?.slot)}: --from, or a higher --limit`)}\n`
        : "";
      return table(items, columns, paint, `no slots from ${when(since)} to ${when(until)}`) + more;
    });
    return 0;
  });
}

function instantIn(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new RangeError(`"${text}" is no instant`);
  return instant;
}
