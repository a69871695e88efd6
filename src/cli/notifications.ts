// `tradewind notifications`: what there was to tell and where it was told, taking one in hand, and a test of the channels.
import { Option } from "commander";
import { z } from "zod";
import { channelNames } from "../core/model/notification.ts";
import { pageOf, principalText } from "./answers.ts";
import { part, readAnswer } from "./client.ts";
import { type Commands, talks, type WhyOptions, why } from "./command.ts";
import { wholeNumber } from "./options.ts";
import { type Column, plain, type Style, table, when } from "./output.ts";
import { readPages } from "./pages.ts";

const notification = z.looseObject({
  id: z.string(),
  at: z.string(),
  notification: z.looseObject({ severity: z.string(), title: z.string() }),
  outcome: z.string(),
  reason: z.string(),
  deliveries: z.array(z.looseObject({ channel: z.string(), state: z.string() })),
  acknowledged: z
    .looseObject({ at: z.string(), by: z.looseObject({ kind: z.string(), name: z.string() }), reason: z.string() })
    .optional(),
});
type Entry = z.infer<typeof notification>;
const channelTests = z.looseObject({
  items: z.array(z.looseObject({ channel: z.string(), result: z.string(), detail: z.string() })),
});
type ChannelTest = z.infer<typeof channelTests>["items"][number];

const severityStyles: Readonly<Record<string, Style>> = { warning: "yellow", error: "red" };
const resultStyles: Readonly<Record<string, Style>> = { sent: "green", later: "yellow", refused: "red" };

const columns: readonly Column<Entry>[] = [
  { title: "at", value: ({ at }) => when(at) },
  {
    title: "severity",
    value: (entry) => entry.notification.severity,
    style: (entry) => severityStyles[entry.notification.severity],
  },
  { title: "title", value: (entry) => entry.notification.title },
  { title: "told", value: toldText },
  { title: "acknowledged", value: ({ acknowledged }) => (acknowledged === undefined ? "" : byText(acknowledged)) },
  { title: "id", value: ({ id }) => id },
];
const testColumns: readonly Column<ChannelTest>[] = [
  { title: "channel", value: ({ channel }) => channel },
  { title: "result", value: ({ result }) => result, style: ({ result }) => resultStyles[result] },
  { title: "detail", value: ({ detail }) => detail },
];

export function addNotifications(commands: Commands): void {
  const parent = commands.parent
    .command("notifications")
    .description("What people were told, and whether the channels work.");
  const list = parent
    .command("list")
    .description("Newest first: where each was told, or why it was not.")
    .option("--limit <n>", "how many", wholeNumber(1, 100_000), 50);
  talks<{ readonly limit: number }>(commands, list, async (call, { limit }) => {
    const found = await readPages(call, "notifications", {}, limit);
    call.print(found, () => {
      const { items } = readAnswer(pageOf(notification), { body: found, etag: undefined });
      return table(items, columns, call.paint, "no notifications");
    });
    return 0;
  });

  const ack = why(
    parent.command("ack <id>").description("Take it in hand: its trouble is not told again and not escalated."),
  );
  talks<WhyOptions>(commands, ack, async ({ client, target, print }, { reason }, id = "") => {
    const body = { ...(reason === undefined ? {} : { reason }), actor: target.actor };
    const answer = await client(`notifications/${part(id)}/ack`, { method: "POST", body });
    print(answer.body, () => {
      const { acknowledged } = readAnswer(notification, answer);
      return `${plain(`${id} is acknowledged${acknowledged === undefined ? "" : `: ${byText(acknowledged)}`}`)}\n`;
    });
    return 0;
  });

  const test = why(parent.command("test").description("Send a test, and show what each channel answers.")).addOption(
    new Option("--channel <name>", "through this one only").choices(channelNames),
  );
  talks<WhyOptions & { readonly channel?: string }>(commands, test, async (call, { reason, channel }) => {
    const { client, target, print, paint } = call;
    const body = {
      ...(reason === undefined ? {} : { reason }),
      ...(channel === undefined ? {} : { channel }),
      actor: target.actor,
    };
    const answer = await client("notifications/test", { method: "POST", what: "asking the channels", body });
    const { items } = readAnswer(channelTests, answer);
    print(answer.body, () => table(items, testColumns, paint, "no channel is configured"));
    return items.some(({ result }) => result !== "sent") ? 1 : 0;
  });
}

function toldText({ outcome, reason, deliveries }: Entry): string {
  if (outcome !== "told") return `${outcome}: ${reason}`;
  return deliveries.map(({ channel, state }) => (state === "sent" ? channel : `${channel} ${state}`)).join(", ");
}

const byText = ({ at, by, reason }: NonNullable<Entry["acknowledged"]>): string =>
  `${when(at)} by ${principalText(by)}: ${reason}`;
