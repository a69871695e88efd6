// What only the real table service can show: damaged rows, refusals, and answers that make no sense.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TableClient } from "@azure/data-tables";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTableStorage } from "../../../src/adapters/azure/tableStorage.ts";
import { createStores, tableNames } from "../../../src/adapters/tables/stores.ts";
import { type AzuriteTables, startAzuriteTables } from "../../../src/local/azurite/azurite.ts";
import { at, exampleConfig } from "../../support/memoryStack.ts";

let azurite: AzuriteTables;
beforeAll(async () => {
  azurite = await startAzuriteTables({});
});
afterAll(() => azurite.stop());

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A service that gives every request the same answer. */
async function answering(status: number, body: string): Promise<{ connectionString: string; requests(): number }> {
  let requests = 0;
  const listening = createServer((_, response) => {
    requests++;
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:${port}/a;`,
    requests: () => requests,
  };
}

test("a row whose payload is damaged stops one task, not the list", async () => {
  const stores = createStores(createTableStorage(azurite));
  await stores.settings.seed(exampleConfig(["AAA"]), at("2026-06-15T13:35:00Z"));
  const client = TableClient.fromConnectionString(azurite.connectionString, tableNames.book, {
    allowInsecureConnection: true,
  });
  await client.createEntity({
    partitionKey: "book",
    rowKey: "task_torn",
    schemaVersion: 1,
    payload0: Uint8Array.of(1, 2),
  });
  const { tasks, unreadable } = await stores.tasks.list();
  expect(tasks.map(({ task }) => task.id)).toEqual(["example"]);
  expect(unreadable).toMatchObject([{ key: "torn", detail: expect.stringContaining("TradewindBook book task_torn") }]);
  await expect(stores.tasks.get("torn")).rejects.toMatchObject({ code: "UNREADABLE_ROW" });
});

test("a key that the account does not have leaves the store out of reach, told without the service's page", async () => {
  const connectionString = azurite.connectionString.replace(/AccountKey=[^;]+/, "AccountKey=AAAA");
  const failure = await createTableStorage({ connectionString })("Any")
    .get("p", "a")
    .catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringMatching(/\b40[13]\b/) });
  expect(String(failure)).not.toContain("<");
});

test.each([
  [500, "{}", "STORE_UNAVAILABLE"],
  [503, "not json", "STORE_UNAVAILABLE"],
  [429, "{}", "STORE_UNAVAILABLE"],
  [200, '{"odata.metadata":', "STORE_UNAVAILABLE"],
  [400, '{"odata.error":{"code":"InvalidInput","message":{"value":"no"}}}', "INTERNAL"],
])("an answer %s %s ends as %s after at most three tries", async (status, body, code) => {
  const service = await answering(status, body);
  const table = createTableStorage(service)("Any");
  await expect(table.get("p", "a")).rejects.toMatchObject({ code });
  expect(service.requests()).toBeLessThanOrEqual(3);
});
