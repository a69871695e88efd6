// The settings: their sections with every version, changes that wait for a second person, and what is known of the broker's calendar.
import { z } from "zod";
import { type ControlState, initialControl, type Principal, principalSchema } from "../../core/model/control.ts";
import { instant } from "../../core/model/parse.ts";
import { sectionNames } from "../../core/model/settings.ts";
import { type Task, tasksAtOnce } from "../../core/model/task.ts";
import type { Instant } from "../../core/model/time.ts";
import type { PendingChange, SettingsStore, StoredSection, TaskStore } from "../../ports/stores.ts";
import { type Book, bookName } from "./bookTable.ts";
import { commitConfig, settledRow } from "./configImportTable.ts";
import { controlLink, controlRow } from "./controlTable.ts";
import { columnsOf } from "./rowShapes.ts";
import {
  calendarKey,
  linksOf,
  readSection,
  readSettingsRows,
  readValue,
  sectionKey,
  sectionPrefix,
  sectionShape,
  sectionVersionKey,
  sectionWrites,
} from "./sectionRows.ts";
import { readRow, type StoredRow } from "./table.ts";

const pendingPrefix = "pending_";

const pendingShape = z.strictObject({
  id: z.string(),
  section: sectionShape.shape.name,
  replaces: z.int().min(1),
  value: z.unknown(),
  proposedAt: instant,
  proposedBy: principalSchema,
  reason: z.string(),
});
export function createSettingsStore(book: Book, tasks: TaskStore): SettingsStore {
  return {
    read: async () => readSettingsRows(await book.query(sectionPrefix)),
    section: async (name, version) => {
      const row = await book.get(version === undefined ? sectionKey(name) : sectionVersionKey(name, version));
      return row && readSection(row);
    },
    save: async (next, importId) => {
      const before = await Promise.all(next.map(({ name }) => book.get(sectionKey(name))));
      const fits = next.every(({ version }, index) => version === Number(before[index]?.columns.version ?? 0) + 1);
      const [first] = next;
      if (!fits || first === undefined) return fits;
      const writes = next.flatMap((section, index) => sectionWrites(section, before[index]));
      return commitConfig(book, writes, linksOf(next, first.changedAt), importId);
    },
    saveCalendar: async (calendar) => {
      await book.put({ rowKey: calendarKey, columns: columnsOf({}), payload: calendar });
    },
    pending: async (id) => {
      const row = await book.get(`${pendingPrefix}${id}`);
      return row && readPending(row);
    },
    listPending: async () => (await book.query(pendingPrefix)).map(readPending),
    propose: (change) =>
      book.insert({ rowKey: `${pendingPrefix}${change.id}`, columns: columnsOf({}), payload: change }),
    withdraw: (id) => book.delete(`${pendingPrefix}${id}`),
    // Settings and switches together and last: a seeding that was cut off before it is done again, and inserts only what is missing.
    seed: async (config, now) => {
      if ((await book.query(sectionPrefix, { limit: 1 })).length > 0) return false;
      await seedTasks(tasks, config.tasks, now);
      const sections = sectionNames.map(
        (name): StoredSection => ({ name, value: config.automation[name], version: 1, ...seeding(now) }),
      );
      const writes = sections.flatMap((section) => sectionWrites(section, undefined));
      const state: ControlState = initialControl(now);
      const rows = [controlRow(state), settledRow].map((row) => ({ kind: "insert", row }) as const);
      const { contents, ...chain } = linksOf(sections, now);
      return book.commit([...writes, ...rows], { ...chain, contents: [...contents, controlLink(state)] });
    },
  };
}

const seeder: Principal = { kind: "app", name: "seed" };
const seeding = (now: Instant) => ({ changedAt: now, changedBy: seeder, reason: "first start", source: "seed" });

async function seedTasks(tasks: TaskStore, given: readonly Task[], now: Instant): Promise<void> {
  const { tasks: there } = await tasks.list();
  const known = new Set(there.map(({ task }) => task.id));
  const missing = given.filter(({ id }) => !known.has(id));
  for (let at = 0; at < missing.length; at += tasksAtOnce) {
    const batch = missing
      .slice(at, at + tasksAtOnce)
      .map((task) => ({ task, version: 1, createdAt: now, ...seeding(now), deleted: false }));
    await tasks.save(batch);
  }
}

const readPending = (row: StoredRow): PendingChange => {
  const stored = readRow(bookName, row, pendingShape);
  return { ...stored, value: readValue(row, stored.section, stored.value) };
};
