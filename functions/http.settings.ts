// /api/settings: the settings by section.
import { app } from "@azure/functions";
import { httpFunctions } from "../src/api/operation.ts";
import { settingsOperations } from "../src/api/settingsOperations.ts";

for (const { name, options } of httpFunctions(settingsOperations)) app.http(name, options);
