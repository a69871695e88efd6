// The judgement of a whole configuration: every fault with its path, none too many.
import { expect, test } from "vitest";
import automation from "../../../config/automation.json" with { type: "json" };
import { type AutomationConfig, automationConfigSchema } from "../../../src/core/model/automation.ts";
import { automationSchema } from "../../../src/core/model/settings.ts";
import { automationFaults } from "../../../src/core/strategies/registry.ts";
import { exampleLimits, exampleTask, exampleWindow } from "../examples.ts";

const config = (changes: Partial<AutomationConfig> = {}): AutomationConfig => ({
  automation: automationSchema.parse({ trading_window: exampleWindow(), risk_limits: exampleLimits() }),
  tasks: [exampleTask()],
  ...changes,
});

test("the configuration that is shipped has no faults", () => {
  expect(automationFaults(automationConfigSchema.parse(automation))).toEqual([]);
});

test("lists every fault of every task with its whole path", () => {
  const tasks = [
    exampleTask({
      schedule: { cron: "99 9 * * *", zone: "UTC" },
      strategies: [
        { name: "movingAverageCross", params: { fast: 5, slow: 20 }, weight: 1 },
        { name: "movingAverageCross", params: { fast: "five" }, weight: 1 },
        { name: "astrology", params: {}, weight: 1 },
      ],
    }),
    exampleTask({ id: "second", strategies: [{ name: "targetWeights", params: { weight: {} }, weight: 1 }] }),
  ];
  expect(automationFaults(config({ tasks })).map(({ path }) => path)).toEqual([
    "tasks[0].schedule.cron",
    "tasks[0].strategies[1].params.fast",
    "tasks[0].strategies[2].name",
    "tasks[1].strategies[0].params.weights",
    "tasks[1].strategies[0].params.weight",
  ]);
});

test("a trading window that never opens is a fault", () => {
  const window = exampleWindow({ ranges: [{ start: "01:00", end: "02:00" }] });
  const { automation: sound } = config();
  const faults = automationFaults(config({ automation: { ...sound, trading_window: window } }));
  expect(faults).toEqual([{ path: "automation.trading_window", message: "never opens while the exchange trades" }]);
});
