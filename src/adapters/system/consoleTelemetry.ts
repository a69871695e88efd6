// Events as one JSON line each on the console, where the Functions host picks them up.
import type { EventFields, Telemetry } from "../../ports/telemetry.ts";

const secretName = /secret|password|token|key$|keyid|authorization|accountid|connectionstring/i;

/** Fields whose name speaks of a secret or an account number are written as `[redacted]`. */
export function createConsoleTelemetry(): Telemetry {
  const writers = { info: console.log, warning: console.warn, error: console.error };
  return { event: (level, name, fields) => writers[level](JSON.stringify({ event: name, level, ...redact(fields) })) };
}

const redact = (fields: EventFields): EventFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secretName.test(name) ? "[redacted]" : value]),
  );
