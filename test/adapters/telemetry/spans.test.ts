// Spans around a port: it answers and fails as before, and what is no function stays as it is.
import { expect, test } from "vitest";
import { withSpans } from "../../../src/adapters/telemetry/spans.ts";

const port = {
  feed: "iex",
  double: async (value: number) => value * 2,
  fail: async () => Promise.reject(new RangeError("as before")),
};

test("a port answers and fails as it does without spans", async () => {
  const spanned = withSpans("port", port, { double: (value) => ({ value }) });
  expect(await spanned.double(21)).toBe(42);
  await expect(spanned.fail()).rejects.toThrow(new RangeError("as before"));
});

test("what a port holds beside its functions is there as well", () => {
  expect(withSpans("port", port, {}).feed).toBe("iex");
});
