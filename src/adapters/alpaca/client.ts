// The Alpaca SDK, pointed at the configured origins and held there: a request to any other origin never leaves.
import { Alpaca, ApiError } from "@alpacahq/alpaca-trade-api/rest";
import { InvariantError, TransientError } from "../../core/model/errors.ts";

export type AlpacaClient = {
  readonly trading: Alpaca["trading"];
  readonly marketData: Alpaca["marketData"];
  /** When a read that begins now must have ended, all its tries and pages together. */
  readonly deadline: () => AbortSignal;
};

type Keys = { readonly keyId: string; readonly secret: string };

export type AlpacaAccess = {
  readonly keyId: string;
  readonly secret: string;
  /** Another pair for the same account, taken from then on when a read with the one in use is refused (401). */
  readonly spare?: Keys | undefined;
  readonly onKeysSwitched?: () => void;
  readonly tradingOrigin: string;
  readonly dataOrigin: string;
  /** What the client allows itself on each host; the plan's limit, 200 where absent, 0 for none. */
  readonly requestsPerMinute?: number;
  /** Real milliseconds for one attempt. */
  readonly timeoutMs?: number;
  /** Real milliseconds before the first repetition of a read. */
  readonly retryDelayMs?: number;
  /** What carries a request to its mapped origin; the machine's own `fetch` where absent. */
  readonly transport?: typeof fetch;
};

const sdkTradingOrigin = "https://paper-api.alpaca.markets";
const sdkDataOrigin = "https://data.alpaca.markets";

/**
 * Reads are tried three times, each within the time-out and all within one and a half; writes once. The SDK is always asked for its paper
 * host, which is then mapped to the configured trading origin, so that no option of the SDK can choose where orders go.
 */
export function createAlpacaClient(access: AlpacaAccess): AlpacaClient {
  const { keyId, secret, tradingOrigin, dataOrigin, requestsPerMinute = 200, timeoutMs = 10_000 } = access;
  const { retryDelayMs = 200, spare, onKeysSwitched } = access;
  const given = access.transport ?? fetch;
  const transport = spare === undefined ? given : withEitherKeys([access, spare], given, onKeysSwitched);
  const { trading, marketData } = new Alpaca({
    keyId,
    secret,
    paper: true,
    timeoutMs,
    retry: { maxRetries: 2, retryDelayMs, maxDelayMs: 5 * retryDelayMs, respectRetryAfter: false },
    rateLimit: requestsPerMinute === 0 ? false : { maxRequests: requestsPerMinute, intervalMs: 60_000 },
    redirect: "error",
    fetchApi: guardedFetch({ [sdkTradingOrigin]: tradingOrigin, [sdkDataOrigin]: dataOrigin }, transport),
  });
  return { trading, marketData, deadline: () => AbortSignal.timeout(1.5 * timeoutMs) };
}

/**
 * Sends each request with the keys in use. A read that is refused with 401 is made again with the other pair, which stays in use once it is
 * not refused as well. An order is never made twice: the reads before the next one have found the right pair by then.
 */
function withEitherKeys(pairs: readonly [Keys, Keys], transport: typeof fetch, onSwitched?: () => void): typeof fetch {
  let inUse = 0;
  return async (input, init = {}) => {
    const sendWith = (index: number): Promise<Response> => {
      const { keyId, secret } = pairs[index === 0 ? 0 : 1];
      const headers = new Headers(init.headers);
      headers.set("APCA-API-KEY-ID", keyId);
      headers.set("APCA-API-SECRET-KEY", secret);
      return transport(input, { ...init, headers });
    };
    const [tried, isRead] = [inUse, ["GET", "HEAD"].includes(init.method ?? "GET")];
    const answer = await sendWith(tried);
    if (answer.status !== 401 || !isRead) return answer;
    const second = await sendWith(1 - tried);
    if (second.status === 401) return second;
    if (inUse === tried) {
      inUse = 1 - tried;
      onSwitched?.();
    }
    return second;
  };
}

/** `fetch` for the origins in `map` alone, sent to what they map to. Throws InvariantError `ORIGIN_REFUSED` for any other, before it leaves. */
export function guardedFetch(map: Readonly<Record<string, string>>, transport: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const target = map[url.origin];
    if (target === undefined) {
      throw new InvariantError(
        "ORIGIN_REFUSED",
        `requests to ${url.origin} are refused: it is not a configured origin`,
      );
    }
    const mapped = new URL(url.pathname + url.search, target);
    return transport(input instanceof Request ? new Request(mapped, input) : mapped, { ...init, redirect: "error" });
  };
}

/** The JSON of a read. Throws TransientError or InvariantError as the Broker port says. */
export async function read(what: string, request: () => Promise<{ readonly raw: Response }>): Promise<unknown> {
  try {
    return await (await request()).raw.json();
  } catch (cause) {
    throw readFailure(what, cause);
  }
}

/** An answer of null in the place of 404. */
export const orNull = async (answer: Promise<{ readonly raw: Response }>): Promise<{ readonly raw: Response }> => {
  try {
    return await answer;
  } catch (failure) {
    if (failure instanceof ApiError && failure.status === 404) return { raw: Response.json(null) };
    throw failure;
  }
};

function readFailure(what: string, cause: unknown): Error {
  if (cause instanceof InvariantError) return cause;
  const inner = cause instanceof Error ? cause.cause : undefined;
  if (inner instanceof InvariantError) return inner;
  if (cause instanceof ApiError) {
    const text = `${what}: the broker answered ${cause.status}: ${cause.message}`;
    if (cause.status === 401 || cause.status === 403) return new InvariantError("BROKER_UNAUTHORIZED", text, { cause });
    if (cause.status < 500 && ![408, 425, 429].includes(cause.status))
      return new InvariantError("INTERNAL", text, { cause });
    return new TransientError("BROKER_UNAVAILABLE", text, { cause });
  }
  return new TransientError("BROKER_UNAVAILABLE", `${what}: no readable answer from the broker: ${String(cause)}`, {
    cause,
  });
}
