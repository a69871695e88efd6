// The runs queue, one session per account: executes one run.
import { app } from "@azure/functions";
import { runsQueue, serviceBusSetting } from "../src/config.ts";
import { getApp } from "../src/getApp.ts";

app.serviceBusQueue("executeRun", {
  connection: serviceBusSetting,
  queueName: runsQueue,
  isSessionsEnabled: true,
  handler: async (body) => {
    const { runDelivery } = await getApp();
    await runDelivery.deliver(body);
  },
});
