// Following a chain: any single thing that is done to it shows, at the place where it was done.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainLink, digestOf, hashOf, linkAfter } from "../../../src/core/audit/chain.ts";
import { purgedBefore, retentionStart } from "../../../src/core/audit/retention.ts";
import { brokenRow, firstOf, followDay, headFault, newestByRow } from "../../../src/core/audit/verifyChain.ts";
import { slotOfRunId } from "../../../src/core/model/ids.ts";
import { at, day as dayOf } from "../examples.ts";

const day = dayOf("2026-06-15");
const where = { account: "main", day };

/** So many links of one day, the first of them after a link with the hash `previous`. */
function chainOf(count: number, previous = ""): ChainLink[] {
  const links: ChainLink[] = [];
  for (let index = 0; index < count; index++) {
    const content = { kind: "execution", key: `run-${index}`, digest: digestOf(index) } as const;
    const first = previous === "" ? undefined : { day: dayOf("2026-06-12"), seq: 7, hash: previous };
    links.push(linkAfter(links.at(-1) ?? first, content, { ...where, at: at("2026-06-15T14:00:00Z") }));
  }
  return links;
}
const place = (count: number) => fc.integer({ min: 0, max: count - 1 });
const broken = (rows: readonly unknown[], previous = "") => followDay(where, rows, previous).broken;

describe("links of a day", () => {
  test("are sound as they were made, whatever came before", () => {
    const earlier = digestOf("earlier");
    expect(broken(chainOf(5))).toBeUndefined();
    expect(broken(chainOf(5, earlier), earlier)).toBeUndefined();
    expect(followDay(where, chainOf(5), "").sound).toHaveLength(5);
    expect(followDay(where, [], earlier)).toEqual({ sound: [] });
  });

  test("are broken where one of them says anything else", () => {
    const fields = ["kind", "key", "digest", "account", "day", "seq", "at", "previous", "hash"] as const;
    const other = {
      kind: "task",
      key: "another",
      digest: digestOf("another"),
      account: "second",
      day: "2026-06-16",
      seq: 999,
      at: "2026-06-15T15:00:00.000Z",
      previous: digestOf("another"),
      hash: digestOf("another"),
    };
    fc.assert(
      fc.property(place(8), fc.constantFrom(...fields), (index, field) => {
        const changed = chainOf(8).map((link, at) => (at === index ? { ...link, [field]: other[field] } : link));
        expect(broken(changed)).toMatchObject({ day, seq: index + 1 });
      }),
    );
  });

  test("are broken at the next one where one was changed and given a hash that fits", () => {
    fc.assert(
      fc.property(place(7), (index) => {
        const forged = chainOf(8).map((link, at) => (at === index ? { ...link, digest: digestOf("another") } : link));
        const rehashed = forged.map((link, at) => (at === index ? { ...link, hash: hashOf(link) } : link));
        expect(broken(rehashed)).toMatchObject({ seq: index + 2, why: expect.stringContaining("does not continue") });
      }),
    );
  });

  test("are broken where one was removed, unless it was the last", () => {
    fc.assert(
      fc.property(place(7), (index) => {
        const without = chainOf(8).toSpliced(index, 1);
        expect(broken(without)).toMatchObject({ seq: index + 1, kind: "link", key: "" });
        expect(broken(without)?.why).toContain("was removed");
      }),
    );
    expect(broken(chainOf(8).slice(0, 7))).toBeUndefined();
  });

  test("are broken at the first of two that were exchanged, and name what belongs there", () => {
    fc.assert(
      fc.property(place(8), place(8), (a, b) => {
        fc.pre(a !== b);
        const links = chainOf(8);
        const [one, two] = [links[a], links[b]];
        if (one === undefined || two === undefined) throw new Error("both are there");
        const first = Math.min(a, b);
        expect(broken(links.with(a, two).with(b, one))).toMatchObject({
          seq: first + 1,
          key: `run-${first}`,
          why: expect.stringContaining("reordered"),
        });
      }),
    );
  });

  test("are broken at the first one where they do not go on from the day before", () => {
    expect(broken(chainOf(3), digestOf("earlier"))).toMatchObject({
      seq: 1,
      why: "it does not continue the link before it: one of the two was changed, or links between them were removed",
    });
    expect(broken(chainOf(3, digestOf("earlier")))).toMatchObject({ seq: 1, why: "the links before it were removed" });
  });

  test("are broken where one was changed and its hash was not", () => {
    const changed = chainOf(3).map((link, at) => (at === 1 ? { ...link, digest: digestOf("another") } : link));
    expect(broken(changed)).toMatchObject({
      seq: 2,
      kind: "execution",
      key: "run-1",
      why: "it was changed: its hash is not that of what it says",
    });
  });

  test("are broken where one cannot be read", () => {
    expect(broken(chainOf(3).map((link, at) => (at === 1 ? undefined : link)))).toMatchObject({
      seq: 2,
      why: "it cannot be read",
    });
  });
});

describe("the head", () => {
  const threeLinks = (): readonly [ChainLink, ChainLink, ChainLink] => {
    const [first, second, third] = chainOf(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error("three links");
    return [first, second, third];
  };

  test("may be older than the newest link, when the chain grew while it was read", () => {
    const [, second, third] = threeLinks();
    expect(headFault(third, { before: second, after: third, there: second })).toBeUndefined();
    expect(headFault(second, { before: second, after: third, there: second })).toBeUndefined();
    expect(headFault(undefined, { before: undefined, after: undefined, there: undefined })).toBeUndefined();
  });

  type Case = Parameters<typeof headFault>[1] & { readonly end: ChainLink | undefined };
  test.each<[string, (second: ChainLink, third: ChainLink) => Case, object]>([
    [
      "names a link that is gone",
      (second, third) => ({ end: second, before: third, after: third, there: undefined }),
      { seq: 3, kind: "link", key: "", why: "it was removed: the head of the chain names it or a newer one" },
    ],
    [
      "names a link while there is none",
      (_, third) => ({ end: undefined, before: third, after: third, there: undefined }),
      { seq: 1, kind: "link" },
    ],
    [
      "names a link of a day that is gone",
      (second, third) => ({ end: { ...second, day: dayOf("2026-06-12") }, before: third, after: third, there: third }),
      { seq: 1, why: expect.stringContaining("it was removed") },
    ],
    [
      "is missing at first",
      (_, third) => ({ end: third, before: undefined, after: third, there: undefined }),
      { seq: 3, kind: "execution", key: "run-2", why: expect.stringContaining("the head of the chain is missing") },
    ],
    [
      "is missing in the end",
      (_, third) => ({ end: third, before: third, after: undefined, there: third }),
      { seq: 3, why: expect.stringContaining("the head of the chain is missing") },
    ],
    [
      "is another link than lies there",
      (_, third) => ({ end: third, before: { ...third, hash: "" }, after: third, there: third }),
      { seq: 3, why: "the head of the chain names another link than the one that lies there" },
    ],
    [
      "names a place where nothing can be read",
      (_, third) => ({ end: third, before: third, after: third, there: "torn" }),
      { seq: 3, why: "the head of the chain names another link than the one that lies there" },
    ],
    [
      "was put back",
      (second, third) => ({ end: third, before: second, after: second, there: second }),
      { seq: 3, why: "the head of the chain was put back to an older link" },
    ],
    [
      "was put back to the day before, whatever its number there",
      (second, third) => {
        const earlier = { ...second, day: dayOf("2026-06-12"), seq: 9 };
        return { end: third, before: earlier, after: earlier, there: { ...earlier } };
      },
      { seq: 3, why: "the head of the chain was put back to an older link" },
    ],
  ])("is at fault when it %s", (_, given, fault) => {
    const [, second, third] = threeLinks();
    const { end, ...heads } = given(second, third);
    expect(headFault(end, heads)).toMatchObject({ day, ...fault });
  });
});

describe("a row", () => {
  const rowsOf = ({ key }: ChainLink) => [key, `${key} in the list`];

  test("is held against the newest of the links that stand for it", () => {
    const [first, second] = chainOf(2);
    if (first === undefined || second === undefined) throw new Error("two links");
    const again = linkAfter(second, { ...first, digest: digestOf("again") }, first);
    expect([...newestByRow([first, second, again], rowsOf)]).toEqual([
      ["run-0", again],
      ["run-0 in the list", again],
      ["run-1", second],
      ["run-1 in the list", second],
    ]);
  });

  test("is broken when it is gone, and when it holds anything else", () => {
    const [link] = chainOf(1);
    if (link === undefined) throw new Error("one link");
    const place = { day, seq: 1, kind: "execution", key: "run-0" };
    expect(brokenRow({ link, digest: undefined }, "runs/run-0")).toEqual({
      ...place,
      why: "its row is gone: runs/run-0",
    });
    expect(brokenRow({ link, digest: "other" }, "runs/run-0")).toEqual({
      ...place,
      why: "its row was changed: runs/run-0",
    });
  });

  test("that is broken first in the chain is the one that is told", () => {
    const fault = (on: string, seq: number) => ({ day: dayOf(on), seq, kind: "link", key: "", why: `${on} ${seq}` });
    const faults = [fault("2026-06-16", 1), fault("2026-06-15", 9), fault("2026-06-15", 2), fault("2026-06-15", 2)];
    expect(firstOf(faults)).toBe(faults[2]);
    expect(firstOf(faults.slice(0, 1))).toBe(faults[0]);
    expect(firstOf([])).toBeUndefined();
  });
});

describe("a link", () => {
  test("holds the digest of what it stands for, whatever the order of its keys, and its own hash over all it says", () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(digestOf({ b: 1, a: [2] })).toBe(sha256('{"a":[2],"b":1}'));
    const said = linkAfter(
      undefined,
      { kind: "task", key: "trend v1", digest: digestOf(1) },
      { ...where, at: at("2026-06-15T14:00Z") },
    );
    const { hash, ...rest } = said;
    expect(rest).toEqual({
      kind: "task",
      key: "trend v1",
      digest: digestOf(1),
      account: "main",
      day: "2026-06-15",
      seq: 1,
      at: "2026-06-15T14:00:00.000Z",
      previous: "",
    });
    expect(hash).toBe(sha256(JSON.stringify(Object.fromEntries(Object.entries(rest).sort()))));
  });

  test("of a new day is its first one, and continues the day before", () => {
    const head = { day: dayOf("2026-06-12"), seq: 7, hash: digestOf("earlier") };
    const content = { kind: "task", key: "trend v2", digest: digestOf(2) } as const;
    expect(linkAfter(head, content, { ...where, at: at("2026-06-15T14:00Z") })).toMatchObject({
      day,
      seq: 1,
      previous: head.hash,
    });
  });

  test.each([
    ["another kind", { kind: "other" }],
    ["no key", { key: "" }],
    ["a key that is too long", { key: "k".repeat(201) }],
    ["a digest that is too long", { digest: `${digestOf(0)}0` }],
    ["a digest with something before it", { digest: `x${digestOf(0)}` }],
    ["no number", { seq: 0 }],
    ["a field too many", { more: 1 }],
  ])("with %s cannot be read", (_, changes) => {
    expect(broken([{ ...chainOf(1)[0], ...changes }])).toMatchObject({
      seq: 1,
      kind: "link",
      why: "it cannot be read",
    });
  });

  test.each(["control", "settings", "task", "execution"] as const)("of the kind %s can be read", (kind) => {
    const content = { kind, key: "k", digest: digestOf(0) };
    expect(broken([linkAfter(undefined, content, { ...where, at: at("2026-06-15T14:00Z") })])).toBeUndefined();
  });

  test("with the longest key can be read", () => {
    const content = { kind: "execution", key: "k".repeat(200), digest: digestOf(0) } as const;
    expect(broken([linkAfter(undefined, content, { ...where, at: at("2026-06-15T14:00Z") })])).toBeUndefined();
  });

  test("of another account or day is told by both", () => {
    const [link] = chainOf(1);
    expect(broken([{ ...link, account: "second" }])?.why).toBe("a link of second of 2026-06-15 lies in its place");
    expect(broken([{ ...link, day: "2026-06-16" }])).toEqual({
      day,
      seq: 1,
      kind: "link",
      key: "",
      why: "a link of main of 2026-06-16 lies in its place",
    });
  });
});

describe("a chain whose clock went back over midnight", () => {
  test("goes on in the day that it had come to", () => {
    const [head] = chainOf(1);
    const content = { kind: "execution", key: "late", digest: digestOf("late") } as const;
    const before = { account: "main", day: dayOf("2026-06-14"), at: at("2026-06-15T03:59:00Z") };
    expect(linkAfter(head, content, before)).toMatchObject({ day, seq: 2 });
  });
});

describe("what may be gone", () => {
  const now = at("2026-06-15T14:00:00Z");

  test("is what is older than the retention that holds", () => {
    const versions = [{ changedAt: at("2020-01-01T00:00:00Z"), historyRetentionDays: 30 }];
    expect(retentionStart(now, 30)).toBe("2026-05-16T14:00:00.000Z");
    expect(purgedBefore(versions, now)).toBe("2026-05-16T14:00:00.000Z");
    expect(purgedBefore([], now)).toBeUndefined();
  });

  test("is also what a shorter retention allowed before, up to the day on which it was made longer", () => {
    const versions = [
      { changedAt: at("2020-01-01T00:00:00Z"), historyRetentionDays: 30 },
      { changedAt: at("2026-06-01T00:00:00Z"), historyRetentionDays: 400 },
    ];
    expect(purgedBefore(versions, now)).toBe("2026-05-02T00:00:00.000Z");
  });

  test("is judged by the slot that the run's id names", () => {
    expect(slotOfRunId("demo-trend@20260615T133500Z")).toBe("2026-06-15T13:35:00.000Z");
    expect(slotOfRunId("unreadable@7f3a")).toBeUndefined();
  });
});
