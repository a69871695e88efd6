// Strategies over HTTP: what a client needs to offer them and to judge parameters before it sends a task.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { strategies } from "../../src/core/strategies/registry.ts";
import { strategiesPage } from "../../tools/strategiesPage.ts";
import { type ApiClient, type ApiReply, openApiClient } from "../support/apiClient.ts";
import { answerFaults } from "../support/apiDocument.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
let client: ApiClient;
beforeAll(async () => {
  stack = await runInMemory();
  client = openApiClient(stack.app);
});
afterAll(() => stack.stop());

async function get(target: string): Promise<ApiReply> {
  const reply = await client("GET", target);
  expect(answerFaults(reply)).toEqual([]);
  return reply;
}

test("all are listed by name, each as it is answered alone", async () => {
  const { status, body } = await get("/strategies");
  expect(status).toBe(200);
  expect(body.items.map(({ name }: { name: string }) => name)).toEqual(strategies.map(({ name }) => name));
  for (const item of body.items) expect((await get(`/strategies/${item.name}`)).body).toEqual(item);
});

test("one is told with its doc, its parameters, their defaults and what it needs with them", async () => {
  const { body } = await get("/strategies/rsiReversion");
  expect(body).toMatchObject({
    title: "RSI mean reversion",
    doc: expect.stringContaining("J. W. Wilder"),
    params: { properties: { period: { type: "integer", minimum: 2, maximum: 100, default: 14 } } },
    defaults: { period: 14, enterBelow: 30, exitAbove: 55 },
    needs: { timeframe: "1Day", bars: 113, warmUp: 98 },
  });
});

test("parameters without a default are required, and stand in the example alone", async () => {
  const { body } = await get("/strategies/targetWeights");
  expect(body.params.required).toEqual(["weights"]);
  expect(body.defaults).toEqual({});
  expect(body.example).toEqual({ weights: { SPY: 0.6, AGG: 0.4 } });
});

test.each(["/strategies/astrology", "/strategies/constructor"])("%s is not found", async (target) => {
  expect(await get(target)).toMatchObject({ status: 404, body: { code: "STRATEGY_NOT_FOUND" } });
});

test.each(["/strategies/a-b", `/strategies/${"a".repeat(33)}`, "/strategies/pairs?x=1"])(
  "%s is refused",
  async (target) => {
    expect(await get(target)).toMatchObject({ status: 400, body: { code: "BAD_PARAMETER" } });
  },
);

describe.each(strategies.map(({ name }) => name))("the schema of %s", (name) => {
  test("takes its example and refuses what the app refuses, and a task with the example is taken", async () => {
    const { params, example } = (await get(`/strategies/${name}`)).body;
    const accepts = new Ajv2020({ strict: false }).compile(params);
    expect(accepts(example)).toBe(true);
    expect(accepts({ ...example, colour: "red" })).toBe(false);
    const [task] = exampleConfig(["AAA", "BBB"]).tasks;
    const save = (given: object): Promise<ApiReply> =>
      client("POST", "/tasks?dryRun=true", { body: { ...task, id: "tried", strategies: [{ name, params: given }] } });
    expect((await save(example)).status).toBe(200);
    expect(await save({ ...example, colour: "red" })).toMatchObject({
      status: 400,
      body: { code: "INVALID_TASK", faults: [{ path: "strategies[0].params.colour" }] },
    });
  });
});

test("docs/strategies.md is as the registry makes it", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/strategies.md"), "utf8");
  expect(page, "run npm run docs").toBe(strategiesPage());
});
