// The signature of a webhook's body, as Standard Webhooks has it (https://www.standardwebhooks.com): who knows the secret knows that we sent it, and when.
import { createHmac, timingSafeEqual } from "node:crypto";

export type SignedHeaders = {
  /** The same at every try: a receiver keeps the ids it has seen, and drops a repeat. */
  readonly "webhook-id": string;
  /** Unix seconds of this try. */
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
};

/** A receiver's clock and ours are never further apart; what is older is a replay. */
const toleranceSeconds = 300;

/** `whsec_` and base64, as Standard Webhooks writes a secret, is the bytes that it encodes; any other is its own bytes in UTF-8. */
const keyOf = (secret: string): string | Buffer =>
  secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;

const digest = (secret: string, id: string, timestamp: string, body: string): Buffer =>
  createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest();

export function signWebhook(secret: string, id: string, nowMs: number, body: string): SignedHeaders {
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${digest(secret, id, timestamp, body).toString("base64")}`,
  };
}

/** What a receiver does: undefined for a message of ours that is fresh, else what is wrong with it. Repeats within the time it knows by their id. */
export function webhookFault(
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
  body: string,
): string | undefined {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(headers[name] ?? ""),
  ) as [string, string, string];
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return "it is not signed";
  const expected = digest(secret, id, timestamp, body);
  const isOurs = signatures.split(" ").some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ""), "base64");
    return each.startsWith("v1,") && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isOurs) return "its signature is not of this secret";
  return Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds ? "it is too old, or of the future" : undefined;
}
