// The settings: a row a section, every version before it, changes that wait for a second person, and what is known of the broker's calendar.
import { z } from "zod";
import { digestOf } from "../../core/audit/chain.ts";
import { type ControlState, initialControl, type Principal, principalSchema } from "../../core/model/control.ts";
import { InvariantError } from "../../core/model/errors.ts";
import { instant, tradingDay } from "../../core/model/parse.ts";
import { type Automation, type SectionName, sectionNames, sectionSchemas } from "../../core/model/settings.ts";
import type { Task } from "../../core/model/task.ts";
import type { Instant } from "../../core/model/time.ts";
import type { CalendarDifference } from "../../core/schedule/calendarCheck.ts";
import type {
  AutomationSettings,
  PendingChange,
  SettingsStore,
  StoredCalendar,
  StoredSection,
  TaskStore,
} from "../../ports/stores.ts";
import { type Book, type BookWrite, bookName, commonAccount } from "./bookTable.ts";
import { controlLink, controlRow } from "./controlTable.ts";
import { columnsOf, storedInstant } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";
import { tasksAtOnce } from "./taskTable.ts";

const sectionPrefix = "now_set_";
const sectionKey = (name: SectionName): string => `${sectionPrefix}${name}`;
const versionKey = (name: SectionName, version: number): string =>
  `pastset_${name}_${String(version).padStart(6, "0")}`;
/** Beside the sections, so that one query reads it with them. */
const calendarKey = `${sectionPrefix}~calendar`;
const pendingPrefix = "pending_";

const sectionShape = z.strictObject({
  name: z.enum(sectionNames as [SectionName, ...SectionName[]]),
  value: z.unknown(),
  version: z.int().min(1),
  changedAt: storedInstant,
  changedBy: principalSchema,
  reason: z.string(),
  source: z.string(),
  confirmedBy: principalSchema.exactOptional(),
});
const pendingShape = z.strictObject({
  id: z.string(),
  section: sectionShape.shape.name,
  replaces: z.int().min(1),
  value: z.unknown(),
  proposedAt: storedInstant,
  proposedBy: principalSchema,
  reason: z.string(),
});
const hours = z.strictObject({ day: tradingDay, openAt: instant, closeAt: instant });
const calendarShape = z.strictObject({
  comparedOn: tradingDay,
  differences: z.array(
    z
      .strictObject({ day: tradingDay, builtIn: hours.optional(), atBroker: hours.optional() })
      .transform(({ day, builtIn, atBroker }): CalendarDifference => ({ day, builtIn, atBroker })),
  ),
});

function readSection(row: StoredRow): StoredSection {
  const stored = readRow(bookName, row, sectionShape);
  return { ...stored, value: readValue(row, stored.name, stored.value) };
}

/** The value is judged by its section's schema, in the row that it lies in. */
function readValue(row: StoredRow, name: SectionName, value: unknown): Automation[SectionName] {
  const schema: z.ZodType<Automation[SectionName]> = sectionSchemas[name];
  return readRow(bookName, { ...row, payload: value ?? null }, schema);
}

/** All sections and what is known of the calendar; undefined before the first seeding. Other rows among them are left alone. */
export function readSettingsRows(rows: readonly StoredRow[]): AutomationSettings | undefined {
  const own = rows.filter(({ rowKey }) => rowKey.startsWith(sectionPrefix));
  const sections = own.filter(({ rowKey }) => rowKey !== calendarKey).map(readSection);
  if (sections.length === 0) return undefined;
  const calendar = own.find(({ rowKey }) => rowKey === calendarKey);
  return {
    window: sectionValue(sections, "trading_window"),
    limits: sectionValue(sections, "risk_limits"),
    monitor: sectionValue(sections, "monitor"),
    notifications: sectionValue(sections, "notifications"),
    universes: sectionValue(sections, "universes"),
    calendar: calendar && (readRow(bookName, calendar, calendarShape) satisfies StoredCalendar),
    versions: Object.fromEntries(sections.map(({ name, version }) => [name, version])) as Record<SectionName, number>,
    hash: digestOf(sections.map(({ name, value }) => [name, value])).slice(0, 16),
  };
}

const sectionWrites = (section: StoredSection, before: StoredRow | undefined): readonly BookWrite[] => {
  const row = { rowKey: sectionKey(section.name), columns: columnsOf({ version: section.version }), payload: section };
  return [
    before === undefined ? { kind: "insert", row } : { kind: "put", row, etag: before.etag },
    { kind: "insert", row: { ...row, rowKey: versionKey(section.name, section.version) } },
  ];
};

const linksOf = (sections: readonly StoredSection[], at: Instant) => ({
  account: commonAccount,
  at,
  contents: sections.map((section) => ({
    kind: "settings" as const,
    key: `${section.name} v${section.version}`,
    digest: digestOf(section),
  })),
});

export function createSettingsStore(book: Book, tasks: TaskStore): SettingsStore {
  return {
    read: async () => readSettingsRows(await book.query(sectionPrefix)),
    section: async (name, version) => {
      const row = await book.get(version === undefined ? sectionKey(name) : versionKey(name, version));
      return row && readSection(row);
    },
    save: async (next) => {
      const before = await Promise.all(next.map(({ name }) => book.get(sectionKey(name))));
      const fits = next.every(({ version }, index) => version === Number(before[index]?.columns.version ?? 0) + 1);
      const [first] = next;
      if (!fits || first === undefined) return fits;
      const writes = next.flatMap((section, index) => sectionWrites(section, before[index]));
      return book.commit(writes, linksOf(next, first.changedAt));
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
      const { contents, ...chain } = linksOf(sections, now);
      return book.commit([...writes, { kind: "insert", row: controlRow(state) }], {
        ...chain,
        contents: [...contents, controlLink(state)],
      });
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

function sectionValue<Name extends SectionName>(sections: readonly StoredSection[], name: Name): Automation[Name] {
  const found = sections.find((section) => section.name === name);
  if (found === undefined) throw new InvariantError("UNREADABLE_ROW", `${bookName} ${sectionKey(name)} is missing`);
  return found.value as Automation[Name];
}
