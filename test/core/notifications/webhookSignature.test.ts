// A signed message is known as ours and as fresh, and nothing else is.
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signWebhook, webhookFault } from "../../../src/core/notifications/webhookSignature.ts";

const nowMs = 1_781_530_000_999;
const body = '{"a":1}';
const signed = () => ({ ...signWebhook("secret", "id-1", nowMs, body) });
const fault = (headers: object, atMs = nowMs, given = body, secret = "secret") =>
  webhookFault(secret, headers as Record<string, string>, atMs, given);

test("the signature is over id, time and body", () => {
  const signature = createHmac("sha256", "secret").update(`id-1.1781530000.${body}`).digest("base64");
  expect(signed()).toEqual({
    "webhook-id": "id-1",
    "webhook-timestamp": "1781530000",
    "webhook-signature": `v1,${signature}`,
  });
});

test("a secret as Standard Webhooks writes it is the bytes that it encodes, and any other is its own text", () => {
  const bytes = Buffer.from("twenty-four bytes of it.");
  const signatureOf = (key: string | Buffer) =>
    `v1,${createHmac("sha256", key).update(`id-1.1781530000.${body}`).digest("base64")}`;
  const signedBy = (secret: string) => signWebhook(secret, "id-1", nowMs, body)["webhook-signature"];
  const secret = `whsec_${bytes.toString("base64")}`;
  expect(signedBy(secret)).toBe(signatureOf(bytes));
  expect(signedBy("my-whsec_")).toBe(signatureOf("my-whsec_"));
  expect(fault(signWebhook(secret, "id-1", nowMs, body), nowMs, body, secret)).toBeUndefined();
});

test("a message of ours is taken, also beside signatures of other secrets and versions", () => {
  expect(fault(signed())).toBeUndefined();
  const { "webhook-signature": own } = signed();
  expect(fault({ ...signed(), "webhook-signature": `v1,AAAA v2,BBBB ${own}` })).toBeUndefined();
});

test.each([
  ["another body", () => fault(signed(), nowMs, "{}")],
  ["another secret", () => fault(signed(), nowMs, body, "other")],
  ["another id", () => fault({ ...signed(), "webhook-id": "id-2" })],
  ["another time", () => fault({ ...signed(), "webhook-timestamp": "1781530001" })],
  ["no signature", () => fault({ ...signed(), "webhook-signature": undefined })],
  [
    "a signature without its version",
    () => fault({ ...signed(), "webhook-signature": signed()["webhook-signature"].slice(3) }),
  ],
  [
    "a signature of another version",
    () => fault({ ...signed(), "webhook-signature": signed()["webhook-signature"].replace("v1", "v2") }),
  ],
  [
    "a signature that is cut",
    () => fault({ ...signed(), "webhook-signature": signed()["webhook-signature"].slice(0, -8) }),
  ],
])("%s is told from ours", (_, judge) => {
  expect(judge()).toBe("its signature is not of this secret");
});

test.each([
  { "webhook-id": undefined },
  { "webhook-id": "" },
  { "webhook-timestamp": undefined },
  { "webhook-timestamp": "now" },
  { "webhook-timestamp": "1781530000x" },
  { "webhook-timestamp": "x1781530000" },
  { "webhook-timestamp": "1234567890123" },
])("with %j it is not signed", (changes) => {
  expect(fault({ ...signed(), ...changes })).toBe("it is not signed");
});

test.each([
  [300_000, undefined],
  [300_001, "it is too old, or of the future"],
  [-300_000, undefined],
  [-300_001, "it is too old, or of the future"],
])("%d ms from its time it is %s", (ms, expected) => {
  expect(fault(signed(), 1_781_530_000_000 + ms)).toBe(expected);
});
