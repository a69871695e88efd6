// The notifications queue: carries each notification to the channel.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { notificationsQueue, serviceBusSetting } from "../src/config.ts";
import { getApp } from "../src/getApp.ts";

app.serviceBusQueue("notify", {
  connection: serviceBusSetting,
  queueName: notificationsQueue,
  handler: async (body, context) => {
    const composed = await getApp();
    await traced(composed, context, () => composed.notificationManager.deliver(body));
  },
});
