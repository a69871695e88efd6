// The list of problem codes: every code that is thrown is in it, every one in it is thrown, and docs/errors.md says the same.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { problemsOf } from "../../src/api/openapi/document.ts";
import { operations } from "../../src/api/operations.ts";
import { problemCodes } from "../../src/api/problemCodes.ts";
import { errorsPage } from "../../tools/errorsPage.ts";

const root = resolve(import.meta.dirname, "../..");
const sources = ["src/api", "src/app", "src/adapters", "src/core"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("problemCodes"))
    .map((name) => readFileSync(join(root, folder, name), "utf8")),
);

/** Codes of failures that end a run, a message or a notification, and never reach a caller of the API. */
const elsewhere = [
  "BROKER_BUSY",
  "CHANNEL_REFUSED",
  "CHANNEL_UNAVAILABLE",
  "MONITOR_UNAVAILABLE",
  "ORIGIN_REFUSED",
  "UNKNOWN_TASK",
  "UNREADABLE_MESSAGE",
  "UNSAFE_KEY",
];

/** What is thrown with a code that is written out: as the first argument, or the first of a choice. */
const thrown = (texts: readonly string[]): Set<string> =>
  new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\b(?:RefusedError|TransientError|InvariantError|ApiProblem)\(\s*"(\w+)"/g)].map(
        ([, code = ""]) => code,
      ),
    ),
  );
/** Where the code that is thrown is not written out, it is one of those that the file names. */
const named = (texts: readonly string[]): Set<string> =>
  new Set(
    texts
      .filter((text) => /\bnew RefusedError\(\s*[^"\s]/.test(text))
      .flatMap((text) => [...text.matchAll(/\bcode: "(\w+)"/g)].map(([, code = ""]) => code)),
  );
const listed = Object.keys(problemCodes);

test("every code that is thrown is in the list", () => {
  const codes = new Set([...thrown(sources), ...named(sources)]);
  expect(codes.size).toBeGreaterThan(25);
  expect([...codes].filter((code) => !listed.includes(code) && !elsewhere.includes(code))).toEqual([]);
});

test("a thrown code that is not in the list would be found", () => {
  expect([...thrown(['throw new RefusedError(\n  "NOT_LISTED", "x")'])]).toEqual(["NOT_LISTED"]);
  expect([...named(['const a = { code: "NOT_LISTED" }; throw new RefusedError(a.code, "x")'])]).toEqual(["NOT_LISTED"]);
});

test("every code in the list is used somewhere", () => {
  const text = sources.join("\n");
  expect(listed.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  expect(elsewhere.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

test("every code in the list is one that some operation may answer", () => {
  // What no operation answers is a method that has none.
  const answered = new Set(["METHOD_NOT_ALLOWED", ...operations.flatMap((operation) => problemsOf(operation))]);
  expect(listed.filter((code) => !answered.has(code))).toEqual([]);
});

test("docs/errors.md is as the list makes it", () => {
  expect(readFileSync(join(root, "docs/errors.md"), "utf8"), "run npm run docs").toBe(errorsPage());
});
