// The runs queue's dead letters: each ends as a failed execution with its reason, and an alert.
import { app } from "@azure/functions";
import { deadLetterOf } from "../src/api/deadLetter.ts";
import { traced } from "../src/api/invocationTrace.ts";
import { runsQueue, serviceBusSetting } from "../src/config.ts";
import { getApp } from "../src/getApp.ts";

app.serviceBusQueue("deadRun", {
  connection: serviceBusSetting,
  queueName: `${runsQueue}/$DeadLetterQueue`,
  handler: async (body, context) => {
    const composed = await getApp();
    await traced(
      composed,
      context,
      () => composed.runDelivery.deliverDead(body, deadLetterOf(context.triggerMetadata)),
      body,
    );
  },
});
