// The stand-ins for Azure and Alpaca on this machine: Service Bus broker, tables, Alpaca simulator and notification sink.
import { join } from "node:path";
import { queueDeclarations, serviceBusSetting } from "../config.ts";
import type { Notification } from "../core/model/notification.ts";
import { minuteMs } from "../core/model/time.ts";
import type { MarketTape } from "../simulator/marketTape.ts";
import { type SimulatorEvent, startSimulator } from "../simulator/server.ts";
import { startAzuriteTables } from "./azurite/azurite.ts";
import { startNotificationSink } from "./notificationSink.ts";
import { type BrokerEvent, type QueueSettings, startServiceBusBroker } from "./serviceBus/broker.ts";

/** What the queues must be like, here as in Azure. */
export const queues: readonly QueueSettings[] = Object.entries(queueDeclarations).map(([name, declared]) => ({
  name,
  requiresSession: declared.requiresSession,
  lockDurationMs: declared.lockSeconds * 1000,
  maxDeliveryCount: declared.maxDeliveryCount,
  duplicateDetectionWindowMs: declared.duplicateDetectionMinutes * minuteMs,
}));

/** Credentials of the simulator: they open nothing else. */
export const simulatorKeys = { keyId: "SIMULATOR", secret: "simulator-only" };

export type StandIns = Awaited<ReturnType<typeof startStandIns>>;

export type Ports = {
  readonly broker: number;
  readonly tables: number;
  readonly simulator: number;
  readonly sink: number;
};

/** Starts all four, on free ports unless `ports` names them. With `stateDir` they keep their state there. */
export async function startStandIns(options: {
  readonly tape: MarketTape;
  readonly seed: number;
  readonly nowMs: () => number;
  readonly stateDir: string | undefined;
  readonly ports?: Ports;
  readonly onSimulatorEvent?: (event: SimulatorEvent) => void;
  readonly onBrokerEvent?: (event: BrokerEvent) => void;
  readonly onNotification?: (notification: Notification) => void;
}) {
  const { tape, seed, nowMs, stateDir, ports, onSimulatorEvent, onBrokerEvent, onNotification } = options;
  const inState = (name: string): string | undefined => (stateDir === undefined ? undefined : join(stateDir, name));
  const started: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    started.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((part) => part.stop()));
  };
  try {
    const [tables, broker, simulator, sink] = await Promise.all([
      keep(startAzuriteTables(defined({ stateDir: inState("tables"), port: ports?.tables }))),
      keep(
        startServiceBusBroker({
          queues: [...queues],
          ...defined({ stateFile: inState("broker.journal"), onEvent: onBrokerEvent, port: ports?.broker }),
        }),
      ),
      keep(
        startSimulator({
          tape,
          seed,
          nowMs,
          ...simulatorKeys,
          requestsPerMinute: 0,
          ...defined({ stateFile: inState("simulator.json"), onEvent: onSimulatorEvent, port: ports?.simulator }),
        }),
      ),
      keep(startNotificationSink(defined({ onNotification, port: ports?.sink }))),
    ]);
    return { tables, broker, simulator, sink, stop };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** The app settings that point the app at these stand-ins. */
export const appSettings = ({
  tables,
  broker,
  simulator,
  sink,
}: {
  readonly [Part in "tables" | "broker"]: { readonly connectionString: string };
} & { readonly [Part in "simulator" | "sink"]: { readonly url: string } }): Readonly<Record<string, string>> => ({
  FUNCTIONS_WORKER_RUNTIME: "node",
  TRADEWIND_MODE: "paper",
  ALPACA_KEY_ID: simulatorKeys.keyId,
  ALPACA_SECRET_KEY: simulatorKeys.secret,
  ALPACA_TRADING_ORIGIN: simulator.url,
  ALPACA_DATA_ORIGIN: simulator.url,
  ALPACA_REQUESTS_PER_MINUTE: "0",
  [serviceBusSetting]: broker.connectionString,
  TablesConnection: tables.connectionString,
  NOTIFY_WEBHOOK_URL: sink.url,
});

/** The entries that are there: an absent option and one given as undefined are not the same to the types. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
