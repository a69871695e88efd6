// What every store of notifications promises, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import { notificationKeyOf } from "../../src/core/model/ids.ts";
import type { Notification } from "../../src/core/model/notification.ts";
import { addMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { emptyDesk } from "../../src/core/notifications/desk.ts";
import { entryOf, type NotificationEntry } from "../../src/core/notifications/entry.ts";
import { storeKinds } from "./storeKinds.ts";

const at = "2026-06-15T13:35:00.000Z" as Instant;
const newNotification = (id: string): Notification => ({
  schemaVersion: 1,
  id,
  severity: "error",
  title: "title",
  text: "x".repeat(4000),
  at,
  attempt: 1,
});
const newEntry = (id: string, minutes = 0): NotificationEntry =>
  entryOf(
    { outcome: "told", reason: "", channels: ["slack"], notification: newNotification(id) },
    addMs(at, minutes * minuteMs),
  );

describe.each(storeKinds())("the book of notifications on %s tables", (_, open) => {
  test("N-01 begins empty", async () => {
    const { notificationBook } = open().stores;
    expect(await notificationBook.desk()).toEqual({ desk: emptyDesk, etag: undefined, parked: [] });
    expect(await notificationBook.get("none")).toBeUndefined();
    expect(await notificationBook.get("no/key")).toBeUndefined();
    expect(await notificationBook.list({ limit: 5 })).toEqual({ items: [] });
    expect(await notificationBook.purge(at)).toBe(0);
  });

  test("N-02 writes an entry and the desk together, or neither", async () => {
    const { notificationBook: book } = open().stores;
    const entry = { entry: newEntry("one"), etag: undefined };
    expect(await book.save({ entry, desk: { desk: { ...emptyDesk, told: 1 }, etag: undefined } })).toBe(true);
    const { desk, etag } = await book.desk();
    expect(desk.told).toBe(1);
    // The entry is there already: the desk stays as it is.
    expect(await book.save({ entry, desk: { desk: { ...desk, told: 2 }, etag } })).toBe(false);
    // The desk was written since: the entry does not come.
    const other = { entry: newEntry("two"), etag: undefined };
    expect(await book.save({ desk: { desk: { ...desk, told: 3 }, etag } })).toBe(true);
    expect(await book.save({ entry: other, desk: { desk: { ...desk, told: 4 }, etag } })).toBe(false);
    expect((await book.desk()).desk.told).toBe(3);
    expect((await book.list({ limit: 5 })).items).toEqual([newEntry("one")]);
  });

  test("N-03 changes an entry under its etag, in its place in the list", async () => {
    const { notificationBook: book } = open().stores;
    await book.save({ entry: { entry: newEntry("one"), etag: undefined } });
    const kept = await book.get("one");
    const entry = { ...newEntry("one"), reason: "changed" };
    expect(await book.save({ entry: { entry, etag: kept?.etag } })).toBe(true);
    expect(await book.save({ entry: { entry, etag: kept?.etag } })).toBe(false);
    expect((await book.list({ limit: 5 })).items).toEqual([entry]);
  });

  test("N-04 lists newest first, in pages", async () => {
    const { notificationBook: book } = open().stores;
    for (const [index, id] of ["a", "b", "c"].entries())
      await book.save({ entry: { entry: newEntry(id, index), etag: undefined } });
    const first = await book.list({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(["c", "b"]);
    const { cursor = "" } = first;
    const second = await book.list({ limit: 2, cursor });
    expect(second).toEqual({ items: [newEntry("a", 0)] });
    await expect(book.list({ limit: 2, cursor: "event_1" })).rejects.toMatchObject({ name: "ConfigError" });
  });

  test("N-05 parks what was not queued until it is taken out, whatever its id", async () => {
    const { notificationBook: book } = open().stores;
    const notification = newNotification("drift.BTC/USD.1#2?");
    await book.park(notification);
    await book.park(notification);
    expect((await book.desk()).parked).toEqual([notification]);
    await book.unpark(notification);
    await book.unpark(notification);
    expect((await book.desk()).parked).toEqual([]);
  });

  test("N-06 removes what is older than an instant, and nothing else", async () => {
    const { notificationBook: book } = open().stores;
    for (let index = 0; index < 45; index++)
      await book.save({ entry: { entry: newEntry(`old-${index}`, -1), etag: undefined } });
    await book.save({ entry: { entry: newEntry("new", 1), etag: undefined } });
    const counts: number[] = [];
    for (let removed = -1; removed !== 0; counts.push(removed)) removed = await book.purge(at);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(45);
    expect((await book.list({ limit: 100 })).items.map(({ id }) => id)).toEqual(["new"]);
    expect(await book.get("old-3")).toBeUndefined();
  });
});

test.each([
  ["run.trend@20260615T133500Z.failed", "run.trend@20260615T133500Z.failed"],
  ["channel.slack.2026-06-15T13:35:00.000Z", /^channel\.slack\.2026-06-15T13-35-00\.000Z~[0-9a-f]{16}$/],
  ["ä/b", /^--b~[0-9a-f]{16}$/],
])("the key of %s is safe in tables and paths", (id, key) => {
  expect(notificationKeyOf(id)).toMatch(key);
});
