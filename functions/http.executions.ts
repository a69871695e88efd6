// GET /api/scheduler/executions, …/{id}, and POST …/{id}/orders/{clientOrderId}/resolve: the history of runs, and orders in doubt.
import { app } from "@azure/functions";
import { door } from "../src/api/door.ts";
import { getExecution, listExecutions, resolveOrder } from "../src/api/handlers.ts";

app.http("executions", {
  methods: ["GET"],
  authLevel: "function",
  route: "scheduler/executions",
  handler: door(listExecutions),
});

app.http("execution", {
  methods: ["GET"],
  authLevel: "function",
  route: "scheduler/executions/{id}",
  handler: door(getExecution),
});

app.http("resolveOrder", {
  methods: ["POST"],
  authLevel: "function",
  route: "scheduler/executions/{id}/orders/{clientOrderId}/resolve",
  handler: door(resolveOrder),
});
