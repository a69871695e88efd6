// The audit: whatever somebody changes, removes or puts elsewhere behind the app's back is named, at the first link that no longer holds.
import { afterEach, describe, expect, test } from "vitest";
import type { Row, StoredRow, Table } from "../../src/adapters/tables/table.ts";
import type { BrokenLink } from "../../src/core/audit/verifyChain.ts";
import type { Change } from "../../src/core/model/control.ts";
import { asked, at, exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
afterEach(() => stack.stop());

const book = (): Table => tableNamed("TradewindBook");
const executions = (): Table => tableNamed("TradewindExecutions");
function tableNamed(name: string): Table {
  const table = stack.tables.get(name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

const by: Omit<Change, "at" | "principal"> = { reason: "a test", source: "test" };
const principal = { kind: "claimed", name: "tester" } as const;

async function saveTaskVersion(when: string): Promise<void> {
  const stored = await stack.ports.tasks.get("example");
  if (stored === undefined) throw new Error("the task is there");
  const { task, version } = stored;
  const changed = { ...task, name: `Example ${version + 1}` };
  const change = { version: version + 1, changedAt: at(when), changedBy: principal };
  if (!(await stack.ports.tasks.save([{ ...stored, ...by, ...change, task: changed }])))
    throw new Error("the task was saved");
}

async function saveLimits(when: string): Promise<void> {
  const stored = await stack.ports.settings.section("risk_limits");
  if (stored === undefined) throw new Error("the limits are there");
  const change = { version: stored.version + 1, changedAt: at(when), changedBy: principal };
  if (!(await stack.ports.settings.save([{ ...stored, ...by, ...change }]))) throw new Error("the limits were saved");
}

/** Two trading days on which everything that is linked happens: runs with orders, changes of tasks, limits and switches. */
async function twoDays(config = exampleConfig(["AAA", "BBB"], { schedule: { cron: "*/5 9 * * 1-5" } })): Promise<void> {
  stack = await runInMemory({ config });
  await stack.runNextSlot();
  stack.setNow("2026-06-15T13:36:30Z");
  await stack.app.realtimeMonitor.check();
  await saveTaskVersion("2026-06-15T13:37:00Z");
  await stack.app.controlService.change(asked("halt"));
  await stack.app.controlService.change(asked("resume"));
  stack.setNow("2026-06-16T13:34:00Z");
  await stack.runNextSlot();
  await saveLimits("2026-06-16T13:37:00Z");
  await saveTaskVersion("2026-06-16T13:38:00Z");
  await stack.app.controlService.change(asked("halt"));
  stack.setNow("2026-06-16T13:39:00Z");
  await stack.app.realtimeMonitor.check();
}

type LinkRow = StoredRow & { readonly payload: { kind: string; key: string; day: string; seq: number; hash: string } };
const links = async (): Promise<readonly LinkRow[]> =>
  (await book().query({ partitionKey: "book", from: "link_main_", to: "link_main_~" })) as LinkRow[];
async function linkOf(kind: string, key: string | RegExp): Promise<LinkRow> {
  const found = (await links()).filter(({ payload }) => payload.kind === kind && payload.key.match(key) !== null);
  const last = found.at(-1);
  if (last === undefined) throw new Error(`there is no link of ${kind} ${key}`);
  return last;
}
const put = (table: Table, row: Row, payload: unknown): Promise<boolean> =>
  table.put({ partitionKey: row.partitionKey, rowKey: row.rowKey, columns: row.columns, payload });

async function brokenNow(range = {}): Promise<BrokenLink | undefined> {
  const { accounts, intact } = await stack.app.auditService.verify(range);
  const broken = accounts.find(({ account }) => account === "main")?.broken;
  expect(intact).toBe(accounts.every((account) => account.broken === undefined));
  return broken;
}

const day = { first: "2026-06-15", second: "2026-06-16" };

test("finds nothing wrong with two days of work, and says how much it saw", async () => {
  await twoDays();
  const { accounts, ...report } = await stack.app.auditService.verify({});
  expect(report).toEqual({ from: day.first, to: day.second, intact: true });
  expect(accounts).toHaveLength(1);
  expect(accounts[0]).toMatchObject({ account: "main", links: (await links()).length, days: 2, purged: 0 });
  const kinds = new Set((await links()).map(({ payload }) => payload.kind));
  expect([...kinds].sort()).toEqual(["control", "execution", "settings", "task"]);
});

test("verifies single days, of which the rows may have been written again since", async () => {
  await twoDays();
  for (const each of [day.first, day.second] as const) {
    const range = { from: each, to: each } as Parameters<typeof stack.app.auditService.verify>[0];
    const { accounts, intact } = await stack.app.auditService.verify(range);
    expect({ intact, days: accounts[0]?.days }).toEqual({ intact: true, days: 1 });
  }
  const reversed = { from: day.second, to: day.first } as Parameters<typeof stack.app.auditService.verify>[0];
  await expect(stack.app.auditService.verify(reversed)).rejects.toMatchObject({ name: "ConfigError" });
});

/** Where the row of a link lies. */
const rowPlaces: Readonly<Record<string, { kind: string; key: RegExp; table: () => Table; rows: readonly string[] }>> =
  {
    "an execution record": {
      kind: "execution",
      key: /20260615T133500Z$/,
      table: executions,
      rows: ["example@20260615T133500Z record"],
    },
    "a version of a task": { kind: "task", key: /v2$/, table: book, rows: ["book pasttask_example_000002"] },
    "the task that holds now": { kind: "task", key: /v3$/, table: book, rows: ["book task_example"] },
    "a version of the settings": {
      kind: "settings",
      key: /^risk_limits v1$/,
      table: book,
      rows: ["book pastset_risk_limits_000001"],
    },
    "the settings that hold now": {
      kind: "settings",
      key: /^risk_limits v2$/,
      table: book,
      rows: ["book now_set_risk_limits"],
    },
    "the switches": { kind: "control", key: /^now_control$/, table: book, rows: ["book now_control"] },
  };

async function rowAt(table: Table, place: string): Promise<StoredRow> {
  const [partitionKey = "", rowKey = ""] = place.split(" ");
  const row = await table.get(partitionKey, rowKey);
  if (row === undefined) throw new Error(`${place} is not there`);
  return row;
}

describe.each(Object.entries(rowPlaces))("%s", (_, { kind, key, table, rows: [place = ""] }) => {
  test("that was changed is named by its newest link", async () => {
    await twoDays();
    const row = await rowAt(table(), place);
    await put(table(), row, { ...(row.payload as object), reason: "rewritten" });
    const { seq, day: when } = (await linkOf(kind, key)).payload;
    expect(await brokenNow()).toMatchObject({ day: when, seq, kind, key: expect.stringMatching(key) });
    expect((await brokenNow())?.why).toContain("was changed");
  });

  test("that was removed is named by its newest link", async () => {
    await twoDays();
    const row = await rowAt(table(), place);
    await table().delete(row.partitionKey, row.rowKey);
    const { seq, day: when } = (await linkOf(kind, key)).payload;
    expect(await brokenNow()).toMatchObject({ day: when, seq, kind, why: expect.stringContaining("is gone") });
  });
});

describe("a control event", () => {
  const event = async (): Promise<StoredRow> => {
    const [newest] = await book().query({ partitionKey: "book", from: "event_", to: "event_~", limit: 1 });
    if (newest === undefined) throw new Error("there is an event");
    return newest;
  };

  test("that was changed is named by its link", async () => {
    await twoDays();
    const row = await event();
    await put(book(), row, { ...(row.payload as object), principal: { kind: "claimed", name: "somebody else" } });
    expect(await brokenNow()).toMatchObject({ kind: "control", key: row.rowKey });
  });

  test("that was removed is named by its link", async () => {
    await twoDays();
    const row = await event();
    await book().delete("book", row.rowKey);
    expect(await brokenNow()).toMatchObject({ kind: "control", key: row.rowKey });
  });
});

test("two rows that were exchanged are named at the first of their links", async () => {
  await twoDays();
  const places = ["book pasttask_example_000001", "book pasttask_example_000002"] as const;
  const [first, second] = await Promise.all(places.map((place) => rowAt(book(), place)));
  if (first === undefined || second === undefined) throw new Error("both are there");
  const payloads = [first.payload, second.payload];
  await put(book(), first, payloads[1]);
  await put(book(), second, payloads[0]);
  expect(await brokenNow()).toMatchObject({ kind: "task", key: "example v1" });
});

describe("links", () => {
  test("of which one was changed are broken there", async () => {
    await twoDays();
    const link = await linkOf("task", /v2$/);
    await put(book(), link, { ...link.payload, at: "2026-06-15T13:37:01.000Z" });
    expect(await brokenNow()).toMatchObject({
      seq: link.payload.seq,
      key: "example v2",
      why: expect.stringMatching(/it was changed/),
    });
  });

  test("of which one was removed are broken at its number", async () => {
    await twoDays();
    const link = await linkOf("task", /v2$/);
    await book().delete("book", link.rowKey);
    const broken = await brokenNow();
    expect(broken).toMatchObject({
      day: link.payload.day,
      seq: link.payload.seq,
      kind: "link",
      why: expect.stringMatching(/it was removed/),
    });
  });

  test("that were exchanged are broken at the first of them", async () => {
    await twoDays();
    const [first, second] = (await links()).filter(({ payload }) => payload.day === day.second).slice(1, 3);
    if (first === undefined || second === undefined) throw new Error("three links that day");
    await put(book(), first, second.payload);
    await put(book(), second, first.payload);
    expect(await brokenNow()).toMatchObject({ day: day.second, seq: 2, why: expect.stringMatching(/reordered/) });
  });

  test("of a whole day that were removed are missed on the next one", async () => {
    await twoDays();
    for (const link of await links()) if (link.payload.day === day.first) await book().delete("book", link.rowKey);
    expect(await brokenNow()).toMatchObject({ day: day.second, seq: 1 });
  });

  test("at the end of a day that were removed are missed also by an audit of that day alone", async () => {
    await twoDays();
    const last = (await links()).filter(({ payload }) => payload.day === day.first).at(-1);
    await book().delete("book", last?.rowKey ?? "");
    const range = { from: day.first, to: day.first };
    expect(await brokenNow(range)).toBeDefined();
  });

  test("at the end of a day are missed also where the rows of that day hold all that is left says", async () => {
    stack = await runInMemory();
    await stack.runNextSlot();
    const lone = { ...(await recordOf("example@20260615T133500Z")), executionId: "lone@20260615T134000Z" };
    await stack.ports.executions.finish(lone);
    await stack.ports.audit.linkExecution(lone.executionId, at("2026-06-15T14:00:00Z"));
    await stack.ports.executions.amend(lone.executionId, (record) => ({ ...record, reason: "again" }));
    await stack.ports.audit.linkExecution(lone.executionId, at("2026-06-16T14:00:00Z"));
    const last = (await links()).filter(({ payload }) => payload.day === day.first).at(-1);
    await book().delete("book", last?.rowKey ?? "");
    expect(await brokenNow({ from: day.first, to: day.first })).toMatchObject({
      day: day.second,
      seq: 1,
      why: expect.stringContaining("does not continue"),
    });
  });

  test("whose bytes are damaged are broken there", async () => {
    await twoDays();
    const link = await linkOf("task", /v2$/);
    await put(book(), link, "nonsense");
    expect(await brokenNow()).toMatchObject({ seq: link.payload.seq, why: expect.stringMatching(/cannot be read/) });
  });
});

describe("the chain's end", () => {
  /** Removes the newest links and answers the link before them. */
  async function cut(count: number): Promise<LinkRow> {
    const all = await links();
    for (const link of all.slice(-count)) await book().delete("book", link.rowKey);
    const end = all.at(-count - 1);
    if (end === undefined) throw new Error("some links are left");
    return end;
  }

  test("that was cut off is missed, because the head names it", async () => {
    await twoDays();
    const end = await cut(2);
    expect(await brokenNow()).toMatchObject({
      day: day.second,
      seq: end.payload.seq + 1,
      why: expect.stringMatching(/it was removed/),
    });
  });

  test("that was cut off together with the head is missed, because a chain without head is none", async () => {
    await twoDays();
    const end = await cut(2);
    await book().delete("book", "now_head_main");
    expect(await brokenNow()).toMatchObject({
      seq: end.payload.seq,
      why: expect.stringMatching(/head of the chain is missing/),
    });
  });

  test("is missed with all links of the account, as long as the head is there", async () => {
    await twoDays();
    await cut((await links()).length - 1);
    await book().delete("book", (await links())[0]?.rowKey ?? "");
    expect(await brokenNow()).toMatchObject({ day: day.second, seq: 1, why: expect.stringMatching(/it was removed/) });
  });

  test("that was cut off with the head put back shows in the rows that hold now", async () => {
    await twoDays();
    const halted = await linkOf("control", /^now_control$/);
    const all = await links();
    const end = await cut(all.length - all.findIndex(({ rowKey }) => rowKey === halted.rowKey) + 1);
    const head = await rowAt(book(), "book now_head_main");
    await put(book(), head, end.payload);
    expect(await brokenNow()).toMatchObject({ kind: "control", key: "now_control" });
  });

  test("whose head was put back while newer links are there is named", async () => {
    await twoDays();
    const head = await rowAt(book(), "book now_head_main");
    await put(book(), head, (await links()).at(-3)?.payload);
    expect(await brokenNow()).toMatchObject({ why: expect.stringMatching(/put back/) });
  });

  test("of which a record alone was cut off, with the head put back, shows only against a link that was kept outside", async () => {
    await twoDays();
    const lone = { ...(await recordOf("example@20260616T133500Z")), executionId: "lone@20260616T134000Z" };
    await stack.ports.executions.finish(lone);
    await stack.ports.audit.linkExecution(lone.executionId, at("2026-06-16T13:41:00Z"));
    const kept = (await stack.app.auditService.verify({})).accounts[0]?.last;
    const end = await cut(1);
    await put(book(), await rowAt(book(), "book now_head_main"), end.payload);
    const [after] = (await stack.app.auditService.verify({})).accounts;
    expect(after?.broken).toBeUndefined();
    expect(after?.last?.seq).toBe((kept?.seq ?? 0) - 1);
  });
});

async function recordOf(executionId: string) {
  const record = await stack.app.executions.get(executionId);
  if (record === undefined) throw new Error(`${executionId} has no record`);
  return record;
}

describe("a record that was changed by the app itself", () => {
  test("counts by its newest link: older ones stand for what it held before", async () => {
    await twoDays();
    const ofRun = (await links()).filter(({ payload }) => payload.key === "example@20260615T133500Z");
    expect(ofRun.length).toBeGreaterThan(1);
    expect(await brokenNow()).toBeUndefined();
  });

  test("is no tampering while its run is outstanding, and is linked again when the run is settled", async () => {
    await twoDays();
    const { executions: plain } = stack.ports;
    // As if the process had died between the record and its link.
    await plain.amend("example@20260615T133500Z", (record) => ({ ...record, reason: "amended" }));
    expect(await plain.outstanding()).toMatchObject([{ executionId: "example@20260615T133500Z" }]);
    expect(await brokenNow()).toBeUndefined();
    stack.setNow("2026-06-16T13:40:00Z");
    await stack.app.realtimeMonitor.check();
    expect(await plain.outstanding()).toEqual([]);
    expect(await brokenNow()).toBeUndefined();
    expect((await linkOf("execution", /20260615T133500Z$/)).payload.day).toBe(day.second);
  });
});

describe("a run that is gone", () => {
  test("counts as purged once it is older than history is kept, and as broken before", async () => {
    await twoDays();
    const summary = { executionId: "example@20260615T133500Z", slot: at("2026-06-15T13:35:00Z") };
    await stack.ports.executions.remove(summary);
    expect(await brokenNow()).toMatchObject({ kind: "execution", why: expect.stringMatching(/is gone/) });
    stack.setNow("2027-07-20T13:34:59Z");
    expect(await brokenNow()).toBeDefined();
    stack.setNow("2027-07-20T13:35:01Z");
    const { accounts, intact } = await stack.app.auditService.verify({});
    expect({ intact, purged: accounts[0]?.purged }).toEqual({ intact: true, purged: 1 });
  });
});
