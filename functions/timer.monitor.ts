// Every minute, half a minute after the tick: the monitor holds what is believed against what the broker shows.
import { app } from "@azure/functions";
import { traced } from "../src/api/invocationTrace.ts";
import { getApp } from "../src/getApp.ts";

app.timer("monitor", {
  schedule: "30 * * * * *",
  handler: async (_timer, context) => {
    const composed = await getApp();
    await traced(composed, context, () => composed.realtimeMonitor.check());
  },
});
