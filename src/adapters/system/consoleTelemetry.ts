// Events as one JSON line each on the console, where the Functions host picks them up; and to an exporter, where there is one.
import { AsyncLocalStorage } from "node:async_hooks";
import type { EventLevel, EventName, Telemetry } from "../../ports/telemetry.ts";
import { createRedaction, type Fields } from "../telemetry/redact.ts";
import { inSpan } from "../telemetry/spans.ts";

/** Takes events whose fields are redacted and complete. Never throws. */
export type EventSink = (level: EventLevel, name: EventName, fields: Fields) => void;

/**
 * Runs `work`; every event and span until it is done carries these fields too, wherever in the app it comes from. With the name of a `span`
 * the work is one.
 */
export type Within = <T>(fields: Fields, work: () => Promise<T>, span?: string) => Promise<T>;

export type ConsoleTelemetry = Telemetry & {
  readonly within: Within;
  /** The fields of the work that goes on. */
  readonly shared: () => Fields;
  /** From now on events go there too. */
  readonly alsoTo: (sink: EventSink) => void;
};

export function createConsoleTelemetry(redaction = createRedaction()): ConsoleTelemetry {
  const writers = { info: console.log, warning: console.warn, error: console.error };
  const work = new AsyncLocalStorage<Fields>();
  const sinks: EventSink[] = [];
  return {
    event: (level, name, fields) => {
      const told = redaction.fields({ ...work.getStore(), ...fields });
      writers[level](JSON.stringify({ event: name, level, ...told }));
      for (const sink of sinks) sink(level, name, told);
    },
    within: (fields, doing, span) =>
      work.run({ ...work.getStore(), ...fields }, () => (span === undefined ? doing() : inSpan(span, {}, doing))),
    shared: () => work.getStore() ?? {},
    alsoTo: (sink) => sinks.push(sink),
  };
}
