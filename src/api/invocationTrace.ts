// The trace that an invocation goes on with: the one its message carries, or else the one that the host began.
import type { InvocationContext } from "@azure/functions";
import { context as active, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { runMessageSchema } from "../core/model/run.ts";
import type { Composed } from "../getApp.ts";

type Traced = { readonly telemetry: Pick<Composed["telemetry"], "within">; readonly redact: Composed["redact"] };

/**
 * Runs `work` there as one span, named for the function, and with the run's ids where `body` is the message of one. Only a composed app
 * has an exporter to know of traces. A message of an older version carries none, and something else than a trace counts as none. What is
 * thrown leaves without secrets, for the host logs it.
 */
export const traced = <T>(
  { telemetry, redact }: Traced,
  invocation: InvocationContext,
  work: () => Promise<T>,
  body?: unknown,
): Promise<T> =>
  inTraceOf(invocation, () => telemetry.within(idsOf(body), work, invocation.functionName)).catch(
    (failure: unknown) => {
      throw clean(failure, redact);
    },
  );

function clean(failure: unknown, redact: Composed["redact"]): Error {
  if (!(failure instanceof Error)) return new Error(redact(String(failure)));
  const said = new Error(redact(failure.message));
  return Object.assign(said, { name: failure.name, stack: redact(failure.stack) });
}

/** Runs `work` in that trace, without a span of its own. */
export function inTraceOf<T>(invocation: InvocationContext, work: () => Promise<T>): Promise<T> {
  const traceparent = carriedBy(invocation) ?? invocation.traceContext?.traceParent;
  return active.with(propagation.extract(ROOT_CONTEXT, { traceparent }), work);
}

function carriedBy({ triggerMetadata }: InvocationContext): string | undefined {
  const properties: unknown = triggerMetadata?.applicationProperties;
  const carried: unknown =
    typeof properties === "object" && properties !== null && "traceparent" in properties && properties.traceparent;
  return typeof carried === "string" ? carried : undefined;
}

function idsOf(body: unknown) {
  const message = runMessageSchema.safeParse(body);
  if (!message.success) return {};
  const { runId, taskId, slot, attempt } = message.data.run;
  return { runId, taskId, slot, attempt };
}
