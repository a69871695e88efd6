// Every minute, half a minute after the tick: the monitor holds what is believed against what the broker shows; before the open, people are told go or no-go.
import { app } from "@azure/functions";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async () => {
    const { morningKeeper, realtimeMonitor } = await getApp();
    // Side by side, and the first never throws: people are told no-go also when the monitor's own work fails.
    await Promise.all([morningKeeper.check(), realtimeMonitor.check()]);
  },
});
