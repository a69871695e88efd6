// What Slack, Teams and Discord say they take, as schemas: a message they would refuse is refused on this machine.
import { z } from "zod";

const plainText = (most: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: z.string().min(1).max(most), emoji: z.boolean().optional() });
const markdown = (most: number) => z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(most) });
const blockId = z.string().max(255).optional();

/** https://docs.slack.dev/reference/block-kit/blocks */
const slack = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("header"), text: plainText(150), block_id: blockId }),
        z
          .strictObject({
            type: z.literal("section"),
            text: z.union([plainText(3000), markdown(3000)]).optional(),
            fields: z
              .array(z.union([plainText(2000), markdown(2000)]))
              .min(1)
              .max(10)
              .optional(),
            block_id: blockId,
          })
          .refine(({ text, fields }) => text !== undefined || fields !== undefined, "a section needs text or fields"),
        z.strictObject({
          type: z.literal("context"),
          elements: z
            .array(z.union([plainText(2000), markdown(2000)]))
            .min(1)
            .max(10),
          block_id: blockId,
        }),
      ]),
    )
    .min(1)
    .max(50),
});

const textBlock = z.strictObject({
  type: z.literal("TextBlock"),
  text: z.string().min(1),
  wrap: z.boolean().optional(),
  weight: z.enum(["Default", "Lighter", "Bolder"]).optional(),
  size: z.enum(["Default", "Small", "Medium", "Large", "ExtraLarge"]).optional(),
  color: z.enum(["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]).optional(),
  isSubtle: z.boolean().optional(),
});
const factSet = z.strictObject({
  type: z.literal("FactSet"),
  facts: z.array(z.strictObject({ title: z.string().min(1), value: z.string().min(1) })).min(1),
});

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors and https://adaptivecards.io/explorer; 1.5 is the newest card Teams shows. */
const teams = z
  .strictObject({
    type: z.literal("message"),
    attachments: z
      .array(
        z.strictObject({
          contentType: z.literal("application/vnd.microsoft.card.adaptive"),
          contentUrl: z.null().optional(),
          content: z.strictObject({
            $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json").optional(),
            type: z.literal("AdaptiveCard"),
            version: z.enum(["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]),
            msteams: z.strictObject({ width: z.literal("Full") }).optional(),
            body: z.array(z.discriminatedUnion("type", [textBlock, factSet])).min(1),
          }),
        }),
      )
      .length(1),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= 28 * 1024, "is more than 28 KB");

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const embed = z.strictObject({
  title: z.string().min(1).max(256),
  description: z.string().max(4096).optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  timestamp: z.iso.datetime().optional(),
  footer: z.strictObject({ text: z.string().min(1).max(2048) }).optional(),
  fields: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        value: z.string().min(1).max(1024),
        inline: z.boolean().optional(),
      }),
    )
    .max(25)
    .optional(),
});
type Embed = z.infer<typeof embed>;
const lengthOf = ({ title, description = "", footer, fields = [] }: Embed): number =>
  [title, description, footer?.text ?? "", ...fields.flatMap(({ name, value }) => [name, value])].join("").length;

const discord = z
  .strictObject({
    content: z.string().max(2000).optional(),
    embeds: z.array(embed).min(1).max(10),
    allowed_mentions: z.strictObject({ parse: z.array(z.enum(["users", "roles", "everyone"])) }).optional(),
  })
  .refine(({ embeds }) => embeds.reduce((sum, each) => sum + lengthOf(each), 0) <= 6000, "its embeds are over 6000");

export const vendorSchemas = { slack, teams, discord } as const;
export type Vendor = keyof typeof vendorSchemas;
