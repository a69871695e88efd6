// The simulator as a `fetch`, without sockets: for simulations that make thousands of requests in a second.
import type { ExchangeState, Intervention } from "./exchangeState.ts";
import type { Fault, Faults } from "./faults.ts";
import { createService, type ServiceOptions } from "./service.ts";
import type { WireRequest } from "./wireTypes.ts";

export type AlpacaFetchOptions = Omit<ServiceOptions, "requestsPerMinute" | "realMs" | "delay"> & {
  /** For each host, in the exchange's time; default: no limit. */
  readonly requestsPerMinute?: number;
  /** What a delayed answer waits for, such as a clock of the simulation; default: nothing. */
  readonly delay?: (ms: number) => Promise<unknown>;
};

export type AlpacaFetch = {
  /** Serves any origin by its path alone. A cut connection rejects as Node's `fetch` does, whether or not there was an effect. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly state: () => ExchangeState;
  /** Lets time run to the present, so that resting orders meet the market without a request. */
  readonly advance: () => void;
  /** Lets an operator disturb the exchange now. */
  readonly intervene: (intervention: Intervention) => void;
  readonly arm: (fault: Fault) => void;
  readonly faults: Faults;
  readonly requests: () => Record<string, number>;
};

export function createAlpacaFetch(options: AlpacaFetchOptions): AlpacaFetch {
  const service = createService({
    ...options,
    requestsPerMinute: options.requestsPerMinute ?? 0,
    realMs: options.nowMs,
    delay: options.delay ?? (async () => undefined),
  });
  return {
    fetch: async (input, init) => {
      const request = await readRequest(input, init);
      const served = await service.serve(request);
      init?.signal?.throwIfAborted();
      if (served === undefined) throw cutConnection();
      const { status, headers, text } = served;
      return new Response(text === "" ? null : text, { status, headers: { ...headers } });
    },
    state: service.state,
    advance: service.advance,
    intervene: service.intervene,
    arm: service.faults.arm,
    faults: service.faults,
    requests: service.requests,
  };
}

async function readRequest(input: string | URL | Request, init: RequestInit = {}): Promise<WireRequest> {
  init.signal?.throwIfAborted();
  const plain = !(input instanceof Request) && (init.body == null || typeof init.body === "string");
  const request = plain ? undefined : new Request(input, init);
  const { pathname, searchParams } = new URL(request?.url ?? String(input));
  return {
    method: (request?.method ?? init.method ?? "GET").toUpperCase(),
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(request?.headers ?? new Headers(init.headers)),
    body: request === undefined ? String(init.body ?? "") : await request.text(),
  };
}

const cutConnection = (): TypeError =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
