// The sections of the settings as rows of the book: the newest version of each, every version before it, and what is known of the broker's calendar.
import { z } from "zod";
import { digestOf } from "../../core/audit/chain.ts";
import { principalSchema } from "../../core/model/control.ts";
import { InvariantError } from "../../core/model/errors.ts";
import { instant, tradingDay } from "../../core/model/parse.ts";
import { type Automation, type SectionName, sectionNames, sectionSchemas } from "../../core/model/settings.ts";
import type { Instant } from "../../core/model/time.ts";
import type { CalendarDifference } from "../../core/schedule/calendarCheck.ts";
import type { AutomationSettings, StoredCalendar, StoredSection } from "../../ports/stores.ts";
import { type BookWrite, bookName, commonAccount, type Links } from "./bookTable.ts";
import { columnsOf } from "./rowShapes.ts";
import { readRow, type StoredRow } from "./table.ts";

export const sectionPrefix = "now_set_";
export const sectionKey = (name: SectionName): string => `${sectionPrefix}${name}`;
export const sectionVersionKey = (name: SectionName, version: number): string =>
  `pastset_${name}_${String(version).padStart(6, "0")}`;
/** Beside the sections, so that one query reads it with them. */
export const calendarKey = `${sectionPrefix}calendar`;

export const sectionShape = z.strictObject({
  name: z.enum(sectionNames as [SectionName, ...SectionName[]]),
  value: z.unknown(),
  version: z.int().min(1),
  changedAt: instant,
  changedBy: principalSchema,
  reason: z.string(),
  source: z.string(),
  confirmedBy: principalSchema.exactOptional(),
});
/** A session says more than its hours. */
const hours = z.object({ day: tradingDay, openAt: instant, closeAt: instant });
const calendarShape = z.strictObject({
  comparedOn: tradingDay,
  differences: z.array(
    z
      .strictObject({ day: tradingDay, builtIn: hours.optional(), atBroker: hours.optional() })
      .transform(({ day, builtIn, atBroker }): CalendarDifference => ({ day, builtIn, atBroker })),
  ),
});

export function readSection(row: StoredRow): StoredSection {
  const stored = readRow(bookName, row, sectionShape);
  return { ...stored, value: readValue(row, stored.name, stored.value) };
}

/** The value is judged by its section's schema, in the row that it lies in. */
export function readValue(row: StoredRow, name: SectionName, value: unknown): Automation[SectionName] {
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

export const sectionWrites = (section: StoredSection, before: StoredRow | undefined): readonly BookWrite[] => {
  const row = { rowKey: sectionKey(section.name), columns: columnsOf({ version: section.version }), payload: section };
  return [
    before === undefined ? { kind: "insert", row } : { kind: "put", row, etag: before.etag },
    { kind: "insert", row: { ...row, rowKey: sectionVersionKey(section.name, section.version) } },
  ];
};

export const linksOf = (sections: readonly StoredSection[], at: Instant): Links => ({
  account: commonAccount,
  at,
  contents: sections.map((section) => ({
    kind: "settings" as const,
    key: `${section.name} v${section.version}`,
    digest: digestOf(section),
  })),
});

function sectionValue<Name extends SectionName>(sections: readonly StoredSection[], name: Name): Automation[Name] {
  const found = sections.find((section) => section.name === name);
  if (found === undefined) throw new InvariantError("UNREADABLE_ROW", `${bookName} ${sectionKey(name)} is missing`);
  return found.value as Automation[Name];
}
