// Every minute, half a minute after the tick: what people are still to be told, the monitor holds what is believed against the broker, and before the open: go or no-go.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async (_timer, context) => {
    const composed = await getApp();
    const { notificationSweeper, morningKeeper, realtimeMonitor } = composed;
    await traced(composed, context, async () => {
      // First: it does not need the broker, which may be what fails.
      await notificationSweeper.sweep();
      // Side by side, and the first never throws: people are told no-go also when the monitor's own work fails.
      await Promise.all([morningKeeper.check(), realtimeMonitor.check()]);
    });
  },
});
