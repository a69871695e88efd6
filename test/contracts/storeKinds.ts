// The stores of the contract tests: over the memory table and over Azure's, empty ones at each opening.
import { afterAll, beforeAll } from "vitest";
import { createTableStorage } from "../../src/adapters/azure/tableStorage.ts";
import { createMemoryTable } from "../../src/adapters/memory/memoryTable.ts";
import { createStores } from "../../src/adapters/tables/stores.ts";
import type { Table } from "../../src/adapters/tables/table.ts";
import { type AzuriteTables, startAzuriteTables } from "../../src/local/azurite/azurite.ts";
import type { Stores } from "../../src/ports/stores.ts";

export type Opened = { readonly stores: Stores; readonly tableOf: (name: string) => Table };

/** For `describe.each`: the service starts before the tests of the file and stops after them. */
export function storeKinds(): readonly (readonly [string, () => Opened])[] {
  let azurite: AzuriteTables;
  let made = 0;
  beforeAll(async () => {
    azurite = await startAzuriteTables({});
  });
  afterAll(() => azurite.stop());
  return [
    ["memory", () => opened(() => createMemoryTable())],
    [
      "Azure",
      () => {
        const run = ++made;
        const storage = createTableStorage({ connectionString: azurite.connectionString });
        return opened((name) => storage(`${name}${run}`));
      },
    ],
  ];
}

function opened(open: (name: string) => Table): Opened {
  const tables = new Map<string, Table>();
  const tableOf = (name: string): Table => {
    const table = tables.get(name) ?? open(name);
    tables.set(name, table);
    return table;
  };
  return { stores: createStores(tableOf), tableOf };
}
