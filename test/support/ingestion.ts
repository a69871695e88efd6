// A stand-in for the ingestion endpoint of Application Insights: takes what the exporter posts over TLS, and keeps the envelopes.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { selfSigned } from "./selfSigned.ts";

/** As the exporter sends it: one thing that happened. */
export type Envelope = {
  readonly name: string;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseType: "RemoteDependencyData" | "RequestData" | "MessageData" | "MetricData" | "ExceptionData";
    readonly baseData: {
      readonly id?: string;
      readonly name?: string;
      readonly message?: string;
      readonly success?: boolean;
      readonly severityLevel?: string;
      readonly metrics?: readonly { readonly name: string; readonly value: number; readonly count?: number }[];
      readonly properties?: Readonly<Record<string, string>>;
    };
  };
};

export type Ingestion = {
  readonly connectionString: string;
  /** The certificate that a client must trust, as PEM. */
  readonly certificate: string;
  readonly envelopes: readonly Envelope[];
  /** Bytes of JSON before compression. */
  readonly bytes: () => number;
  stop(): Promise<void>;
};

export async function startIngestion(): Promise<Ingestion> {
  const { key, cert } = selfSigned();
  const envelopes: Envelope[] = [];
  let bytes = 0;
  const server = createServer({ key, cert }, async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const sent = Buffer.concat(chunks);
    if (request.method !== "POST" || request.url !== "/v2.1/track") {
      response.writeHead(404).end();
      return;
    }
    const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent).toString();
    const items = readEnvelopes(text);
    bytes += text.length;
    envelopes.push(...items);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ itemsReceived: items.length, itemsAccepted: items.length, errors: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://127.0.0.1:${port}/`,
    certificate: cert,
    envelopes,
    bytes: () => bytes,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A JSON array, or one envelope a line. */
const readEnvelopes = (text: string): Envelope[] =>
  text.startsWith("[")
    ? JSON.parse(text)
    : text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line));
