// The stand-ins as a process of their own, which a test can kill: argv holds the state folder (empty: keep none), the clock file and the ports of an earlier life.
import { createDemoClock } from "../../src/adapters/system/clock.ts";
import { msFromInstant } from "../../src/core/model/time.ts";
import { planDemoDay } from "../../src/local/demoDay.ts";
import { appSettings, startStandIns } from "../../src/local/standIns.ts";

const [stateDir = "", clockFile = "", ports] = process.argv.slice(2);
const clock = createDemoClock(clockFile);
const { tape } = await planDemoDay({ seed: 7, data: undefined });
const standIns = await startStandIns({
  tape,
  seed: 7,
  nowMs: () => msFromInstant(clock.now()),
  stateDir: stateDir === "" ? undefined : stateDir,
  ...(ports === undefined ? {} : { ports: JSON.parse(ports) }),
  onNotification: (notification) => process.send?.({ type: "notification", notification }),
});
process.send?.({
  type: "ready",
  settings: appSettings(standIns),
  simulatorUrl: standIns.simulator.url,
  ports: {
    broker: standIns.broker.port,
    tables: Number(new URL(standIns.tables.url).port),
    simulator: standIns.simulator.port,
    sink: Number(new URL(standIns.sink.url).port),
  },
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => void standIns.stop().then(() => process.exit(0)));
