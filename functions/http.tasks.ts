// GET /api/tasks: what is scheduled.
import { app } from "@azure/functions";
import { door } from "../src/api/door.ts";
import { listTasks } from "../src/api/handlers.ts";

app.http("tasks", { methods: ["GET"], authLevel: "function", route: "tasks", handler: door(listTasks) });
