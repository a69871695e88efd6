// Alpaca's HTTP interface as a pure function: a state and a request give a reply and, where something changed, the next state.
import { calendarRoutes } from "./calendarRoutes.ts";
import { createExchange } from "./exchange.ts";
import type { ExchangeEvent, ExchangeState, Stepped } from "./exchangeState.ts";
import { marketDataRoutes } from "./marketDataRoutes.ts";
import type { MarketTape } from "./marketTape.ts";
import { orderRoutes } from "./orderRoutes.ts";
import { tradingRoutes } from "./tradingRoutes.ts";
import { BadRequest, type DataPlan, errorReply, type Reply, type Route, type WireRequest } from "./wireTypes.ts";

export const routes: readonly Route[] = [...calendarRoutes, ...tradingRoutes, ...orderRoutes, ...marketDataRoutes];

/** What a request sees otherwise than it is: the prices it reads, the clock it is told. Orders are executed by the truth. */
export type WireView = { readonly tape?: MarketTape; readonly clockSkewMs?: number };

export type AlpacaWire = {
  readonly step: (state: ExchangeState, event: ExchangeEvent) => Stepped;
  /** Brings the state to the present, then serves the request. */
  readonly serve: (
    state: ExchangeState,
    request: WireRequest,
    nowMs: number,
    view?: WireView,
  ) => { reply: Reply; stepped: Stepped };
  /** Brings the state to the present. */
  readonly advance: (state: ExchangeState, nowMs: number) => Stepped;
  /** `GET /v2/orders/{order_id}`: the route a request belongs to; `GET (unknown)` when there is none. */
  readonly routeName: (request: Pick<WireRequest, "method" | "path">) => string;
};

export type AlpacaWireOptions = {
  readonly tape: MarketTape;
  readonly keyId: string;
  readonly secret: string;
  readonly plan: DataPlan;
};

export function createAlpacaWire({ tape, keyId, secret, plan }: AlpacaWireOptions): AlpacaWire {
  const step = createExchange(tape);
  const advance = (state: ExchangeState, nowMs: number): Stepped => step(state, { type: "advanceTo", atMs: nowMs });

  const serve: AlpacaWire["serve"] = (before, request, nowMs, view = {}) => {
    const [state, passed] = advance(before, nowMs);
    const unauthorized = refuseKeys(request, keyId, secret);
    const match = findRoute(request);
    if (unauthorized !== undefined || match === undefined) {
      return { reply: unauthorized ?? errorReply(404, "endpoint not found", 40410000), stepped: [state, passed] };
    }
    const { query, body } = request;
    try {
      const seen = view.clockSkewMs === undefined ? state : { ...state, nowMs: state.nowMs + view.clockSkewMs };
      const seenTape = view.tape ?? tape;
      const answer = match.route.serve({ state: seen, tape: seenTape, step, plan, params: match.params, query, body });
      const { stepped = [state, []], ...reply } = answer;
      return { reply, stepped: [stepped[0], [...passed, ...stepped[1]]] };
    } catch (error) {
      if (error instanceof BadRequest) return { reply: error.reply, stepped: [state, passed] };
      throw error;
    }
  };

  const routeName = (request: Pick<WireRequest, "method" | "path">): string =>
    `${request.method} ${findRoute(request)?.route.path ?? "(unknown)"}`;

  return { step, serve, advance, routeName };
}

const noKeysPage =
  "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n</body>\r\n</html>\r\n";

function refuseKeys({ headers }: WireRequest, keyId: string, secret: string): Reply | undefined {
  const givenId = headers["apca-api-key-id"];
  const givenSecret = headers["apca-api-secret-key"];
  if (givenId === undefined || givenSecret === undefined) return { status: 401, html: noKeysPage };
  return givenId === keyId && givenSecret === secret ? undefined : errorReply(401, "unauthorized.");
}

type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Fixed paths come before paths with parameters. */
const segmentsOf = (path: string): readonly string[] => path.split("/");
const byShape = routes.map((route) => ({ route, segments: segmentsOf(route.path) }));

function findRoute({ method, path }: Pick<WireRequest, "method" | "path">): Match | undefined {
  const fixed = routes.find((route) => route.method === method && route.path === path);
  if (fixed !== undefined) return { route: fixed, params: {} };
  const segments = segmentsOf(path);
  for (const { route, segments: shape } of byShape) {
    if (route.method !== method || shape.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = shape.every((part, index) => {
      const segment = segments[index] ?? "";
      if (!part.startsWith("{")) return part === segment;
      const decoded = decode(segment);
      params[part.slice(1, -1)] = decoded;
      return decoded !== "";
    });
    if (fits) return { route, params };
  }
  return undefined;
}

/** Empty when the escapes make no text. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
