// /api/health: whether the app is up, ready and ticking.
import { app } from "@azure/functions";
import { healthOperations } from "../src/api/healthOperations.ts";
import { httpFunctions } from "../src/api/operation.ts";

for (const { name, options } of httpFunctions(healthOperations)) app.http(name, options);
