// /api/openapi.json: the description of all operations.
import { app } from "@azure/functions";
import { httpFunctions } from "../src/api/operation.ts";
import { openApi } from "../src/api/operations.ts";

for (const { name, options } of httpFunctions([openApi])) app.http(name, options);
