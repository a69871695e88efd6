// /api/notifications: what people were told, acknowledgements, and a test of the channels.
import { app } from "@azure/functions";
import { notificationOperations } from "../src/api/notificationOperations.ts";
import { httpFunctions } from "../src/api/operation.ts";

for (const { name, options } of httpFunctions(notificationOperations)) app.http(name, options);
