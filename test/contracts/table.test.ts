// What every table must do, in numbered cases that the memory table and Azure's pass alike.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTableStorage } from "../../src/adapters/azure/tableStorage.ts";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import type { Row, Table } from "../../src/adapters/tables/table.ts";
import { TransientError } from "../../src/core/model/errors.ts";
import { type AzuriteTables, startAzuriteTables } from "../../src/local/azurite/azurite.ts";

let azurite: AzuriteTables;
beforeAll(async () => {
  azurite = await startAzuriteTables({});
});
afterAll(() => azurite.stop());

const kinds: readonly (readonly [string, (name: string) => Table])[] = [
  ["memory", () => createMemoryTable()],
  ["Azure", (name) => createTableStorage({ connectionString: azurite.connectionString })(name)],
];
let tables = 0;

describe.each(kinds)("%s table", (_, open) => {
  const fresh = (): Table => open(`Contract${++tables}`);
  const row = (rowKey: string, more: Partial<Row> = {}): Row => ({
    partitionKey: "p",
    rowKey,
    columns: { schemaVersion: 1, name: `row ${rowKey}` },
    ...more,
  });
  const keys = (rows: readonly { rowKey: string }[]): string[] => rows.map(({ rowKey }) => rowKey);

  test("T-01 gives back what was inserted, columns and payload, and takes back what it gave", async () => {
    const table = fresh();
    const payload = { list: [1, 2.5, "ü", null], nested: { yes: true } };
    const columns = { schemaVersion: 1, text: "a", count: 3, share: 0.25, yes: true };
    expect(await table.insert(row("a", { columns, payload }))).toBe(true);
    const stored = await table.get("p", "a");
    expect(stored).toMatchObject({ partitionKey: "p", rowKey: "a", columns, payload });
    await table.delete("p", "a");
    if (stored !== undefined) await table.put(stored);
    expect(await table.get("p", "a")).toMatchObject({ columns, payload });
  });

  test("T-02 inserts only if absent, and keeps the first row", async () => {
    const table = fresh();
    expect(await table.insert(row("a"))).toBe(true);
    expect(await table.insert(row("a", { columns: { name: "second" } }))).toBe(false);
    expect((await table.get("p", "a"))?.columns.name).toBe("row a");
  });

  test("T-03 lets one of many concurrent inserts win", async () => {
    const table = fresh();
    await table.insert(row("first"));
    const results = await Promise.all(Array.from({ length: 10 }, () => table.insert(row("a"))));
    expect(results.filter((inserted) => inserted)).toHaveLength(1);
  });

  test("T-04 answers undefined for a row or partition that is not there", async () => {
    const table = fresh();
    expect(await table.get("p", "a")).toBeUndefined();
    await table.insert(row("a"));
    expect(await table.get("p", "b")).toBeUndefined();
    expect(await table.get("q", "a")).toBeUndefined();
  });

  test("T-05 replaces a row whole when put without an etag", async () => {
    const table = fresh();
    await table.put(row("a", { columns: { one: 1, two: 2 }, payload: { was: 1 } }));
    expect(await table.put(row("a", { columns: { two: 3 } }))).toBe(true);
    const stored = await table.get("p", "a");
    expect(stored?.columns).toEqual({ two: 3 });
    expect(stored?.payload).toBeUndefined();
  });

  test("T-06 puts with an etag only while the row still has it", async () => {
    const table = fresh();
    await table.insert(row("a"));
    const etag = (await table.get("p", "a"))?.etag ?? "";
    expect(await table.put(row("a", { columns: { by: "first" } }), etag)).toBe(true);
    expect(await table.put(row("a", { columns: { by: "second" } }), etag)).toBe(false);
    expect((await table.get("p", "a"))?.columns).toEqual({ by: "first" });
  });

  test("T-07 does not put with an etag what is gone", async () => {
    const table = fresh();
    await table.insert(row("a"));
    const etag = (await table.get("p", "a"))?.etag ?? "";
    await table.delete("p", "a");
    expect(await table.put(row("a"), etag)).toBe(false);
  });

  test("T-08 deletes, and an absent row too", async () => {
    const table = fresh();
    await table.insert(row("a"));
    await table.delete("p", "a");
    await table.delete("p", "a");
    expect(await table.get("p", "a")).toBeUndefined();
  });

  test("T-09 queries one partition in row key order", async () => {
    const table = fresh();
    for (const key of ["b", "c", "a"]) await table.insert(row(key));
    await table.insert({ ...row("other"), partitionKey: "q" });
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["a", "b", "c"]);
    expect(await table.query({ partitionKey: "none" })).toEqual([]);
  });

  test("T-10 queries a range with both ends, a start after a key, and a limit", async () => {
    const table = fresh();
    for (const key of ["a", "b", "c", "d", "e"]) await table.insert(row(key));
    expect(keys(await table.query({ partitionKey: "p", from: "b", to: "d" }))).toEqual(["b", "c", "d"]);
    expect(keys(await table.query({ partitionKey: "p", after: "b" }))).toEqual(["c", "d", "e"]);
    expect(keys(await table.query({ partitionKey: "p", limit: 2 }))).toEqual(["a", "b"]);
    expect(keys(await table.query({ partitionKey: "p", after: "b", limit: 2 }))).toEqual(["c", "d"]);
  });

  test("T-11 queries by the value of columns, quotes and all", async () => {
    const table = fresh();
    await table.insert(row("a", { columns: { who: "O'Hara", open: true } }));
    await table.insert(row("b", { columns: { who: "O'Hara", open: false } }));
    await table.insert(row("c", { columns: { who: "x", open: true } }));
    expect(keys(await table.query({ partitionKey: "p", where: { who: "O'Hara", open: true } }))).toEqual(["a"]);
  });

  test("T-12 gives all rows beyond the service's page of a thousand", async () => {
    const table = fresh();
    const all = Array.from({ length: 1050 }, (_, index) => String(index).padStart(5, "0"));
    await table.insert(row("first"));
    for (let at = 0; at < all.length; at += 50)
      await Promise.all(all.slice(at, at + 50).map((key) => table.insert(row(key))));
    expect(keys(await table.query({ partitionKey: "p", to: "99999" }))).toEqual(all);
    expect(keys(await table.query({ partitionKey: "p", limit: 1010 }))).toEqual(all.slice(0, 1010));
  });

  test("T-13 keeps payloads larger than a property, and refuses what no row can hold", async () => {
    const table = fresh();
    let state = 1;
    const noise = (length: number): string =>
      Array.from({ length }, () => {
        state = (state * 48271) % 2147483647;
        return String.fromCharCode(33 + (state % 90));
      }).join("");
    const large = { noise: noise(1_150_000) };
    await table.insert(row("large", { payload: large }));
    expect((await table.get("p", "large"))?.payload).toEqual(large);
    await expect(async () => table.insert(row("huge", { payload: noise(2_000_000) }))).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
    });
  });

  test("T-14 writes all rows of a set or none", async () => {
    const table = fresh();
    await table.insert(row("a"));
    const etag = (await table.get("p", "a"))?.etag ?? "";
    const changed = row("a", { columns: { by: "first" } });
    const set = [
      { kind: "put", row: changed, etag },
      { kind: "insert", row: row("b") },
    ] as const;
    expect(await table.writeAll(set)).toBe(true);
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["a", "b"]);
    const stale = { kind: "put", row: row("a", { columns: { by: "second" } }), etag } as const;
    expect(await table.writeAll([{ kind: "put", row: row("c") }, stale])).toBe(false);
    const taken = { kind: "insert", row: row("b") } as const;
    expect(await table.writeAll([{ kind: "put", row: row("d") }, taken])).toBe(false);
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["a", "b"]);
    expect((await table.get("p", "a"))?.columns).toEqual({ by: "first" });
  });

  test("T-15 writes a set to a table that was not there", async () => {
    const table = fresh();
    expect(await table.writeAll([{ kind: "put", row: row("a") }])).toBe(true);
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["a"]);
  });

  test("T-17 deletes within a set, and writes nothing of a set that deletes an absent row", async () => {
    const table = fresh();
    await table.insert(row("a"));
    const remove = (rowKey: string) => ({ kind: "delete", partitionKey: "p", rowKey }) as const;
    expect(await table.writeAll([{ kind: "put", row: row("b") }, remove("a")])).toBe(true);
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["b"]);
    expect(await table.writeAll([remove("b"), { kind: "put", row: row("c") }, remove("a")])).toBe(false);
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["b"]);
  });

  test("T-18 queries the keys alone", async () => {
    const table = fresh();
    for (const key of ["b", "a"]) await table.insert(row(key, { payload: { large: true } }));
    const rows = await table.query({ partitionKey: "p", keysOnly: true });
    expect(
      rows.map(({ partitionKey, rowKey, columns, payload }) => ({ partitionKey, rowKey, columns, payload })),
    ).toEqual(["a", "b"].map((rowKey) => ({ partitionKey: "p", rowKey, columns: {}, payload: undefined })));
  });

  test("T-19 queries what was written and deleted between two queries", async () => {
    const table = fresh();
    for (const key of ["b", "d"]) await table.insert(row(key));
    expect(keys(await table.query({ partitionKey: "p" }))).toEqual(["b", "d"]);
    for (const key of ["c", "a"]) await table.insert(row(key));
    expect(keys(await table.query({ partitionKey: "p", from: "b", after: "b" }))).toEqual(["c", "d"]);
    await table.delete("p", "c");
    expect(keys(await table.query({ partitionKey: "p", after: "a", to: "d" }))).toEqual(["b", "d"]);
  });

  test.each(["a/b", "a\\b", "a#b", "a?b", "a\u0007b", "x".repeat(513)])(
    "T-16 takes no row under the key %j, and has none",
    async (key) => {
      const table = fresh();
      for (const unsafe of [row(key), { ...row("a"), partitionKey: key }]) {
        await expect(async () => table.insert(unsafe)).rejects.toMatchObject({ code: "UNSAFE_KEY" });
        await expect(async () => table.put(unsafe)).rejects.toMatchObject({ code: "UNSAFE_KEY" });
        expect(await table.get(unsafe.partitionKey, unsafe.rowKey)).toBeUndefined();
      }
    },
  );
});

test("a table service that does not answer is a transient failure, in bounded time", async () => {
  const nowhere =
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/devstoreaccount1;";
  const table = createTableStorage({ connectionString: nowhere })("Nowhere");
  await expect(table.get("p", "a")).rejects.toThrow(TransientError);
});
