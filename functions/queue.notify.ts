// The notifications queue: carries each notification to the channel.
import { app } from "@azure/functions";
import { notificationsQueue, serviceBusSetting } from "../src/config.ts";
import { getApp } from "../src/getApp.ts";

app.serviceBusQueue("notify", {
  connection: serviceBusSetting,
  queueName: notificationsQueue,
  handler: async (body) => {
    const { notificationManager } = await getApp();
    await notificationManager.deliver(body);
  },
});
