// Takes secrets out of whatever is said: by their value, for nobody knows under which name or in which sentence one turns up.

const placeholder = "[redacted]";
/** Shorter ones would be found in words that are none. */
const leastLength = 8;

export type Redact = <T>(value: T) => T;

const base64Of = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export type Redactor = {
  readonly redact: Redact;
  /** From now on this is hidden too. */
  readonly learn: (secret: string) => void;
};

/** Replaces each secret, plain, percent-encoded or as base64, in every text of a value, however deep; the rest of the value stays as it is. */
export const createRedact = (secrets: readonly string[]): Redact => createRedactor(secrets).redact;

/** The same, and it can be told of secrets that turn up while the app works. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const hidden = new Set<string>();
  let known: readonly string[] = [];
  const learn = (secret: string): void => {
    if (secret.length < leastLength || hidden.has(secret)) return;
    for (const form of [secret, encodeURIComponent(secret), base64Of(secret)]) hidden.add(form);
    // A longer one first: a part of it may be a secret by itself.
    known = [...hidden].sort((a, b) => b.length - a.length);
  };
  for (const secret of secrets) learn(secret);
  const inText = (text: string): string =>
    known.reduce((clean, secret) => (clean.includes(secret) ? clean.replaceAll(secret, placeholder) : clean), text);
  const inAny = (value: unknown): unknown => {
    if (typeof value === "string") return inText(value);
    if (Array.isArray(value)) return value.map(inAny);
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [inText(name), inAny(each)]));
  };
  return { redact: (value) => (known.length === 0 ? value : (inAny(value) as typeof value)), learn };
}
