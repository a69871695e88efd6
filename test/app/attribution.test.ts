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

const attributed = async () => (await stack.ports.monitor.read())?.state.attributed;

test("positions are attributed by what was filled, and a rejected order moves nothing", async () => {
  stack = await runInMemory({ config });
  stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "status422" });
  const first = await stack.runNextSlot();
  expect(first.outcomes.map(({ kind }) => kind)).toEqual(["rejected", "accepted"]);
  const shares = Object.fromEntries(first.outcomes.map(({ ticket }) => [ticket.symbol, Number(ticket.qty)]));
  expect(await attributed()).toEqual({ BBB: { buyAndHold: String(shares.BBB) } });
  const second = await stack.runNextSlot();
  const own = (await attributed())?.AAA ?? {};
  const held = Number(second.outcomes[0]?.ticket.qty);
  expect(own).toEqual({ buyAndHold: expect.any(String), targetWeights: expect.any(String) });
  expect([Number(own.buyAndHold), Number(own.targetWeights)]).toEqual([
    expect.closeTo((held * 0.125) / 0.425, 6),
    expect.closeTo((held * 0.3) / 0.425, 6),
  ]);
  expect(Number(own.buyAndHold) + Number(own.targetWeights)).toBeCloseTo(held, 9);
});

test("while a strategy fails the others trade their own shares, and what it holds is not sold", async () => {
  const weights = (AAA: number, failing: object = {}) =>
    exampleConfig(["AAA", "BBB"], {
      strategies: [
        { name: "targetWeights", params: { weights: { AAA } }, weight: 3 },
        { name: "buyAndHold", params: failing, weight: 1 },
      ],
    }).tasks[0];
  stack = await runInMemory({ config });
  await stack.runNextSlot();
  const before = (await attributed())?.AAA ?? {};
  const task = weights(0, { colour: "red" });
  const stored = await stack.ports.tasks.get("example");
  if (task === undefined || stored === undefined) throw new Error("no task");
  await stack.ports.tasks.save([{ ...stored, task, version: stored.version + 1 }]);
  const record = await stack.runNextSlot();
  expect(record).toMatchObject({ status: "partial", strategyFailures: [{ strategy: "buyAndHold" }] });
  expect(record.outcomes.map(({ ticket }) => [ticket.symbol, ticket.side, Number(ticket.qty)])).toEqual([
    ["AAA", "sell", Math.floor(Number(before.targetWeights))],
  ]);
  expect((await attributed())?.AAA?.buyAndHold).toBe(before.buyAndHold);
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
