// Whose wish an order is, from the strategies through the stored plan to the record that the API answers.
import { afterEach, expect, test } from "vitest";
import { openApiClient } from "../support/apiClient.ts";
import { answerFaults } from "../support/apiDocument.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

/** Two strategies on AAA, of which one alone speaks on BBB; each symbol of buyAndHold is a half. */
const config = exampleConfig(["AAA", "BBB"], {
  strategies: [
    { name: "targetWeights", params: { weights: { AAA: 0.4 } }, weight: 3 },
    { name: "buyAndHold", weight: 1 },
  ],
});
const attributions = {
  AAA: [
    { strategy: "buyAndHold", weight: 0.125 },
    { strategy: "targetWeights", weight: 0.3 },
  ],
  BBB: [{ strategy: "buyAndHold", weight: 0.125 }],
};

test("an order is attributed to every strategy in it, in the plan, in the record and over HTTP", async () => {
  stack = await runInMemory({ config });
  const record = await stack.runNextSlot();
  expect(record).toMatchObject({ status: "succeeded", ordersFilled: 2 });
  const shares = record.verdicts.map(({ intent }) => [intent.symbol, intent.attribution]);
  expect(Object.fromEntries(shares)).toEqual(attributions);

  const stored = await stack.ports.executions.loadPlan(record.executionId);
  expect(stored?.plan.intents.map(({ attribution }) => attribution)).toEqual([attributions.AAA, attributions.BBB]);
  const reply = await openApiClient(stack.app)("GET", `/scheduler/executions/${record.executionId}`);
  expect(answerFaults(reply)).toEqual([]);
  expect(reply.body.verdicts).toEqual(JSON.parse(JSON.stringify(record.verdicts)));
});

test("the order itself carries one name: its strategy's, or net where several are in it", async () => {
  stack = await runInMemory({ config });
  const record = await stack.runNextSlot();
  const sent = record.outcomes.map(({ ticket }) => [ticket.symbol, ticket.strategy, ticket.clientOrderId]);
  expect(sent).toEqual([
    ["AAA", "net", `tw.${record.executionId}.net.AAA.buy.1`],
    ["BBB", "buyAndHold", `tw.${record.executionId}.buyAndHold.BBB.buy.1`],
  ]);
  for (const { ticket } of record.outcomes) expect(ticket).not.toHaveProperty("attribution");
});

test("the shares of an order add up to the weight that it was sized to", async () => {
  stack = await runInMemory({ config });
  const { verdicts } = await stack.runNextSlot();
  for (const { intent } of verdicts) {
    const weight = intent.attribution.reduce((sum, share) => sum + share.weight, 0);
    expect(intent.sizing).toContain(`weight ${Number(weight.toFixed(12))} of`);
  }
});

test("a failed strategy has no share in an order, and the record says why", async () => {
  const failing = exampleConfig(["AAA", "BBB"], {
    strategies: [
      { name: "targetWeights", params: { weights: { AAA: 0.4 } }, weight: 3 },
      { name: "buyAndHold", params: { colour: "red" }, weight: 1 },
    ],
  });
  stack = await runInMemory({ config: failing });
  const record = await stack.runNextSlot();
  expect(record).toMatchObject({
    status: "partial",
    strategyFailures: [{ strategy: "buyAndHold", message: "colour: is not known here" }],
  });
  expect(record.verdicts.map(({ intent }) => [intent.symbol, intent.attribution])).toEqual([
    ["AAA", [{ strategy: "targetWeights", weight: 0.3 }]],
  ]);
});
