// /api/config: the whole configuration, moved between environments.
import { app } from "@azure/functions";
import { configOperations } from "../src/api/configOperations.ts";
import { httpFunctions } from "../src/api/operation.ts";

for (const { name, options } of httpFunctions(configOperations)) app.http(name, options);
