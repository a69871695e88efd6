// The API under valid and hostile requests, made from its own document: no 5xx, no hang, nothing half changed, every answer as documented.
import { describe, expect, test } from "vitest";
import { operations } from "../../src/api/operations.ts";
import { fuzz } from "./fuzz/fuzz.ts";

describe("two thousand requests", () => {
  test("leave the app sound, and every answer is as the document says", async () => {
    const report = await fuzz({ seed: 1, requests: 2200 });
    const { requests, byStatus, failures, succeeded, codes } = report;
    console.log(`fuzz: ${requests} requests, ${failures.length} failures, by status ${JSON.stringify(byStatus)}`);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(2000);
    // What never succeeds, or is refused for one reason only, is not tried.
    expect(operations.map(({ name }) => name).filter((name) => !succeeded.has(name))).toEqual([]);
    expect(codes.size).toBeGreaterThan(20);
  }, 120_000);
});
