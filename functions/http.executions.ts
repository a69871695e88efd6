// GET /api/scheduler/executions and GET /api/scheduler/executions/{id}: the history of runs.
import { app } from "@azure/functions";
import { door } from "../src/api/door.ts";
import { getExecution, listExecutions } from "../src/api/handlers.ts";

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
