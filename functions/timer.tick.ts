// Every minute in UTC: one tick of the scheduler, which decides in the exchange's time what is due.
import { app } from "@azure/functions";
import { getApp } from "../src/getApp.ts";

app.timer("tick", {
  schedule: "0 * * * * *",
  handler: async () => {
    const { scheduler } = await getApp();
    await scheduler.tick("timer");
  },
});
