// What a request and a reply are to the simulator, free of HTTP servers.
import type { ExchangeEvent, ExchangeState, Refusal, Stepped } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";

export type WireRequest = {
  readonly method: string;
  /** As sent, without the query: `/v2/orders`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

/** `body` is sent as JSON, `html` as it is; neither: an empty body. */
export type Reply = { readonly status: number; readonly body?: unknown; readonly html?: string };

/** What a route works on. The state has been brought to the present already. */
export type Call = {
  readonly state: ExchangeState;
  readonly tape: MarketTape;
  readonly step: (state: ExchangeState, event: ExchangeEvent) => Stepped;
  readonly plan: DataPlan;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
};

/** `basic` is the free plan: the consolidated feed only when it is fifteen minutes old. */
export type DataPlan = "basic" | "unlimited";

/** A reply, and the step that led to it where the request changed something. */
export type Answer = Reply & { readonly stepped?: Stepped };

/** A path such as `/v2/orders/{order_id}`; a parameter takes one segment. */
export type Route = {
  readonly method: string;
  readonly path: string;
  readonly serve: (call: Call) => Answer;
};

/** Thrown while reading a request that cannot be answered otherwise than with this reply. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly reply: Reply;

  constructor(reply: Reply) {
    super("the request was refused");
    this.reply = reply;
  }
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

export const errorReply = (status: number, message: string, code?: number): Reply => ({
  status,
  body: code === undefined ? { message } : { code, message },
});

export const notFound = (message: string): Reply => errorReply(404, message, 40410000);

export const refusalReply = ({ status, code, message, fields }: Refusal): Reply => ({
  status,
  body: { ...fields, code, message },
});
