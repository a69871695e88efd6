// /api/health: whether the app is configured and can read its state.
import { app } from "@azure/functions";
import { healthOperations } from "../src/api/healthOperations.ts";
import { httpFunctions } from "../src/api/operation.ts";

for (const { name, options } of httpFunctions(healthOperations)) app.http(name, options);
