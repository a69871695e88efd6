// A notification as a Slack message in Block Kit. Limits: https://docs.slack.dev/reference/block-kit/blocks.
import type { Notification } from "../../core/model/notification.ts";
import { fittingText } from "../../core/notifications/fittingText.ts";

const signs = { info: "ℹ️", warning: "⚠️", error: "🛑" } as const;

/** Blocks of plain text, in which nothing is markup or a mention; `text` is what a phone shows, and is markup, so it is escaped. */
export function slackMessage({ id, severity, title, text, at, facts = [] }: Notification): object {
  const heading = `${signs[severity]} ${title}`;
  return {
    text: fittingText(escaped(heading), 3000),
    blocks: [
      { type: "header", text: plainText(heading, 150) },
      { type: "section", text: plainText(text, 3000) },
      ...(facts.length === 0
        ? []
        : [{ type: "section", fields: facts.map(({ name, value }) => plainText(`${name}\n${value}`, 2000)) }]),
      { type: "context", elements: [plainText(`${severity} · ${at} · ${id}`, 2000)] },
    ],
  };
}

const plainText = (text: string, most: number) => ({ type: "plain_text", text: fittingText(text, most), emoji: false });

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
