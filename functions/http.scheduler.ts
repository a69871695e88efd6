// GET /api/scheduler and POST /api/scheduler/{start|stop|restart|halt|reduce|resume|tick}.
import { app } from "@azure/functions";
import { door } from "../src/api/door.ts";
import { control, status } from "../src/api/handlers.ts";

app.http("schedulerStatus", { methods: ["GET"], authLevel: "function", route: "scheduler", handler: door(status) });

app.http("schedulerControl", {
  methods: ["POST"],
  authLevel: "function",
  route: "scheduler/{action}",
  handler: door(control),
});
