// /api/notifications: what people were told, what became of it, who has it in hand, and whether the channels work.
import { z } from "zod";
import { channelNames } from "../core/model/notification.ts";
import { operation } from "./operation.ts";
import { count, cursor, given } from "./parameters.ts";
import { whoAndWhy } from "./principal.ts";
import { asCallersFault } from "./request.ts";

const listNotifications = operation({
  name: "listNotifications",
  method: "GET",
  route: "notifications",
  access: "read",
  summary: "What there was to tell, where it was told, and if not, why",
  query: z.strictObject({ limit: count(200, 50), cursor: cursor.optional() }),
  answers: { 200: { description: "Newest first.", schema: "NotificationPage" } },
  problems: ["BAD_CURSOR"],
  handle: async ({ notificationService }, { query }) => ({
    body: await asCallersFault("BAD_CURSOR", "Use the cursor of the page before.", () =>
      notificationService.list(given(query)),
    ),
  }),
});

const acknowledgeNotification = operation({
  name: "acknowledgeNotification",
  method: "POST",
  route: "notifications/{id}/ack",
  access: "control",
  summary: "Take a notification in hand",
  description:
    "Its trouble is then neither told again nor escalated, until it gets worse or is over. Doing it twice is the same as once: the first " +
    "acknowledgement stands.",
  params: z.strictObject({ id: z.string().min(1).max(130) }),
  body: z.strictObject(whoAndWhy),
  answers: { 200: { description: "The notification, with who acknowledged it.", schema: "Notification" } },
  problems: ["NOTIFICATION_NOT_FOUND"],
  handle: async ({ notificationService }, { params, by }) => ({
    body: await notificationService.acknowledge(params.id, by),
  }),
});

const testNotifications = operation({
  name: "testNotifications",
  method: "POST",
  route: "notifications/test",
  access: "control",
  summary: "Send a test through one channel, or through all that are configured",
  description: "Past routes, quiet hours and budget. The answer waits for the channels, ten seconds at most.",
  body: z.strictObject({ ...whoAndWhy, channel: z.enum(channelNames).optional() }),
  answers: {
    200: { description: "What each channel answered; none where none is configured.", schema: "ChannelTests" },
  },
  problems: ["CHANNEL_NOT_CONFIGURED"],
  handle: async ({ notificationService }, { body, by }) => ({
    body: await notificationService.test(body.channel, by),
  }),
});

export const notificationOperations = [listNotifications, acknowledgeNotification, testNotifications];
