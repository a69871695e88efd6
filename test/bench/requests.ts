// How many requests a run sends to the broker, with 1, 10 and 100 symbols: the first run of a day, and a later one.
import type { ExecutionRecord } from "../../src/core/model/run.ts";
import type { Telemetry } from "../../src/ports/telemetry.ts";
import { exampleConfig, runInMemory } from "../support/memoryStack.ts";
import type { Figure } from "./main.ts";

export async function requestFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of [1, 10, 100]) {
    const symbols = Array.from(
      { length: count },
      (_, index) => `SYM${String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))}`,
    );
    const strategies = [
      { name: "movingAverageCross" },
      { name: "targetWeights", params: { weights: equalWeights(symbols) } },
    ];
    const sizing = { method: "percentOfEquity", equityFraction: 0.8, rebalanceBandFraction: 0 };
    const config = exampleConfig(symbols, { strategies, sizing });
    let sent = (): number => 0;
    const history = (): number => stack.simulator.requests()["GET /v2/stocks/bars"] ?? 0;
    let atEnd = 0;
    const telemetry: Telemetry = {
      event: (_, name) => {
        if (name === "run.ended") atEnd = sent();
      },
    };
    const stack = await runInMemory({ symbols, config, cash: "10000000", ports: { telemetry } });
    sent = () => total(stack.simulator.requests());
    try {
      for (const [which, goal] of [
        ["first run of the day", undefined],
        ["later run", "≤ 9 + orders"],
      ] as const) {
        const [before, barsBefore] = [sent(), history()];
        const record = await stack.runNextSlot();
        figures.push({
          name: `requests with ${count} symbols, ${which}`,
          value: `${atEnd - before - ordersOf(record)} + ${ordersOf(record)}`,
          ...(goal === undefined ? {} : { goal }),
        });
        figures.push({ name: "  of them for history", value: String(history() - barsBefore) });
        figures.push({ name: `  the monitor's look after it`, value: String(sent() - atEnd) });
      }
    } finally {
      await stack.stop();
    }
  }
  return figures;
}

const total = (requests: Record<string, number>): number =>
  Object.values(requests).reduce((sum, count) => sum + count, 0);
const ordersOf = (record: ExecutionRecord): number => record.outcomes.filter(({ kind }) => kind !== "withheld").length;
const equalWeights = (symbols: readonly string[]): Record<string, number> =>
  Object.fromEntries(symbols.map((symbol) => [symbol, 1 / symbols.length]));
