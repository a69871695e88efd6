// A notification as an Adaptive Card for a Teams workflow. A message is 28 KB at most:
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
import type { Notification } from "../../core/model/notification.ts";
import { fittingText } from "../../core/notifications/fittingText.ts";

const colours = { info: "Accent", warning: "Warning", error: "Attention" } as const;

/** The longest texts, in characters of three bytes each, stay below the 28 KB. */
export function teamsMessage({ id, severity, title, text, at, facts = [] }: Notification): object {
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: [
      textBlock(title, 200, { weight: "Bolder", size: "Medium", color: colours[severity] }),
      textBlock(text, 3000, {}),
      ...(facts.length === 0
        ? []
        : [
            {
              type: "FactSet",
              facts: facts.map(({ name, value }) => ({ title: fittingText(name, 40), value: fittingText(value, 200) })),
            },
          ]),
      textBlock(`${severity} · ${at} · ${id}`, 200, { isSubtle: true, size: "Small" }),
    ],
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

/** One line break alone does not break a line in a card. */
const textBlock = (text: string, most: number, style: object) => ({
  type: "TextBlock",
  text: fittingText(text, most).replace(/\n+/g, "\n\n"),
  wrap: true,
  ...style,
});
