// Every minute in UTC: one tick of the scheduler, which decides in the exchange's time what is due.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { getApp } from "../src/getApp.ts";

app.timer("tick", {
  schedule: "0 * * * * *",
  handler: async (_timer, context) => {
    const composed = await getApp();
    await traced(composed, context, async () => {
      await composed.scheduler.tick("timer");
      await composed.heartbeatPush.push();
    });
  },
});
