// Traces are the app's own: the host takes part in them, and what waits to be sent is sent before the process ends.
import { app } from "@azure/functions";
import { flushTelemetry } from "../src/getApp.ts";

// The host then leaves the app's own logs to the app, and does not send them twice.
app.setup({ capabilities: { WorkerOpenTelemetryEnabled: true } });
app.hook.appTerminate(() => flushTelemetry());
