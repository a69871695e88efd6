// /api/strategies: what a task can trade by.
import { app } from "@azure/functions";
import { httpFunctions } from "../src/api/operation.ts";
import { strategyOperations } from "../src/api/strategyOperations.ts";

for (const { name, options } of httpFunctions(strategyOperations)) app.http(name, options);
