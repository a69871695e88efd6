// GET /api/health: whether the app is configured and can read its state.
import { app } from "@azure/functions";
import { door } from "../src/api/door.ts";
import { health } from "../src/api/handlers.ts";

app.http("health", { methods: ["GET"], authLevel: "function", route: "health", handler: door(health) });
