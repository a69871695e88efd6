// What leaves the process in events, spans and metrics, without what must not: by the name of a field, and by the values that the app was given as secrets.
import type { EventValue } from "../../core/telemetry/events.ts";

export type Fields = Readonly<Record<string, EventValue>>;
export type Redaction = { readonly text: (text: string) => string; readonly fields: (fields: Fields) => Fields };

const secretName = /secret|password|token|key$|keyid|authorization|accountid|accountnumber|connectionstring/i;
const hidden = "[redacted]";
/** A shorter value stands in too much that is no secret. */
const shortest = 6;

/** Fields whose name speaks of a secret or an account number are hidden whole, and the `secrets` wherever they stand in a text. */
export function createRedaction(secrets: readonly string[] = []): Redaction {
  const known = secrets.filter(({ length }) => length >= shortest);
  const text = (given: string): string => known.reduce((all, secret) => all.replaceAll(secret, hidden), given);
  const value = (name: string, given: EventValue): EventValue => {
    if (secretName.test(name)) return hidden;
    return typeof given === "string" ? text(given) : given;
  };
  return {
    text,
    fields: (fields) => Object.fromEntries(Object.entries(fields).map(([name, given]) => [name, value(name, given)])),
  };
}
