// What becomes of an entry by the answers of its channels.
import { expect, test } from "vitest";
import {
  type Attempt,
  entryOf,
  entrySchema,
  withAttempts,
  withStandIn,
} from "../../../src/core/notifications/entry.ts";
import { newNotification, ten } from "./notificationExamples.ts";

const entry = entryOf({ outcome: "told", reason: "", channels: ["slack"], notification: newNotification() }, ten);
const attempt = (result: Attempt["result"]): Attempt => ({ channel: "slack", result, detail: "x".repeat(400) });
const answered = (...results: readonly Attempt["result"][]) =>
  results.reduce((each, result) => withAttempts(each, [attempt(result)], ten), entry).deliveries[0];

test.each<[string, readonly Attempt["result"][], string, number]>([
  ["sent is sent", ["sent"], "sent", 1],
  ["later is tried again", ["later", "later"], "pending", 2],
  ["the fifth later is a failure", ["later", "later", "later", "later", "later"], "failed", 5],
  ["refused is a failure at once", ["refused"], "failed", 1],
  ["what was sent stays sent, whatever a second worker of the same message met", ["sent", "refused"], "sent", 1],
])("%s", (_, results, state, attempts) => {
  expect(answered(...results)).toMatchObject({ state, attempts });
  expect(answered("refused")?.detail?.length).toBe(300);
});

test("an entry is read again as it was kept, at each state of its channels", () => {
  const acknowledged = { at: ten, by: { kind: "key", name: "ops" }, reason: "seen" };
  for (const each of [
    entry,
    ...(["sent", "later", "refused"] as const).map((result) => withAttempts(entry, [attempt(result)], ten)),
  ])
    expect(entrySchema.parse(JSON.parse(JSON.stringify(each)))).toEqual(each);
  expect(entrySchema.parse({ ...entry, acknowledged })).toEqual({ ...entry, acknowledged });
  expect(entrySchema.safeParse({ ...entry, acknowledged: { by: acknowledged.by } }).success).toBe(false);
  const [delivery] = entry.deliveries;
  for (const changes of [{ attempts: -1 }, { state: "lost" }, { channel: "pigeon" }, { more: 1 }])
    expect(entrySchema.safeParse({ ...entry, deliveries: [{ ...delivery, ...changes }] }).success).toBe(false);
});

test("an answer concerns its own channel only", () => {
  const both = entryOf(
    { outcome: "told", reason: "", channels: ["slack", "email"], notification: newNotification() },
    ten,
  );
  const after = withAttempts(both, [attempt("refused")], ten);
  expect(after.deliveries).toMatchObject([
    { channel: "slack", state: "failed" },
    { channel: "email", state: "pending", attempts: 0 },
  ]);
  expect(withStandIn(after, ["teams"]).deliveries).toHaveLength(2);
});

test("another channel stands in only when all have failed and one is left", () => {
  const failed = withAttempts(entry, [attempt("refused")], ten);
  const channelsOf = (given: typeof entry) => given.deliveries.map(({ channel }) => channel);
  expect(channelsOf(withStandIn(failed, ["slack", "email"]))).toEqual(["slack", "email"]);
  expect(channelsOf(withStandIn(failed, ["slack"]))).toEqual(["slack"]);
  expect(channelsOf(withStandIn(entry, ["email"]))).toEqual(["slack"]);
  expect(channelsOf(withStandIn({ ...entry, deliveries: [] }, ["email"]))).toEqual([]);
});
