// Which failures say by their code what they are, and what each carries.
import { expect, test } from "vitest";
import { ConfigError, InvariantError, isCoded, RefusedError, TransientError } from "../../../src/core/model/errors.ts";

test("our failures have a code; what is refused, or comes from elsewhere, is none of them", () => {
  const cause = new Error("the cause");
  const failures = [
    new TransientError("BUSY", "later", { cause, retryAfterMs: 500 }),
    new InvariantError("UNREADABLE_ROW", "never", { cause }),
    new RefusedError("BAD_SCOPE", "not so"),
    cause,
    "BUSY",
    undefined,
  ];
  expect(failures.map(isCoded)).toEqual([true, true, false, false, false, false]);
  expect(failures[0]).toMatchObject({
    name: "TransientError",
    code: "BUSY",
    message: "later",
    cause,
    retryAfterMs: 500,
  });
  expect(failures[1]).toMatchObject({ name: "InvariantError", code: "UNREADABLE_ROW", message: "never", cause });
  expect(new TransientError("BUSY", "later").retryAfterMs).toBeUndefined();
});

test("what is refused carries its faults, none where it has none", () => {
  const faults = [{ path: "a.b", message: "must be less than c" }];
  expect(new RefusedError("BAD_REQUEST", "wrong", faults)).toMatchObject({ name: "RefusedError", faults });
  expect(new RefusedError("BAD_REQUEST", "wrong").faults).toEqual([]);
});

test("a configuration that is wrong is told with every fault", () => {
  const failure = new ConfigError("the settings", [
    { path: "a", message: "is missing" },
    { path: "b[0]", message: "must be a day" },
  ]);
  expect(failure).toMatchObject({ name: "ConfigError", message: "the settings: a: is missing; b[0]: must be a day" });
  expect(failure.faults).toHaveLength(2);
});
