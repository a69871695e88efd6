// The day's bars of what is held, rebuilt from single trades: complete, whenever a symbol joins and however often the feed is asked.
import { afterEach, expect, test } from "vitest";
import { createIntradayRecorder } from "../../src/app/intradayRecorder.ts";
import { msFromInstant } from "../../src/core/model/time.ts";
import { at, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const openMs = msFromInstant(at("2026-06-15T13:30:00Z"));
const asked = (): number => stack.simulator.requests()["GET /v2/stocks/trades"] ?? 0;

test("every closed minute since the open has its bar, a symbol that joins later included", async () => {
  stack = await runInMemory();
  const recorder = createIntradayRecorder(stack.ports);
  stack.setNow("2026-06-15T13:40:30Z");
  await recorder.record(["AAA"]);
  stack.setNow("2026-06-15T13:50:30Z");
  await recorder.record(["AAA", "BBB"]);
  for (const symbol of ["AAA", "BBB"]) {
    const bars = recorder.minuteBars(symbol);
    expect([...(bars?.timeMs ?? [])], symbol).toEqual(
      Array.from({ length: 20 }, (_, minute) => openMs + minute * 60_000),
    );
  }
  expect(recorder.minuteBars("CCC")).toBeUndefined();
});

test("asking again changes nothing, and a new day begins anew", async () => {
  stack = await runInMemory();
  const recorder = createIntradayRecorder(stack.ports);
  stack.setNow("2026-06-15T13:45:30Z");
  await recorder.record(["AAA"]);
  const once = recorder.minuteBars("AAA");
  await recorder.record(["AAA"]);
  await recorder.record(["AAA"]);
  expect(recorder.minuteBars("AAA")).toEqual(once);
  stack.setNow("2026-06-16T13:31:30Z");
  await recorder.record(["AAA"]);
  expect(recorder.minuteBars("AAA")?.timeMs).toHaveLength(1);
});

test("nothing is asked before the open, nor for nothing held", async () => {
  stack = await runInMemory();
  const recorder = createIntradayRecorder(stack.ports);
  stack.setNow("2026-06-15T13:20:00Z");
  await recorder.record(["AAA"]);
  stack.setNow("2026-06-15T13:40:00Z");
  await recorder.record([]);
  expect(asked()).toBe(0);
});

test.each([true, false])("the monitor rebuilds them where the settings say so (%s)", async (intradayBars) => {
  const { automation, ...config } = exampleConfig(["AAA", "BBB"]);
  const monitor = { ...automation.monitor, intradayBars };
  stack = await runInMemory({ config: { ...config, automation: { ...automation, monitor } } });
  await stack.runNextSlot();
  stack.setNow("2026-06-15T13:50:30Z");
  await stack.app.realtimeMonitor.check();
  const told = stack.events.filter(({ name }) => name === "bars.rebuilt").map(({ fields }) => fields);
  const complete = ["AAA", "BBB"].map((symbol) => ({ symbol, bars: 20, gaps: 0 }));
  expect(told.slice(-2)).toEqual(intradayBars ? complete : []);
});
