// Every minute, half a minute after the tick: the monitor holds what is believed against what the broker shows; before the open, people are told go or no-go.
import { app } from "@azure/functions";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async () => {
    const { morningKeeper, realtimeMonitor } = await getApp();
    // First, and by itself: people are told no-go also when the monitor's own work fails.
    await morningKeeper.check();
    await realtimeMonitor.check();
  },
});
