// One stand-in as a process of its own, so that it can be killed alone: argv holds which one, and where it keeps its state.
import { join } from "node:path";
import { createDemoClock } from "../adapters/system/clock.ts";
import { msFromInstant } from "../core/model/time.ts";
import { startAzuriteTables } from "../local/azurite/azurite.ts";
import { startServiceBusBroker } from "../local/serviceBus/broker.ts";
import { queues, simulatorKeys } from "../local/standIns.ts";
import { startSimulator } from "../simulator/server.ts";
import { tapeOf } from "./processPlan.ts";
import type { PartAddress, PartOptions } from "./processStandIns.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as PartOptions;
// Killed or not, a part never outlives whoever started it.
process.on("disconnect", () => process.exit(0));
process.send?.(await start(options));

async function start({ part, seed, stateDir, clockFile, port }: PartOptions): Promise<PartAddress> {
  if (part === "tables") {
    const { url, connectionString } = await startAzuriteTables({ port, stateDir: join(stateDir, "tables") });
    return { port: Number(new URL(url).port), address: connectionString };
  }
  if (part === "broker") {
    const stateFile = join(stateDir, "broker.journal");
    const broker = await startServiceBusBroker({ queues: [...queues], port, stateFile });
    return { port: broker.port, address: broker.connectionString };
  }
  const clock = createDemoClock(clockFile);
  const simulator = await startSimulator({
    ...simulatorKeys,
    tape: tapeOf(seed),
    seed,
    port,
    nowMs: () => msFromInstant(clock.now()),
    stateFile: join(stateDir, "simulator.json"),
    requestsPerMinute: 0,
    partialFillShare: 0.1,
  });
  return { port: simulator.port, address: simulator.url };
}
