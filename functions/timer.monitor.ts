// Every minute, half a minute after the tick: what people are still to be told, and the monitor holds what is believed against the broker.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async (_timer, context) => {
    const composed = await getApp();
    const { notificationSweeper, realtimeMonitor } = composed;
    await traced(composed, context, async () => {
      // First: it does not need the broker, which may be what fails.
      await notificationSweeper.sweep();
      await realtimeMonitor.check();
    });
  },
});
