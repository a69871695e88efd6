// Ranges of row keys at the table stand-in: found by its index, and the same rows and pages as without it.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTableStorage } from "../../../src/adapters/azure/tableStorage.ts";
import type { RowQuery } from "../../../src/adapters/tables/table.ts";
import { keyRangeOf, type MetadataStore, seekKeyRanges } from "../../../src/local/azurite/keyRanges.ts";

type Store = MetadataStore & {
  init(): Promise<void>;
  createTable(context: unknown, table: object): Promise<void>;
  insertTableEntity(context: unknown, table: string, account: string, entity: object): Promise<unknown>;
};
const { default: LokiTableMetadataStore } = createRequire(import.meta.url)(
  "azurite/dist/src/table/persistence/LokiTableMetadataStore.js",
) as { default: new (file: string, inMemory: boolean) => Store };

class SeekingStore extends LokiTableMetadataStore {}
seekKeyRanges(SeekingStore);

const context = { contextId: "test" };
async function storeOf(Kind: new (file: string, inMemory: boolean) => Store, keys: readonly string[]): Promise<Store> {
  const store = new Kind("", true);
  await store.init();
  await store.createTable(context, { account: "a", table: "t" });
  for (const PartitionKey of ["book", "other"])
    for (const RowKey of keys) {
      const entity = {
        PartitionKey,
        RowKey,
        properties: { even: RowKey.length % 2 === 0 },
        lastModifiedTime: "",
        eTag: "",
      };
      await store.insertTableEntity(context, "t", "a", entity);
    }
  return store;
}

/** The row keys of every page. */
async function pagesOf(store: Store, filter: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: readonly (string | undefined)[] = []; ; ) {
    const answer = await store.queryTableEntities(context, "a", "t", { filter, top: 3 } as object, next[0], next[1]);
    const [rows, ...after] = answer as [{ RowKey: string }[], string | undefined, string | undefined];
    pages.push(rows.map(({ RowKey }) => RowKey));
    if (after[1] === undefined) return pages;
    next = after;
  }
}

const key = fc.oneof(
  fc.stringMatching(/^[ab]_?[0-9ab~]{0,3}$/),
  fc.constantFrom("7", "007", "10", "9", "1e1", "Infinity", "-1", " 5", "b~", "a", "b"),
);

test("the pages of any range are the same as without the index", async () => {
  const asked = fc.record({
    keys: fc.uniqueArray(key, { maxLength: 16, size: "max" }),
    ends: fc.tuple(key, key).map((ends) => ends.sort()),
    after: fc.option(key, { nil: undefined, freq: 2 }),
    even: fc.boolean(),
  });
  let found = 0;
  await fc.assert(
    fc.asyncProperty(asked, async ({ keys, ends: [from, to], after, even }) => {
      const more = `${after === undefined ? "" : ` and RowKey gt '${after}'`}${even ? " and even eq true" : ""}`;
      const filter = `PartitionKey eq 'book' and RowKey ge '${from}' and RowKey le '${to}'${more}`;
      const [plain, seeking] = await Promise.all([storeOf(LokiTableMetadataStore, keys), storeOf(SeekingStore, keys)]);
      const expected = await pagesOf(plain, filter);
      expect(await pagesOf(seeking, filter)).toEqual(expected);
      if (keyRangeOf(filter) !== undefined) found += expected.flat().length;
    }),
    { numRuns: 200 },
  );
  expect(found).toBeGreaterThan(30);
});

test.each([
  ["PartitionKey eq 'p' and RowKey ge 'a_' and RowKey le 'a_~'", { from: "a_", to: "a_~" }],
  ["PartitionKey eq 'p' and RowKey ge 'a_' and RowKey le 'a_~' and RowKey gt 'a_5'", { from: "a_5", to: "a_~" }],
  ["PartitionKey eq 'p' and RowKey ge 'a_' and RowKey le 'a_~' and even eq true", { from: "a_", to: "a_~" }],
  ["PartitionKey eq 'p' and RowKey ge '79' and RowKey le '80'", undefined],
  ["PartitionKey eq 'p' and RowKey ge 'a_'", undefined],
  ["PartitionKey eq 'p' and RowKey ge 'a' and RowKey le 'b' or RowKey eq 'c'", undefined],
  ["PartitionKey eq 'p' and not (RowKey ge 'a' and RowKey le 'b')", undefined],
  ["", undefined],
])("%s asks for %o", (filter, expected) => {
  expect(keyRangeOf(filter)).toEqual(expected);
});

test("what the app asks for is understood", async () => {
  const filters: string[] = [];
  const server = createServer((request, response) => {
    filters.push(new URL(request.url ?? "", "http://tables").searchParams.get("$filter") ?? "");
    response.writeHead(200, { "content-type": "application/json" }).end('{"value":[]}');
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
  const table = createTableStorage({
    connectionString: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=${endpoint};`,
  })("T");
  const range: RowQuery = { partitionKey: "book", from: "agenda_", to: "agenda_2026-06-15T14:00:00.000Z~" };
  await table.query(range);
  await table.query({ ...range, after: "agenda_2026-06-15T13:00:00.000Z_a-b_1", where: { even: true }, limit: 9 });
  server.closeAllConnections();
  server.close();
  expect(filters.map(keyRangeOf)).toEqual([
    { from: "agenda_", to: range.to },
    { from: "agenda_2026-06-15T13:00:00.000Z_a-b_1", to: range.to },
  ]);
});
