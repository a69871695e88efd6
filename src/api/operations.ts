// The one list of all operations, and the one that describes them.
import { configOperations } from "./configOperations.ts";
import { executionOperations } from "./executionOperations.ts";
import { healthOperations } from "./healthOperations.ts";
import { notificationOperations } from "./notificationOperations.ts";
import { type Operation, operation } from "./operation.ts";
import { schedulerOperations } from "./schedulerOperations.ts";
import { settingsOperations } from "./settingsOperations.ts";
import { strategyOperations } from "./strategyOperations.ts";
import { taskOperations } from "./taskOperations.ts";

let document: object | undefined;

export const openApi = operation({
  name: "openApi",
  method: "GET",
  route: "openapi.json",
  access: "read",
  summary: "This document",
  answers: { 200: { description: "OpenAPI 3.1.", schema: "AnyObject" } },
  handle: async () => {
    // Loaded when it is asked for: the descriptions of all answers would slow down every cold start.
    const { openApiDocument } = await import("./openapi/document.ts");
    document ??= openApiDocument(operations);
    return { body: document };
  },
});

export const operations: readonly Operation[] = [
  ...taskOperations,
  ...strategyOperations,
  ...schedulerOperations,
  ...executionOperations,
  ...settingsOperations,
  ...configOperations,
  ...notificationOperations,
  ...healthOperations,
  openApi,
];
