// The OpenAPI document: whole, true to the schemas that judge requests, with examples that hold; and the app answers what it says.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentSchemas } from "../../src/api/openapi/documents.ts";
import { operations } from "../../src/api/operations.ts";
import { type ApiClient, openApiClient } from "../support/apiClient.ts";
import {
  answerFaults,
  apiDocument,
  documentedOperations,
  exampleFaults,
  requestFaults,
} from "../support/apiDocument.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
let api: ApiClient;
beforeAll(async () => {
  stack = await runInMemory();
  await stack.runNextSlot();
  api = openApiClient(stack.app);
});
afterAll(() => stack.stop());

test("is what GET /api/openapi.json answers", async () => {
  const { status, body } = await api("GET", "/openapi.json");
  expect(status).toBe(200);
  expect(body).toEqual(apiDocument);
  expect(body.openapi).toBe("3.1.0");
});

test("holds every operation once, each with a summary", () => {
  const names = documentedOperations.map(({ operation }) => operation.operationId);
  expect(names.toSorted()).toEqual(operations.map(({ name }) => name).sort());
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(33);
});

test("names every parameter of a path, and every reference leads somewhere", () => {
  for (const { path, operation } of documentedOperations) {
    const named = operation.parameters.filter((each) => each.in === "path").map(({ name }) => `{${name}}`);
    expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
  }
  const refs = [...JSON.stringify(apiDocument).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref = ""]) => ref);
  const resolve = (ref: string): unknown =>
    ref.split("/").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], apiDocument);
  expect(refs.length).toBeGreaterThan(100);
  expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
});

describe("examples", () => {
  const bodies = documentedOperations.flatMap(({ path, method, operation }) =>
    Object.entries(operation.requestBody?.content ?? {}).map(([type, { example }]) => ({
      path,
      method,
      type,
      example,
    })),
  );

  test.each(bodies)("the body of $method $path as $type fits", ({ path, method, type, example }) => {
    expect(example).toBeDefined();
    expect(requestFaults(path, method, type, example)).toEqual([]);
  });

  test.each(
    operations.flatMap(({ name, body, document }) => {
      const schema = body ?? (document && documentSchemas[document]);
      return schema === undefined ? [] : [{ name, schema }];
    }),
  )("the body of $name is taken by the schema that judges it", ({ name, schema }) => {
    const example = bodies.find(({ path, method }) =>
      operations.some((each) => each.name === name && `/${each.route}` === path && each.method === method),
    )?.example;
    expect(schema.safeParse(example).error).toBeUndefined();
  });

  test("every answer has one, and it fits", () => {
    const faults = documentedOperations.flatMap(({ path, method, operation }) =>
      Object.entries(operation.responses)
        .filter(([status]) => status.startsWith("2"))
        .map(([status, { content }]) => ({
          path,
          method,
          status,
          faults: exampleFaults(path, method, status, content),
        })),
    );
    expect(faults.length).toBeGreaterThan(33);
    expect(faults.filter((each) => each.faults.length > 0)).toEqual([]);
  });

  test("a wrong one would be found", () => {
    expect(requestFaults("/tasks", "POST", "application/json", { id: "x" })).not.toEqual([]);
    expect(requestFaults("/scheduler/stop", "POST", "application/json", { why: "x" })).not.toEqual([]);
  });
});

describe("real answers", () => {
  test.each([
    ["GET", "/scheduler"],
    ["GET", "/health"],
    ["GET", "/health/ready"],
    ["GET", "/health/live"],
    ["GET", "/scheduler/executions"],
    ["GET", "/scheduler/executions/example@20260615T133500Z"],
    ["GET", "/scheduler/executions/nobody"],
    ["GET", "/scheduler/executions?limit=0"],
    ["POST", "/scheduler/tick"],
    ["POST", "/scheduler/stop"],
    ["GET", "/scheduler/preflight"],
    ["GET", "/scheduler/events"],
    ["GET", "/scheduler/audit"],
    ["GET", "/tasks"],
    ["GET", "/tasks/example"],
    ["GET", "/tasks/example?version=9"],
    ["GET", "/tasks/nobody"],
    ["GET", "/tasks/example/next"],
    ["POST", "/tasks/example/run?dryRun=true"],
    ["POST", "/tasks/example/disable"],
    ["POST", "/tasks/example/run"],
    ["GET", "/strategies"],
    ["GET", "/strategies/pairs"],
    ["GET", "/strategies/astrology"],
    ["GET", "/scheduler/slots?taskId=example&from=2026-06-15T13:00:00Z&to=2026-06-15T15:00:00Z"],
    ["GET", "/settings/trading_window"],
    ["GET", "/settings/colours"],
    ["GET", "/settings/changes"],
    ["POST", "/settings/changes/none/confirm"],
    ["GET", "/config"],
    ["GET", "/openapi.json"],
  ])("%s %s answers what the document says", async (method, target) => {
    const reply = await api(method, target);
    expect(answerFaults(reply)).toEqual([]);
    expect(reply.status).toBeLessThan(500);
  });

  test("one that the document does not know would be found", async () => {
    const reply = await api("GET", "/health");
    expect(answerFaults({ ...reply, body: { ...reply.body, more: 1 } })).not.toEqual([]);
    expect(answerFaults({ ...reply, status: 418 })).not.toEqual([]);
  });
});
