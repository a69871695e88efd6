// `npm run bench`: the figures of the local stack and of the indicators, measured on this machine and printed; nothing is asserted.
import { availableParallelism } from "node:os";
import { bundleFigures } from "./bundle.ts";
import { firstFillFigures } from "./firstFill.ts";
import { historyFigures } from "./history.ts";
import { indicatorFigures } from "./indicators.ts";
import { pipelineFigures } from "./pipeline.ts";
import { planFigures } from "./plan.ts";
import { requestFigures } from "./requests.ts";
import { runLatencyFigures } from "./runLatency.ts";
import { simulatorFigures } from "./simulator.ts";
import { telemetryFigures } from "./telemetry.ts";
import { tickFigures } from "./ticks.ts";

export type Figure = { readonly name: string; readonly value: string; readonly goal?: string };

const benches: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  start: firstFillFigures,
  runs: runLatencyFigures,
  requests: requestFigures,
  simulator: simulatorFigures,
  ticks: tickFigures,
  history: historyFigures,
  bundle: bundleFigures,
  telemetry: telemetryFigures,
  indicators: indicatorFigures,
  plan: planFigures,
  pipeline: pipelineFigures,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown.join('", "')}"; there are ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 2;
} else {
  console.log(`Node ${process.version}, ${availableParallelism()} cores`);
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    console.error(`measuring ${name} …`);
    for (const { name: what, value, goal } of (await benches[name]?.()) ?? []) {
      console.log(`${what.padEnd(58)}${value.padStart(14)}${goal === undefined ? "" : `   goal ${goal}`}`);
    }
  }
}
