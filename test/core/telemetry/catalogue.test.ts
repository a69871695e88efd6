// The catalogue of events and metrics, held against what the source tells and against its page.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { events } from "../../../src/core/telemetry/events.ts";
import { type Metric, metrics } from "../../../src/core/telemetry/metrics.ts";
import { telemetryPage } from "../../../tools/telemetryPage.ts";

const root = resolve(import.meta.dirname, "../../..");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(root, "src", name), "utf8"));

const names = Object.keys(events);

/** Level and name of each call in a source, as they are written: everything between the bracket and the fields. */
const heads = (source: string): readonly string[] =>
  [...source.matchAll(/telemetry\.event\(([^{$]*(?:\$\{[^}]*\}[^{$]*)*)\{/g)].map(([, head = ""]) => head);

/** The names in the head of a call: quoted ones that are no level, and all that fit a pattern such as `order.${outcome.kind}`. */
function told(head: string): readonly string[] {
  const quoted = [...head.matchAll(/"([^"]+)"/g)].flatMap(([, text = ""]) =>
    ["info", "warning", "error"].includes(text) || !/^(tick|\w+\.\w+)$/.test(text) ? [] : [text],
  );
  const patterned = [...head.matchAll(/`([^`$]*)\$\{[^}]*\}`/g)].flatMap(([, start = ""]) => {
    const fitting = names.filter((name) => name.startsWith(start));
    return fitting.length > 0 ? fitting : [`${start}…`];
  });
  return [...quoted, ...patterned];
}
const unknownIn = (source: string): readonly string[] =>
  heads(source)
    .flatMap(told)
    .filter((name) => !names.includes(name));
const untold = (all: readonly string[]): readonly string[] => {
  const seen = new Set(sources.flatMap(heads).flatMap(told));
  return all.filter((name) => !seen.has(name));
};

test("every event that the source tells is in the catalogue", () => {
  expect(sources.flatMap(heads).length).toBeGreaterThan(30);
  expect(sources.flatMap(unknownIn)).toEqual([]);
});

test.each([
  'telemetry.event("info", "run.begun", { runId });',
  'telemetry.event(ok ? "info" : "error", ok ? "run.ended" : "run.broken", {\n  runId,\n});',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a source.
  'telemetry.event("info", `fill.${kind}`, { runId });',
])("an event that is not in it is found in %s", (source) => {
  expect(unknownIn(source)).toHaveLength(1);
});

test("every event of the catalogue is told somewhere, and one that is not is found", () => {
  expect(untold(names)).toEqual([]);
  expect(untold([...names, "run.begun"])).toEqual(["run.begun"]);
});

const allMetrics = Object.entries<Metric>(metrics);

test.each(allMetrics)("%s reads fields that its events have", (_name, { from, where, value, attributes }) => {
  for (const event of from) {
    const read = [...attributes, value, where?.field].filter((name) => name !== undefined);
    const fields: readonly string[] = events[event].fields;
    expect(fields).toEqual(expect.arrayContaining(read));
  }
});

test("no metric is split by an id, of which there is no end", () => {
  const splits = allMetrics.flatMap(([, { attributes }]) => attributes);
  expect(splits.filter((name) => /id$|slot|symbol|message|reason/i.test(name))).toEqual([]);
});

test("the names follow one form", () => {
  for (const name of names) expect(name).toMatch(/^(tick|[a-z]+\.[a-z][A-Za-z]*)$/);
  for (const [name] of allMetrics) expect(name).toMatch(/^tradewind(\.[a-z_]+)+$/);
});

test("docs/telemetry.md is what the catalogue says; run `npm run docs` after a change", () => {
  expect(readFileSync(join(root, "docs/telemetry.md"), "utf8")).toBe(telemetryPage());
});
