// Ids: derived from what they name, the same at every try, and safe wherever they travel.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  clientOrderIdOf,
  messageIdOf,
  notificationKeyOf,
  runIdOf,
  shortDigest,
  slotOfRunId,
  taskIdPattern,
} from "../../../src/core/model/ids.ts";
import { isOfRun, isOwnExit, isOwnOrder } from "../../../src/core/model/order.ts";
import { queuedSlot } from "../../../src/core/model/slot.ts";
import { at } from "../examples.ts";

const slot = at("2026-06-15T13:35Z");

test("a run is named by its task and slot, and its slot is read back", () => {
  expect(runIdOf("demo-trend", slot)).toBe("demo-trend@20260615T133500Z");
  expect(slotOfRunId("demo-trend@20260615T133500Z")).toBe(slot);
});

test.each([
  "demo@20260615T133500",
  "20260615T133500Z",
  "demo@2026061T133500Z",
  "demo@20260615T133500Z2",
  "demo@20261315T133500Z",
])("%s names no slot", (runId) => {
  expect(slotOfRunId(runId)).toBeUndefined();
});

test("a slot is queued under the id of its run", () => {
  expect(queuedSlot("trend", slot, at("2026-06-15T13:36Z"), "by hand")).toEqual({
    taskId: "trend",
    slot,
    runId: "trend@20260615T133500Z",
    state: "enqueued",
    code: "",
    reason: "by hand",
    updatedAt: "2026-06-15T13:36:00.000Z",
  });
  expect(queuedSlot("trend", slot, slot)).toMatchObject({ reason: "" });
});

test("an order is named by its run, its strategy and what it does, and at most as long as the broker takes", () => {
  expect(clientOrderIdOf("trend@20260615T133500Z", "macd", "SPY", "buy", 2)).toBe(
    "tw.trend@20260615T133500Z.macd.SPY.buy.2",
  );
  const longest = clientOrderIdOf(runIdOf("t".repeat(40), slot), "s".repeat(32), "ABCDEFGHIJKL", "sell", 9);
  expect(longest.length).toBeLessThanOrEqual(128);
});

test("a message of a later attempt is another one", () => {
  expect(messageIdOf("run", 1)).toBe("run");
  expect(messageIdOf("run", 2)).toBe("run~2");
});

test("a notification is kept under its own id where that is safe, else under one with a digest", () => {
  const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
  expect(shortDigest("a")).toBe(digest("a"));
  for (const id of ["run-1@x.y~z_", "a", "a".repeat(120)]) expect(notificationKeyOf(id)).toBe(id);
  expect(notificationKeyOf("a/b?c")).toBe(`a-b-c~${digest("a/b?c")}`);
  expect(notificationKeyOf("")).toBe(`~${digest("")}`);
  expect(notificationKeyOf("/a")).toBe(`-a~${digest("/a")}`);
  expect(notificationKeyOf("a/")).toBe(`a-~${digest("a/")}`);
  expect(notificationKeyOf("a".repeat(121))).toBe(`${"a".repeat(100)}~${digest("a".repeat(121))}`);
});

test.each([
  ["a", true],
  ["a-1", true],
  ["a".repeat(40), true],
  ["a".repeat(41), false],
  ["", false],
  ["-a", false],
  ["a-", false],
  ["A", false],
  ["a b", false],
])("%j may name a task: %s", (id, may) => {
  expect(taskIdPattern.test(id)).toBe(may);
});

test.each([
  ["an order of a run", { clientOrderId: "tw.trend@20260615T133500Z.macd.SPY.buy.1" }, [true, true, false]],
  ["an order that trades a drift back", { clientOrderId: "tw.drift.SPY.1" }, [true, false, false]],
  ["exits that were sent on their own", { clientOrderId: "tw.trend@1.exit.SPY.sell.1" }, [true, true, true]],
  ["a leg of an order of ours", { clientOrderId: "leg", exitOf: "tw.trend@1.macd.SPY.buy.1" }, [false, false, true]],
  ["a leg of somebody's order", { clientOrderId: "leg", exitOf: "theirs" }, [false, false, false]],
  ["somebody's order", { clientOrderId: "theirs.a.exit" }, [false, false, false]],
  ["one that only looks like ours", { clientOrderId: "xtw.trend@1.exit.SPY" }, [false, false, false]],
])("%s is known by its id as ours, as a run's, as an exit", (_, order, expected) => {
  const known = [isOwnOrder(order), isOfRun(order), isOwnExit(order)];
  expect(known).toEqual(expected);
});
