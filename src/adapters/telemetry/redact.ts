// What leaves the process in events, spans and metrics, without what must not: by the name of a field, and by the values that the app was given as secrets.
import type { Redact } from "../../core/operations/redact.ts";
import type { EventValue } from "../../core/telemetry/events.ts";

export type Fields = Readonly<Record<string, EventValue>>;
export type Redaction = { readonly text: (text: string) => string; readonly fields: (fields: Fields) => Fields };

const secretName = /secret|password|token|key$|keyid|authorization|accountid|accountnumber|connectionstring/i;
const hidden = "[redacted]";

/** Fields whose name speaks of a secret or an account number are hidden whole, and what `redact` knows wherever it stands in a text. */
export function createRedaction(redact: Redact = (value) => value): Redaction {
  const value = (name: string, given: EventValue): EventValue => (secretName.test(name) ? hidden : redact(given));
  return {
    text: redact,
    fields: (fields) => Object.fromEntries(Object.entries(fields).map(([name, given]) => [name, value(name, given)])),
  };
}
