// A notification as a Discord message with one embed. Limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits.
import type { Notification } from "../../core/model/notification.ts";
import { fittingText } from "../../core/notifications/fittingText.ts";

const colours = { info: 0x2f80ed, warning: 0xf2a33a, error: 0xd0021b } as const;

/** All texts of the embed together are 6000 characters at most. Nobody is mentioned, whatever the text says. */
export function discordMessage({ id, severity, title, text, at, facts = [] }: Notification): object {
  return {
    embeds: [
      {
        title: fittingText(title, 256),
        description: fittingText(text, 3000),
        color: colours[severity],
        timestamp: at,
        footer: { text: fittingText(`${severity} · ${id}`, 200) },
        fields: facts.map(({ name, value }) => ({
          name: fittingText(name, 40),
          value: fittingText(value, 200),
          inline: true,
        })),
      },
    ],
    allowed_mentions: { parse: [] },
  };
}
