// /api/scheduler/executions: the history of runs, receipts of orders, and orders in doubt.
import { app } from "@azure/functions";
import { executionOperations } from "../src/api/executionOperations.ts";
import { httpFunctions } from "../src/api/operation.ts";

for (const { name, options } of httpFunctions(executionOperations)) app.http(name, options);
