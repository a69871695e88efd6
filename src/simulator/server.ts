// The simulator over HTTP: one origin that serves the paths of Alpaca's trading and data hosts, and a control surface beside them.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createControl } from "./control.ts";
import type { Fault } from "./faults.ts";
import { readRequest, send } from "./httpMessages.ts";
import type { MarketTape } from "./marketTape.ts";
import { type AlpacaService, createService, written } from "./service.ts";
import { type SimulatorEvent, toEvents } from "./simulatorEvents.ts";
import { loadState, saveState } from "./stateFile.ts";
import { createStreamServer } from "./streamServer.ts";
import { type DataPlan, errorReply } from "./wireTypes.ts";

export type { Fault } from "./faults.ts";
export type { SimulatorEvent } from "./simulatorEvents.ts";

export type SimulatorOptions = {
  readonly tape: MarketTape;
  /** The exchange's time. It may stand still or run fast; a step back is ignored. */
  readonly nowMs: () => number;
  readonly seed: number;
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly startingCash?: string;
  readonly multiplier?: "1" | "2" | "4";
  /** The share of orders that are executed in two parts, from 0, the default, to 1. */
  readonly partialFillShare?: number;
  /** Where the state is kept, saved after every change before the reply leaves. A state found there is taken up. */
  readonly stateFile?: string;
  readonly keyId: string;
  readonly secret: string;
  readonly onEvent?: (event: SimulatorEvent) => void;
  /** Of real time, for each of the two hosts; 0: no limit. */
  readonly requestsPerMinute?: number;
  readonly dataPlan?: DataPlan;
};

export type Simulator = {
  readonly url: string;
  /** `ws://…`: `/stream` is the trade updates, `/v2/iex` the market data. */
  readonly streamOrigin: string;
  readonly port: number;
  /** How many requests each route has had, `{"GET /v2/orders": 3}`. */
  readonly requests: () => Record<string, number>;
  readonly arm: (fault: Fault) => void;
  readonly stop: () => Promise<void>;
};

/** How often resting orders and streams are looked at while nobody asks, in real time. */
const pulseMs = 100;

/** Starts the simulator on the loopback address. Rejects when the port is taken or the kept state cannot be read. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { stateFile, onEvent } = options;
  const service = createService({
    ...options,
    state: stateFile === undefined ? undefined : loadState(stateFile, options.seed),
    requestsPerMinute: options.requestsPerMinute ?? 200,
    realMs: () => performance.timeOrigin + performance.now(),
    delay,
    onEffects: (effects, state) => {
      if (stateFile !== undefined && effects.some(({ type }) => type !== "refused")) saveState(stateFile, state);
      streams.publish(effects);
      if (onEvent !== undefined) for (const event of effects.flatMap(toEvents)) onEvent(event);
    },
  });
  const streams = createStreamServer({ ...options, plan: options.dataPlan ?? "basic", service });
  const server = createServer(requestListener(service, onEvent));
  const port = await listen(server, options.port ?? 0);
  server.on("upgrade", streams.upgrade);
  const pulse = setInterval(() => {
    if (streams.connections() > 0 || service.state().openSerials.length > 0) service.advance();
    streams.tell();
  }, pulseMs);
  pulse.unref();

  return {
    url: `http://127.0.0.1:${port}`,
    streamOrigin: `ws://127.0.0.1:${port}`,
    port,
    requests: service.requests,
    arm: service.faults.arm,
    stop: async () => {
      clearInterval(pulse);
      streams.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers requests of Alpaca's paths and of the control surface. */
function requestListener(service: AlpacaService, onEvent: SimulatorOptions["onEvent"]): RequestListener {
  const control = createControl(service);

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (request === undefined) {
      return send(outgoing, written(errorReply(413, "request body is too large"), { Connection: "close" }));
    }
    if (request.path.startsWith("/_control/")) return send(outgoing, written(control(request)));
    const served = await service.serve(request);
    onEvent?.({ type: "request", method: request.method, path: request.path, status: served?.status ?? 0 });
    if (served === undefined) incoming.socket.destroy();
    else send(outgoing, served);
  }

  return (incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      // A fault of the simulator's own: say so, where Alpaca would say nothing.
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (outgoing.headersSent) outgoing.destroy();
      else send(outgoing, written(errorReply(500, `simulator: ${message}`)));
    });
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
