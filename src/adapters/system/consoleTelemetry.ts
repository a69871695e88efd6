// Events as one JSON line each on the console, where the Functions host picks them up.
import { AsyncLocalStorage } from "node:async_hooks";
import type { EventValue } from "../../core/telemetry/events.ts";
import type { Telemetry } from "../../ports/telemetry.ts";

const secretName = /secret|password|token|key$|keyid|authorization|accountid|connectionstring/i;

type Fields = Readonly<Record<string, EventValue>>;

export type ConsoleTelemetry = Telemetry & {
  /** Runs `work`; every event until it is done carries these fields too, wherever in the app it comes from. */
  readonly within: <T>(fields: Fields, work: () => Promise<T>) => Promise<T>;
};

/** Fields whose name speaks of a secret or an account number are written as `[redacted]`. */
export function createConsoleTelemetry(): ConsoleTelemetry {
  const writers = { info: console.log, warning: console.warn, error: console.error };
  const shared = new AsyncLocalStorage<Fields>();
  return {
    event: (level, name, fields) =>
      writers[level](JSON.stringify({ event: name, level, ...redact({ ...shared.getStore(), ...fields }) })),
    within: (fields, work) => shared.run(fields, work),
  };
}

const redact = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretName.test(name) ? "[redacted]" : value]),
  );
