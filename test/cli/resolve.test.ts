// `executions resolve`: ends a doubt by the broker's word, needs a reason, and refuses where there is no doubt.
import { expect, test } from "vitest";
import { startCliStack } from "../support/cliStack.ts";
import { disarm } from "../support/disturb.ts";

test("a doubt is ended once the broker does not show the order, in the name of who asked", async () => {
  const { run, json, stack } = await startCliStack();
  stack.simulator.arm({ method: "POST", path: "/v2/orders", count: 1, kind: "dropBeforeEffect" });
  stack.simulator.arm({ method: "GET", path: "/v2/orders:by_client_order_id", count: 1000, kind: "status401" });
  const { executionId, outcomes } = await stack.runNextSlot();
  await disarm(stack);
  const doubtful = outcomes.find(({ kind }) => kind === "unknown");
  const id = doubtful?.kind === "unknown" ? doubtful.ticket.clientOrderId : "";
  const line = `executions resolve ${executionId} ${id}`;
  expect(await run(line)).toMatchObject({ exitCode: 2, errors: expect.stringContaining("--reason") });
  expect(await json(`${line} --reason gone`)).toMatchObject({ kind: "notPlaced" });
  expect(await run(`${line} --reason again`)).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining("ORDER_NOT_IN_DOUBT"),
  });
});
