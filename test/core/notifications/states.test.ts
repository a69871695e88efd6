// Troubles that are states: when it is time to look whether they are over, and how their end is told.
import { expect, test } from "vitest";
import { notificationSchema } from "../../../src/core/model/notification.ts";
import { addMs, minuteMs } from "../../../src/core/model/time.ts";
import type { Trouble } from "../../../src/core/notifications/desk.ts";
import {
  driftFingerprint,
  driftPrefix,
  endOf,
  orderFingerprint,
  orderPrefix,
  rowFingerprint,
  rowPrefix,
  settledOf,
} from "../../../src/core/notifications/states.ts";
import { decideAll, problem, ten } from "./notificationExamples.ts";

const drift = driftFingerprint({ symbol: "AAA", since: ten });
const troubleOf = (fingerprint: string): Trouble => {
  const [trouble] = decideAll([{ notification: problem({ fingerprint }) }]).desk.troubles;
  if (trouble === undefined) throw new Error("nothing was told");
  return trouble;
};

test("each state has a fingerprint of its own kind, cut to what a notification takes", () => {
  expect([orderFingerprint("tw.1"), drift, rowFingerprint("Runs a")]).toEqual([
    `${orderPrefix}tw.1`,
    `${driftPrefix}AAA.${ten}`,
    `${rowPrefix}Runs a`,
  ]);
  for (const fingerprint of [orderFingerprint("x".repeat(300)), rowFingerprint("x".repeat(300))])
    expect(notificationSchema.safeParse(problem({ fingerprint })).success).toBe(true);
});

test("a state is looked at two minutes after it was told, and only by those who look after its kind", () => {
  const troubles = [troubleOf(drift), troubleOf(orderFingerprint("tw.1"))];
  const seen = (prefix: string, ms: number) =>
    settledOf(troubles, prefix, addMs(ten, ms)).map(({ fingerprint }) => fingerprint);
  expect(seen(driftPrefix, 2 * minuteMs - 1)).toEqual([]);
  expect(seen(driftPrefix, 2 * minuteMs)).toEqual([drift]);
  expect(seen(rowPrefix, 2 * minuteMs)).toEqual([]);
});

test("the end of a state resolves its trouble, and is the same message whoever sees it and whenever", () => {
  const trouble = troubleOf(drift);
  const [at, later] = [addMs(ten, minuteMs), addMs(ten, 2 * minuteMs)];
  const end = endOf(trouble, at);
  expect(notificationSchema.parse(end)).toEqual({
    schemaVersion: 1,
    id: expect.stringMatching(/^over\../),
    kind: "run",
    taskId: "trend",
    fingerprint: drift,
    resolves: true,
    severity: "info",
    title: "A title",
    text: `It went on since ${ten}, and was seen to be over at ${at}.`,
    at,
    attempt: 1,
  });
  expect(endOf(trouble, later).id).toBe(end.id);
  expect(endOf({ ...trouble, since: at }, later).id).not.toBe(end.id);
  expect(endOf({ ...trouble, fingerprint: "contract" }, at).id).not.toBe(end.id);
  const { kind: _, taskId: __, ...bare } = trouble;
  expect(endOf(bare, at)).not.toHaveProperty("kind");
  expect(endOf(bare, at)).not.toHaveProperty("taskId");
});
