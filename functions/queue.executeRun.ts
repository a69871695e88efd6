// The runs queue, one session per account: executes one run.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { runsQueue, serviceBusSetting } from "../src/config.ts";
import { getApp } from "../src/getApp.ts";

app.serviceBusQueue("executeRun", {
  connection: serviceBusSetting,
  queueName: runsQueue,
  isSessionsEnabled: true,
  handler: async (body, context) => {
    const composed = await getApp();
    await traced(composed, context, () => composed.runDelivery.deliver(body), body);
  },
});
