// /api/tasks: what is traded, when and how.
import { app } from "@azure/functions";
import { httpFunctions } from "../src/api/operation.ts";
import { taskOperations } from "../src/api/taskOperations.ts";

for (const { name, options } of httpFunctions(taskOperations)) app.http(name, options);
