// A contract against answers, and secrets out of whatever is said.
import { describe, expect, test } from "vitest";
import { compareWithContract, contractOf } from "../../../src/core/operations/contract.ts";
import { createRedact } from "../../../src/core/operations/redact.ts";

const contract = {
  "": "list",
  "[]": "object",
  "[].id": "string",
  "[].qty": "decimal|null",
  "[].note": "?string",
  "[].extra": "any",
  "[].bars": "object",
  "[].bars.*": "list",
  "[].bars.*[]": "object",
  "[].bars.*[].c": "number",
};
const reads = new Set(["", "[].id", "[].bars.*[].c"]);
const answer = { id: "a", qty: "1.5", extra: null, bars: { SPY: [{ c: 1 }] } };
const differences = (given: unknown) =>
  compareWithContract("GET /x", given, contract, reads).map(({ kind, detail }) => `${kind}: ${detail}`);

describe("an answer", () => {
  test.each<[string, unknown]>([
    ["as it was recorded", [answer]],
    ["of nothing", []],
    ["without what may be absent", [{ ...answer, note: "n" }, answer]],
    ["with what may be null", [{ ...answer, qty: null }]],
    ["with a number where a text was", [{ ...answer, id: "1" }]],
    ["with anything where only null was seen", [{ ...answer, extra: { deep: 1 } }]],
    ["with null where the app does not look", [{ ...answer, bars: null }]],
    ["with other values in a map", [{ ...answer, bars: { QQQ: [], IBM: [{ c: 2 }] } }]],
  ])("%s fits", (_, given) => {
    expect(differences(given)).toEqual([]);
  });

  test.each<[unknown, readonly string[]]>([
    [{}, ["breaking: the answer is object, not list"]],
    [null, ["breaking: the answer is null, not list"]],
    [[{ ...answer, id: 1 }], ["breaking: [].id is number, not string"]],
    [[{ ...answer, id: null }], ["breaking: [].id is null, not string"]],
    [[{ ...answer, id: undefined }], ["breaking: [].id is undefined, not string"]],
    [[{ ...answer, qty: "many" }], ["changed: [].qty is string, not decimal or null"]],
    [[{ ...answer, qty: [] }], ["changed: [].qty is list, not decimal or null"]],
    [[{ ...answer, bars: { SPY: [{ c: "1" }] } }], ["breaking: [].bars.*[].c is decimal, not number"]],
    [[{ ...answer, bars: { SPY: [{}] } }], ["breaking: [].bars.*[].c is missing"]],
    [[{ ...answer, more: 1, id: 2 }], ["breaking: [].id is number, not string", "changed: [].more is new"]],
    [
      [
        { ...answer, more: 1 },
        { ...answer, more: 2 },
      ],
      ["changed: [].more is new"],
    ],
    [[{ id: "a", qty: "1", bars: {} }], ["changed: [].extra is missing"]],
    [
      [{ ...answer, zone: 1, qty: true, more: 1 }],
      ["changed: [].more is new", "changed: [].qty is boolean, not decimal or null", "changed: [].zone is new"],
    ],
    [[{ qty: "1", bars: {}, extra: null }], ["breaking: [].id is missing"]],
  ])("%j differs", (given, expected) => {
    expect(differences(given)).toEqual(expected);
  });

  test("names its route", () => {
    expect(compareWithContract("GET /x", {}, contract, reads)).toEqual([
      { route: "GET /x", kind: "breaking", detail: "the answer is object, not list" },
    ]);
  });
});

describe("a contract that is recorded", () => {
  const recorded = contractOf([[answer, { ...answer, qty: null, note: "n" }]], new Set(["[].bars.*"]));

  test("has every kind that was seen, and what was absent once may be", () => {
    expect(recorded).toEqual({ ...contract, "[].bars.*[].c": "number" });
    expect(Object.keys(recorded)).toEqual(Object.keys(recorded).toSorted());
  });

  test("is one that its answers fit, several too", () => {
    const answers = [{ a: 1 }, { a: "x", b: { c: true } }];
    const several = contractOf(answers, new Set());
    expect(several).toEqual({ "": "object", a: "number|string", b: "?object", "b.c": "boolean" });
    for (const each of answers) expect(compareWithContract("GET /x", each, several, new Set())).toEqual([]);
  });
});

describe("secrets", () => {
  const secret = "s3cret/key+1=";
  const redact = createRedact([secret, "short", `${secret}-longer`]);

  test.each([
    [secret, "[redacted]"],
    [`key ${secret} and ${secret}.`, "key [redacted] and [redacted]."],
    [`?key=${encodeURIComponent(secret)}`, "?key=[redacted]"],
    [`Basic ${Buffer.from(secret).toString("base64")}`, "Basic [redacted]"],
    [`${secret}-longer`, "[redacted]"],
    ["short", "short"],
    ["nothing", "nothing"],
  ])("in %j are taken out", (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  test("are taken out of every text of a value, names too, and the rest stays as it is", () => {
    const date = new Date(0);
    const value = { list: [secret, 1, null], [secret]: { deep: `x${secret}` }, date, yes: true, none: undefined };
    expect(redact(value)).toEqual({
      list: ["[redacted]", 1, null],
      "[redacted]": { deep: "x[redacted]" },
      date,
      yes: true,
      none: undefined,
    });
    expect(redact(value).date).toBe(date);
  });

  test("of eight letters count, shorter ones do not; without any a value is handed back", () => {
    expect(createRedact(["12345678"])("a12345678")).toBe("a[redacted]");
    expect(createRedact(["1234567"])("a1234567")).toBe("a1234567");
    const value = { a: 1 };
    expect(createRedact([])(value)).toBe(value);
    expect(createRedact(["pässwörter"])(Buffer.from("pässwörter").toString("base64"))).toBe("[redacted]");
  });
});
