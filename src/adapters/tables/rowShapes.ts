// What rows of several tables have in common: columns every row carries and keys that sort newest first.
import { type Instant, msFromInstant } from "../../core/model/time.ts";
import { type Column, schemaVersion } from "./table.ts";

/** The columns of a row; the schema version is on every one. */
export const columnsOf = (columns: Readonly<Record<string, Column>>): Readonly<Record<string, Column>> => ({
  schemaVersion,
  ...columns,
});

/** Sorts the newest instant first. Thirteen digits until the year 2286. */
export const newestFirst = (instant: Instant): string =>
  String(9_999_999_999_999 - msFromInstant(instant)).padStart(13, "0");
