// Everything that lies in the tables of a running stack, as text that is the same as long as nobody writes.
import { RestError, TableClient } from "@azure/data-tables";
import { tableNames } from "../../src/adapters/tables/stores.ts";

export async function tableContents(connectionString: string): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const name of Object.values(tableNames)) {
    const table = TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
    try {
      for await (const entity of table.listEntities()) rows.push(`${name} ${JSON.stringify(entity)}`);
    } catch (failure) {
      // A table is made with its first row.
      if (!(failure instanceof RestError && failure.statusCode === 404)) throw failure;
    }
  }
  return rows.sort();
}
