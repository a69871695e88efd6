// Every minute, half a minute after the tick: the monitor holds what is believed against what the broker shows.
import { app } from "@azure/functions";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async () => {
    const { realtimeMonitor } = await getApp();
    await realtimeMonitor.check();
  },
});
