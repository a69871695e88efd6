// What is remembered between notifications: read back as it was stored, and bounded.
import { expect, test } from "vitest";
import {
  deskSchema,
  emptyDesk,
  type NotificationDesk,
  withLine,
  withTrouble,
} from "../../../src/core/notifications/desk.ts";
import { decideAll, newNotification, problem, ten } from "./notificationExamples.ts";

const [trouble] = decideAll([{ notification: problem() }]).desk.troubles;
if (trouble === undefined) throw new Error("nothing was told");
const many = Array.from({ length: 42 }, (_, index) => newNotification({ title: `t-${index}` }));
const bundle = many.reduce((all, each) => withLine(all, each, ten), emptyDesk.digest);
const full: NotificationDesk = {
  day: "2026-06-15",
  told: 3,
  toldErrors: 2,
  troubles: [{ ...trouble, repeats: 4, acknowledgedAt: ten, escalatedAt: ten }],
  quiet: bundle,
  digest: bundle,
  collapsed: bundle,
  spentToldOn: "2026-06-15",
  failing: { slack: { since: ten, retryAt: ten } },
  reportedDay: "2026-06-12",
};

test("a desk is read back as it was stored, full or empty", () => {
  for (const desk of [full, emptyDesk]) expect(deskSchema.parse(JSON.parse(JSON.stringify(desk)))).toEqual(desk);
});

test.each([
  { told: -1 },
  { toldErrors: -1 },
  { digest: { lines: [], more: -1 } },
  { quiet: { lines: [{ id: "x" }], more: 0 } },
  { troubles: [{ ...trouble, repeats: -1 }] },
  { troubles: [{ ...trouble, since: "yesterday" }] },
  { failing: { slack: {} } },
  { more: 1 },
])("one with %j is not read", (changes) => {
  expect(deskSchema.safeParse({ ...full, ...changes }).success).toBe(false);
});

test("forty lines are kept and the rest is counted", () => {
  expect(bundle.lines.map(({ title }) => title)).toEqual(many.slice(0, 40).map(({ title }) => title));
  expect(bundle.lines[0]).toEqual({ id: many[0]?.id, at: ten, severity: "info", title: "t-0" });
  expect(bundle.more).toBe(2);
});

test("of troubles the newest two hundred are kept, each fingerprint once, at its newest", () => {
  const named = (fingerprint: string) => ({ ...trouble, fingerprint });
  const all = Array.from({ length: 201 }, (_, index) => named(`t-${index}`));
  const kept = all.reduce<readonly (typeof trouble)[]>(withTrouble, []);
  expect([kept.length, kept[0]?.fingerprint, kept.at(-1)?.fingerprint]).toEqual([200, "t-1", "t-200"]);
  expect(withTrouble([named("a"), named("b")], { ...named("a"), repeats: 7 })).toEqual([
    named("b"),
    { ...named("a"), repeats: 7 },
  ]);
});
