// The halt: once it is answered no order reaches the broker any more, and open orders are cancelled where the settings say so.
import { afterEach, expect, test } from "vitest";
import { buyByHand, intervene } from "../support/disturb.ts";
import { asked, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";
import { dieBeforeOrder } from "../support/runInHand.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const halt = asked("halt", { reason: "drill", actor: "op" });
const sent = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;
const openIds = async (): Promise<readonly string[]> =>
  (await stack.ports.broker.openOrders()).map(({ clientOrderId }) => clientOrderId).sort();

/** An order of the run's and a stranger's rest, because AAA is halted at the exchange. */
async function restingOrders(cancelOnHalt: boolean): Promise<void> {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"]);
  const monitor = { ...automation.monitor, cancelOnHalt };
  stack = await runInMemory({ config: { ...config, automation: { ...automation, monitor } } });
  await intervene(stack, { kind: "haltSymbol", symbol: "AAA" });
  await stack.runNextSlot();
  await buyByHand(stack);
}

const own = "tw.example@20260615T133500Z.targetWeights.AAA.buy.1";

test("cancels the open orders of this system and nobody else's, where the settings say so", async () => {
  await restingOrders(true);
  expect(await openIds()).toEqual(["by hand", own]);
  expect(await stack.app.controlService.change(halt)).toMatchObject({ tradingState: "halted" });
  expect(await openIds()).toEqual(["by hand"]);
});

test("leaves open orders alone where the settings do not say so", async () => {
  await restingOrders(false);
  await stack.app.controlService.change(halt);
  expect(await openIds()).toEqual(["by hand", own]);
});

test("halted twice stays halted for the first reason", async () => {
  await restingOrders(true);
  const first = await stack.app.controlService.change(halt);
  expect(await stack.app.controlService.change(asked("halt", { reason: "again", actor: "other" }))).toEqual(first);
  expect(first.reason).toBe("drill");
});

test("answers only after the run under way has ended, and nothing is sent after the answer", async () => {
  stack = await runInMemory();
  const { broker, clock } = stack.ports;
  const { submit } = broker;
  // The monitor and the halt pause by this; a real turn of the loop lets the run go on meanwhile.
  const { sleep } = clock;
  Object.assign(clock, {
    sleep: async (ms: number) => {
      await sleep(ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  let answered = false;
  let sentAtAnswer = -1;
  let halted: Promise<void> | undefined;
  let answeredDuringRun = false;
  Object.assign(broker, {
    submit: async (ticket: Parameters<typeof submit>[0]) => {
      halted ??= stack.app.controlService.change(halt).then(() => {
        answered = true;
        sentAtAnswer = sent();
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      answeredDuringRun ||= answered;
      return submit(ticket);
    },
  });
  const record = await stack.runNextSlot();
  await halted;
  expect(answeredDuringRun).toBe(false);
  expect(record.outcomes).toMatchObject([{ kind: "accepted" }, { kind: "withheld", code: "HALTED" }]);
  expect({ atAnswer: sentAtAnswer, after: sent() }).toEqual({ atAnswer: 1, after: 1 });
});

test("waits for a worker that holds an order, though a second one ends their run between two of the halt's looks", async () => {
  stack = await runInMemory();
  // It never gets on: whether it died or is only slow, nobody can tell.
  const run = await dieBeforeOrder(stack, 1);
  const { clock } = stack.ports;
  const { executions } = stack.app;
  const { list } = executions;
  let waitedMs = 0;
  Object.assign(executions, {
    list: async (...given: Parameters<typeof list>) => {
      const before = await list(...given);
      Object.assign(executions, { list });
      await stack.app.runDelivery.deliver({ run });
      Object.assign(clock, {
        sleep: async (ms: number) => {
          waitedMs += ms;
        },
      });
      return before;
    },
  });
  await stack.app.controlService.change(halt);
  expect(await executions.get(run.runId)).toMatchObject({ status: "partial" });
  expect(waitedMs).toBe(15_000);
});

test("a resumption does not undo a halt that came while it was under way", async () => {
  stack = await runInMemory();
  const { control } = stack.ports;
  const service = stack.app.controlService;
  await service.change(asked("reduce"));
  const write = control.write.bind(control);
  Object.assign(control, {
    write: async (...given: Parameters<typeof write>) => {
      Object.assign(control, { write });
      await service.change(halt);
      return write(...given);
    },
  });
  await expect(service.change(asked("resume"))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect((await control.read()).state.tradingState).toBe("halted");
});
