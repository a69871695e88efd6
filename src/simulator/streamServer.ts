// The WebSocket side of the simulator: leads each connection to the stream its path names.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Effect } from "./exchangeState.ts";
import { createMarketDataStream, feeds } from "./marketDataStream.ts";
import type { MarketTape } from "./marketTape.ts";
import type { AlpacaService } from "./service.ts";
import { createTradeUpdates } from "./tradeUpdates.ts";
import type { DataPlan } from "./wireTypes.ts";

export type StreamServer = {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly publish: (effects: readonly Effect[]) => void;
  /** Sends the market data of the time that has passed. */
  readonly tell: () => void;
  readonly connections: () => number;
  readonly stop: () => void;
};

export function createStreamServer(options: {
  readonly tape: MarketTape;
  readonly keyId: string;
  readonly secret: string;
  readonly plan: DataPlan;
  readonly nowMs: () => number;
  readonly service: AlpacaService;
}): StreamServer {
  const { service } = options;
  const sockets = new WebSocketServer({ noServer: true });
  const updates = createTradeUpdates({ ...options, takeFault: service.faults.takeForStream });
  const data = createMarketDataStream(options);
  return {
    upgrade: (request, socket, head) => {
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      const feed = feeds.find((name) => path === `/v2/${name}`);
      if (feed === undefined && path !== "/stream") {
        socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
      }
      const { headers } = request;
      const codec = headers["content-type"] === "application/msgpack" ? "msgpack" : "json";
      const [key, secret] = [headers["apca-api-key-id"], headers["apca-api-secret-key"]];
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        // A client that breaks off is no fault of the simulator's; its "close" follows.
        accepted.on("error", () => undefined);
        if (feed === undefined) updates.accept(accepted);
        else data.accept({ socket: accepted, feed, codec, keys: key === undefined ? undefined : { key, secret } });
      });
    },
    publish: (effects) => {
      updates.publish(effects);
      data.publish(effects);
    },
    tell: data.tell,
    connections: () => sockets.clients.size,
    stop: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}
