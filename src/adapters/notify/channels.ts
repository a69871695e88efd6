// The channels that the app settings name.
import type { ChannelSettings } from "../../core/model/notification.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Channel } from "../../ports/notifier.ts";
import { discordMessage } from "./discordMessage.ts";
import { createEmailChannel } from "./email.ts";
import { slackMessage } from "./slackMessage.ts";
import { teamsMessage } from "./teamsMessage.ts";
import { createWebChannel, createWebhookChannel } from "./webChannel.ts";

const timeoutMs = 10_000;

export function createChannels(settings: ChannelSettings, clock: Pick<Clock, "realMs">): readonly Channel[] {
  const { teamsUrl, slackUrl, discordUrl, webhook, email } = settings;
  const web = [
    { name: "teams", url: teamsUrl, bodyOf: teamsMessage },
    { name: "slack", url: slackUrl, bodyOf: slackMessage },
    { name: "discord", url: discordUrl, bodyOf: discordMessage },
  ] as const;
  return [
    ...web.flatMap(({ name, url, bodyOf }) =>
      url === undefined ? [] : [createWebChannel({ name, url, bodyOf, timeoutMs })],
    ),
    ...(email === undefined ? [] : [createEmailChannel({ ...email, timeoutMs })]),
    ...(webhook === undefined ? [] : [createWebhookChannel({ ...webhook, timeoutMs }, clock)]),
  ];
}
