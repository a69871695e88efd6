// /api/scheduler: the state of the automation and its switches.
import { app } from "@azure/functions";
import { httpFunctions } from "../src/api/operation.ts";
import { schedulerOperations } from "../src/api/schedulerOperations.ts";

for (const { name, options } of httpFunctions(schedulerOperations)) app.http(name, options);
