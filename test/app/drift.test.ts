// Positions that our own orders do not explain: what the monitor does about them, and that it does it once.
import { afterEach, expect, test } from "vitest";
import type { MonitorSettings } from "../../src/core/model/settings.ts";
import { buyByHand } from "../support/disturb.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const orders = (): number => stack.simulator.requests()["POST /v2/orders"] ?? 0;
const sharesOf = async (symbol: string): Promise<string | undefined> =>
  (await stack.ports.broker.positions()).find((position) => position.symbol === symbol)?.qty;

/** Both symbols are held after a run, and then somebody buys five shares of AAA by hand. Answers the shares before that. */
async function tradedByHand(driftPolicy: MonitorSettings["driftPolicy"]): Promise<number> {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"]);
  const monitor = { ...automation.monitor, driftPolicy };
  stack = await runInMemory({ config: { ...config, automation: { ...automation, monitor } } });
  await stack.runNextSlot();
  const before = Number(await sharesOf("AAA"));
  await buyByHand(stack);
  return before;
}

/** A check in each minute of the quarter of an hour after. */
async function checkEachMinute(): Promise<void> {
  for (let minute = 36; minute <= 50; minute++) {
    stack.setNow(`2026-06-15T13:${minute}:00Z`);
    await stack.app.realtimeMonitor.check();
  }
}

test("shares bought by hand are traded back once, down to what our orders explain and no further", async () => {
  const before = await tradedByHand("flatten");
  const sent = orders();
  await checkEachMinute();
  expect(Number(await sharesOf("AAA"))).toBe(before);
  expect(orders()).toBe(sent + 1);
  const state = (await stack.ports.monitor.read())?.state;
  expect(state?.drifts).toEqual([]);
  expect(Number(state?.believed.AAA)).toBe(before);
});

test.each(["adopt", "ignore"] as const)(
  "shares bought by hand are left alone by `%s`, and told once",
  async (policy) => {
    const before = await tradedByHand(policy);
    const sent = orders();
    await checkEachMinute();
    expect(Number(await sharesOf("AAA"))).toBe(before + 5);
    expect(orders()).toBe(sent);
    await stack.deliverAll();
    expect(stack.notifications.filter(({ title }) => title.startsWith("AAA: the broker shows"))).toHaveLength(1);
    const state = (await stack.ports.monitor.read())?.state;
    expect(state?.drifts.map((drift) => drift.state)).toEqual(policy === "ignore" ? ["ignored"] : []);
  },
);
