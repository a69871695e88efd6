// Following a chain: any single thing that is done to it shows, at the place where it was done.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainLink, digestOf, hashOf, linkAfter } from "../../../src/core/audit/chain.ts";
import { purgedBefore, retentionStart } from "../../../src/core/audit/retention.ts";
import { followDay, headFault } from "../../../src/core/audit/verifyChain.ts";
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
    expect(broken(chainOf(3), digestOf("earlier"))).toMatchObject({ seq: 1 });
    expect(broken(chainOf(3, digestOf("earlier")))).toMatchObject({ seq: 1, why: "the links before it were removed" });
  });

  test("are broken where one cannot be read", () => {
    expect(broken(chainOf(3).map((link, at) => (at === 1 ? undefined : link)))).toMatchObject({
      seq: 2,
      why: "it cannot be read",
    });
  });
});

describe("the head", () => {
  const [first, second, third] = chainOf(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three links");

  test("may be older than the newest link, when the chain grew while it was read", () => {
    expect(headFault(third, { before: second, after: third, there: second })).toBeUndefined();
    expect(headFault(second, { before: second, after: third, there: second })).toBeUndefined();
    expect(headFault(undefined, { before: undefined, after: undefined, there: undefined })).toBeUndefined();
  });

  test.each([
    ["names a link that is gone", second, { before: third, after: third, there: undefined }, 3],
    ["names a link while there is none", undefined, { before: third, after: third, there: undefined }, 1],
    ["is missing", third, { before: undefined, after: undefined, there: undefined }, 3],
    ["is another link than lies there", third, { before: { ...third, hash: "" }, after: third, there: third }, 3],
    ["was put back", third, { before: second, after: second, there: second }, 3],
  ] as const)("is at fault when it %s", (_, end, heads, seq) => {
    expect(headFault(end, heads)).toMatchObject({ day, seq });
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
    expect(purgedBefore(versions, now)).toBe(retentionStart(now, 30));
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
