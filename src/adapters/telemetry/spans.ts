// Spans around what the app calls, spoken to OpenTelemetry's interface alone: without an exporter they cost next to nothing.
import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/** The tracer asks at each span which exporter there is, so it may be made before there is one. */
const tracer = trace.getTracer("tradewind");

/** Runs `work` in a span, which notes how it failed. */
export const inSpan = <T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<T> =>
  tracer.startActiveSpan(name, { attributes, kind }, async (span) => {
    try {
      return await work();
    } catch (failure) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(failure) });
      throw failure;
    } finally {
      span.end();
    }
  });

/** What the span of a call says, by the call's arguments. */
export type Described<P> = {
  readonly [M in keyof P]?: P[M] extends (...given: infer A) => unknown ? (...given: A) => Attributes : never;
};

/** The port with a span around each call, named for both such as `broker.submit`. Every function of the port must answer a promise; what is none stays as it is. */
export function withSpans<P extends object>(
  prefix: string,
  port: P,
  described: Described<P>,
  common: Attributes = {},
): P {
  const describe: Readonly<Record<string, unknown>> = described;
  const wrapped = Object.entries(port).map(([name, method]: [string, unknown]) => {
    if (typeof method !== "function") return [name, method];
    const attributesOf = describe[name];
    const call = (...given: unknown[]) => {
      const attributes = { ...common, ...(typeof attributesOf === "function" ? attributesOf(...given) : {}) };
      return inSpan(`${prefix}.${name}`, attributes, async () => method(...given), SpanKind.CLIENT);
    };
    return [name, call];
  });
  return Object.fromEntries(wrapped) as P;
}

/** The trace that goes on, as a message carries it: empty where there is none. */
export function traceCarrier(): { traceparent?: string } {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}
