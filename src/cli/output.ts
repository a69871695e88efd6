// What people read: tables, blocks of fields, times; nothing that comes from outside can move their cursor.
import { stripVTControlCharacters, styleText } from "node:util";

export type Style = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";
export type Paint = (style: Style | undefined, text: string) => string;

export const painter =
  (colours: boolean): Paint =>
  (style, text) =>
    colours && style !== undefined ? styleText(style, text, { validateStream: false }) : text;

export type Column<T> = {
  readonly title: string;
  readonly value: (row: T) => string;
  readonly style?: (row: T) => Style | undefined;
  readonly right?: boolean;
};

/** One line: control characters and line ends become blanks, so that a name or a reason cannot draw on a terminal. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ");

/** Rows under titles, columns two blanks apart; `nothing` where there are no rows. Every line ends with a line end. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], paint: Paint, nothing: string): string {
  if (rows.length === 0) return `${nothing}\n`;
  const cells = rows.map((row) => columns.map(({ value }) => plain(value(row))));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((width, line) => Math.max(width, lengthOf(line[index] ?? "")), title.length),
  );
  const line = (texts: readonly string[], style: (index: number) => Style | undefined): string =>
    `${columns
      .map(({ right }, index) => {
        const text = texts[index] ?? "";
        const gap = " ".repeat((widths[index] ?? 0) - lengthOf(text));
        const painted = text === "" ? "" : paint(style(index), text);
        if (right) return gap + painted;
        return index === columns.length - 1 ? painted : painted + gap;
      })
      .join("  ")
      .trimEnd()}\n`;
  const titles = columns.map(({ title }) => title);
  const lines = rows.map((row, at) => line(cells[at] ?? [], (index) => columns[index]?.style?.(row)));
  return [line(titles, () => "dim"), ...lines].join("");
}

export type Field = readonly [name: string, value: string | undefined, style?: Style | undefined];

/** A line a field, values below each other; fields without a value are left out. */
export function fields(all: readonly Field[], paint: Paint): string {
  const given = all.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given
    .map(([name, value = "", style]) => `${paint("dim", name.padEnd(width))}  ${paint(style, plain(value))}\n`)
    .join("");
}

const lengthOf = (text: string): number => [...text].length;

/** To the second, `2026-06-15 13:35:00Z`; a dash for no time. */
export const when = (instant: string | null | undefined): string =>
  instant === null || instant === undefined ? "–" : instant.replace("T", " ").replace(/\.\d+Z$/, "Z");

/** `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (whole < 120) return `${whole} s`;
  if (hours < 2) return `${minutes} min`;
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `3 tasks`, `1 task`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** A value within one line, as JSON unless it is a text. */
export const short = (value: unknown): string =>
  value === undefined ? "(absent)" : typeof value === "string" ? value : JSON.stringify(value);
