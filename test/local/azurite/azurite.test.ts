// The table stand-in: its own port, nothing kept without a folder, everything kept with one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTableStorage } from "../../../src/adapters/azure/tableStorage.ts";
import { startAzuriteTables } from "../../../src/local/azurite/azurite.ts";

const row = { partitionKey: "p", rowKey: "a", columns: { kept: true } };

test("keeps rows across restarts in its folder, and two of them do not meet", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "tradewind-tables-"));
  try {
    const [first, other] = await Promise.all([startAzuriteTables({ stateDir }), startAzuriteTables({})]);
    const open = (connectionString: string) => createTableStorage({ connectionString })("Kept");
    await open(first.connectionString).insert(row);
    expect(await open(other.connectionString).get("p", "a")).toBeUndefined();
    await Promise.all([first.stop(), other.stop()]);
    const again = await startAzuriteTables({ stateDir });
    expect((await open(again.connectionString).get("p", "a"))?.columns).toEqual({ kept: true });
    await again.stop();
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});

test("a port that is taken is an error, not a hang", async () => {
  const first = await startAzuriteTables({});
  await expect(startAzuriteTables({ port: Number(new URL(first.url).port) })).rejects.toThrow(/EADDRINUSE/);
  await first.stop();
});
