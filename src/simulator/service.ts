// The simulated account in service: keeps the state, and answers one request after the other with budget, faults and counts.
import { createAlpacaWire } from "./alpacaWire.ts";
import { openExchange } from "./exchange.ts";
import type { Effect, ExchangeState, Intervention, Stepped } from "./exchangeState.ts";
import { replyBeforeEffect, spoiled, staleTape, truncated } from "./faultReplies.ts";
import { createFaults, type Fault, type Faults } from "./faults.ts";
import type { MarketTape } from "./marketTape.ts";
import { createRateBudget } from "./rateBudget.ts";
import { type DataPlan, errorReply, type Reply, type WireRequest } from "./wireTypes.ts";

export type ServiceOptions = {
  readonly tape: MarketTape;
  /** The exchange's time. It may stand still or run fast; a step back is ignored. */
  readonly nowMs: () => number;
  readonly seed: number;
  readonly startingCash?: string | undefined;
  readonly multiplier?: "1" | "2" | "4" | undefined;
  /** The share of orders that are executed in two parts, from 0, the default, to 1. */
  readonly partialFillShare?: number | undefined;
  /** A state to go on from; default: a new account. */
  readonly state?: ExchangeState | undefined;
  readonly keyId: string;
  readonly secret: string;
  readonly dataPlan?: DataPlan | undefined;
  /** For each of the two hosts, in the time of `realMs`; 0: no limit. */
  readonly requestsPerMinute: number;
  readonly realMs: () => number;
  /** How a delayed answer waits. */
  readonly delay: (ms: number) => Promise<unknown>;
  /** Called with all that came of a step, before the answer leaves. */
  readonly onEffects?: (effects: readonly Effect[], state: ExchangeState) => void;
};

/** An answer as bytes would carry it; undefined: the connection is cut without one. */
export type Served =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }
  | undefined;

export type AlpacaService = {
  readonly serve: (request: WireRequest) => Promise<Served>;
  /** Lets time run to the present. */
  readonly advance: () => void;
  /** Lets an operator disturb the exchange now. */
  readonly intervene: (intervention: Intervention) => void;
  readonly state: () => ExchangeState;
  readonly faults: Faults;
  /** How many requests each route has had, `{"GET /v2/orders": 3}`. */
  readonly requests: () => Record<string, number>;
};

export function createService(options: ServiceOptions): AlpacaService {
  const { tape, keyId, secret, seed, nowMs, startingCash = "100000", multiplier = "4", partialFillShare = 0 } = options;
  const wire = createAlpacaWire({ tape, keyId, secret, plan: options.dataPlan ?? "basic" });
  const faults = createFaults();
  const budget = createRateBudget(options.requestsPerMinute, options.realMs);
  const counts = new Map<string, number>();
  let served = 0;
  let state = options.state ?? openExchange({ seed, nowMs: nowMs(), startingCash, multiplier, partialFillShare });

  function take([next, effects]: Stepped): void {
    state = next;
    if (effects.length > 0) options.onEffects?.(effects, state);
  }

  async function serve(request: WireRequest): Promise<Served> {
    const route = wire.routeName(request);
    counts.set(route, (counts.get(route) ?? 0) + 1);
    served++;
    const spent = budget.spend(hostOf(request.path));
    const headers = { "X-Request-ID": String(served).padStart(32, "0"), ...spent.headers };
    if (!spent.allowed) return written(errorReply(429, "rate limit exceeded", 42910000), headers);
    const fault = faults.take(request.method, request.path);
    if (fault?.kind === "dropBeforeEffect") return undefined;
    const failed = fault && replyBeforeEffect(fault);
    if (failed !== undefined) return written(failed, headers);
    if (fault?.kind === "delay") await options.delay(fault.delayMs ?? 0);
    const { reply, stepped } = wire.serve(state, request, nowMs(), viewOf(fault, tape));
    take(stepped);
    if (fault?.kind === "effectThenDrop") return undefined;
    const answer = written(spoiled(reply, fault), headers);
    return fault?.kind === "truncatedJson" ? { ...answer, text: truncated(answer.text) } : answer;
  }

  return {
    serve,
    advance: () => take(wire.advance(state, nowMs())),
    intervene: (intervention) => take(wire.step(state, { type: "intervene", atMs: nowMs(), intervention })),
    state: () => state,
    faults,
    requests: () => Object.fromEntries(counts),
  };
}

/** The two hosts tell their paths apart by these starts. */
const hostOf = (path: string): "trading" | "data" =>
  ["/v2/stocks/", "/v1/", "/v1beta"].some((start) => path.startsWith(start)) ? "data" : "trading";

function viewOf(fault: Fault | undefined, tape: MarketTape): { tape?: MarketTape; clockSkewMs?: number } {
  if (fault?.kind === "staleQuotes") return { tape: staleTape(tape, fault.ageMs ?? 0) };
  return fault?.kind === "clockSkew" ? { clockSkewMs: fault.skewMs ?? 0 } : {};
}

/** The reply with its body as text and the headers that say what it is. */
export function written({ status, body, html }: Reply, headers: Readonly<Record<string, string>> = {}) {
  const text = html ?? (body === undefined ? "" : JSON.stringify(body));
  const type = html === undefined ? "application/json; charset=UTF-8" : "text/html";
  return { status, text, headers: { ...(text !== "" && { "Content-Type": type }), ...headers } };
}
