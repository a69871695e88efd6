// Requests for the fuzz, made from the OpenAPI document: valid ones, and such as are wrong in one or more ways.
import type { App } from "../../../src/app/app.ts";
import { sectionNames } from "../../../src/core/model/settings.ts";
import { strategies } from "../../../src/core/strategies/registry.ts";
import { apiDocument, type DocumentedOperation, documentedOperations } from "../../support/apiDocument.ts";
import { allTricks, type Draft } from "./tricks.ts";
import { type Random, sampleOf } from "./values.ts";

export type FuzzRequest = {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What is wrong with it, for whoever reads a failure. */
  readonly tricks: readonly string[];
};

/** What a client may know of the app: it grows old while requests are made, as a client's knowledge does. */
export type Memory = {
  readonly taskIds: readonly string[];
  readonly etags: ReadonlyMap<string, string>;
  readonly digest: string;
  readonly changeIds: readonly string[];
  readonly executionIds: readonly string[];
  /** Execution id and client order id. */
  readonly orders: readonly (readonly [string, string])[];
  /** The same of orders in doubt. */
  readonly doubts: readonly (readonly [string, string])[];
  readonly cursors: readonly string[];
  readonly notificationIds: readonly string[];
};

export async function look(app: App): Promise<Memory> {
  const { taskService, settingsService, configService, executions, control, notificationService } = app;
  const { items: tasks } = await taskService.list({ limit: 100 });
  const sections = await Promise.all(sectionNames.map((name) => settingsService.get(name)));
  const runs = await executions.list({ limit: 5 });
  const records = await Promise.all(runs.items.map(({ executionId }) => executions.get(executionId)));
  const outcomes = records.flatMap((record) =>
    (record?.outcomes ?? []).map(({ kind, ticket }) => ({
      kind,
      order: [record?.executionId ?? "", ticket.clientOrderId] as const,
    })),
  );
  const events = await control.events({ limit: 2 });
  const notifications = await notificationService.list({ limit: 2 });
  return {
    taskIds: tasks.map(({ task }) => task.id),
    etags: new Map([
      ...tasks.map(({ task, version }) => [`/tasks/${task.id}`, `"${version}"`] as const),
      ...sections.map(({ name, version }) => [`/settings/${name}`, `"${version}"`] as const),
    ]),
    digest: (await configService.export()).digest,
    changeIds: (await settingsService.pending()).map(({ id }) => id),
    executionIds: runs.items.map(({ executionId }) => executionId),
    orders: outcomes.map(({ order }) => order),
    doubts: outcomes.flatMap(({ kind, order }) => (kind === "unknown" ? [order] : [])),
    notificationIds: notifications.items.map(({ id }) => id),
    cursors: [runs.cursor, events.cursor, notifications.cursor].filter((cursor) => cursor !== undefined),
  };
}

export function makeRequest(random: Random, memory: Memory): FuzzRequest {
  const { path, method, operation } = pickOperation(random, memory);
  let draft = validDraft(path, method, operation, random, memory);
  const tricks: string[] = [];
  if (random.chance(0.5)) {
    for (let count = 1 + random.below(2); count > 0; count--) {
      const [name, play] = random.pick(allTricks);
      tricks.push(name);
      draft = { ...draft, ...play(draft, random) };
    }
  }
  const target = draft.path + (draft.query === "" ? "" : `?${draft.query}`);
  const { headers, body } = draft;
  return { method: draft.method, target, headers, ...(body === undefined ? {} : { body }), tricks };
}

/** What can be done seldom is done when it can. */
function pickOperation(random: Random, { changeIds, doubts }: Memory): (typeof documentedOperations)[number] {
  const seldom = [
    ...(changeIds.length > 0 ? ["confirmSettingsChange"] : []),
    ...(doubts.length > 0 ? ["resolveOrder"] : []),
  ];
  const now = documentedOperations.filter(({ operation }) => seldom.includes(operation.operationId));
  return random.pick(now.length > 0 && random.chance(0.15) ? now : documentedOperations);
}

function validDraft(
  path: string,
  method: string,
  operation: DocumentedOperation,
  random: Random,
  memory: Memory,
): Draft {
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  const filled = fillPath(path, random, memory);
  for (const { name, in: place, required, schema } of operation.parameters) {
    if (place === "query" && (required || random.chance(0.3)))
      query.set(name, queryValue(name, schema, random, memory));
    if (name === "If-Match") headers["if-match"] = tagOf(filled, random, memory);
    if (place === "header" && name.startsWith("x-") && random.chance(0.2))
      headers[name] = random.pick(["ann", "bob", "drill-1"]);
  }
  if (random.chance(0.6)) headers["x-functions-key"] = random.pick(["ann-key", "bob-key", "other"]);
  const draft: Draft = { method, path: filled, query: query.toString(), headers, body: undefined };
  const { requestBody, operationId } = operation;
  if (requestBody === undefined || (!requestBody.required && random.chance(0.2))) return draft;
  const [type, media] = random.pick(Object.entries(requestBody.content ?? {}));
  return {
    ...draft,
    headers: { ...headers, "content-type": type },
    body: bodyOf(operationId, filled, media, random),
  };
}

const fallbackTask = "nobody";

function queryValue(name: string, schema: Json, random: Random, { taskIds, cursors }: Memory): string {
  if (name === "cursor" && cursors.length > 0) return random.pick(cursors);
  if (name === "taskId" || name === "after") return random.pick([...taskIds, fallbackTask]);
  return String(sampleOf(schema, random, resolve, name));
}

function fillPath(path: string, random: Random, memory: Memory): string {
  const { taskIds, changeIds, executionIds, orders, doubts, notificationIds } = memory;
  const values: Readonly<Record<string, string>> = {
    section: random.pick(sectionNames),
    id: path.startsWith("/scheduler/executions")
      ? random.pick([...executionIds, "example@20260615T133500Z"])
      : path.startsWith("/settings/changes")
        ? random.pick([...changeIds, "none"])
        : path.startsWith("/notifications")
          ? random.pick([...notificationIds, "none"])
          : random.pick([...taskIds, ...taskIds, fallbackTask]),
    name: random.pick([...strategies.map(({ name }) => name), "none"]),
    clientOrderId: random.pick(["tw.x.y.AAA.buy.1", "AAA"]),
  };
  const known = path.endsWith("/resolve") ? doubts : path.endsWith("/receipt") ? orders : [];
  const [id, clientOrderId] = known.length > 0 && random.chance(0.9) ? random.pick(known) : [];
  const all: Readonly<Record<string, string>> =
    id === undefined || clientOrderId === undefined ? values : { ...values, id, clientOrderId };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(all[name] ?? name));
}

/** Mostly what was seen last, sometimes what is older or whatever is there. */
function tagOf(filled: string, random: Random, { etags, digest }: Memory): string {
  if (filled === "/config/import") return `"${digest}"`;
  const seen = etags.get(filled) ?? '"1"';
  return random.pick([seen, seen, seen, '"1"', "*"]);
}

type Json = Readonly<Record<string, unknown>>;

const resolve = (ref: string): Json =>
  ref
    .slice(2)
    .split("/")
    .reduce<Json>((at, part) => at[part] as Json, apiDocument as unknown as Json);

type Media = { readonly schema: object; readonly example?: unknown };

/** The example with names of this world, some of its fields as the schema allows them, or all of it from the schema. */
function bodyOf(operationId: string, filled: string, { schema, example }: Media, random: Random): unknown {
  if (operationId === "patchTask" && random.chance(0.5)) return random.pick(patches);
  if (operationId === "putSettings") return sectionValue(filled.split("/").at(-1) ?? "", random);
  const made = sampleOf(schema as Json, random, resolve) as Json;
  if (random.chance(0.2)) return made;
  const mixed: Json = { ...localized(example), ...(random.chance(0.4) ? some(made, random) : {}) };
  if (operationId === "createTask") return tradable({ ...mixed, id: `fuzz-${random.below(1000)}` }, random);
  if (operationId === "replaceTask") return tradable({ ...mixed, id: filled.split("/")[2] }, random);
  return mixed;
}

const patches: readonly Json[] = [
  { name: "Patched" },
  { enabled: true },
  { graceMinutes: 7 },
  { limits: null, window: null },
];

/** Either symbols or a universe, as no schema says. */
const tradable = ({ universe: _, ...task }: Json, random: Random): Json => ({
  ...task,
  symbols: random.pick([["AAA"], ["AAA", "BBB"]]),
});

function sectionValue(name: string, random: Random): unknown {
  const pascal = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return sampleOf(resolve(`#/components/schemas/${pascal}Input`), random, resolve);
}

const some = (value: Json, random: Random): Json =>
  Object.fromEntries(Object.entries(value).filter(() => random.chance(0.4)));

/** Examples speak of other symbols and tasks than this world has, and of a time that may have passed. */
const localized = (example: unknown): Json =>
  JSON.parse(
    JSON.stringify(example ?? {})
      .replaceAll("QQQ", "AAA")
      .replaceAll("SPY", "BBB")
      .replaceAll("demo-trend", "example")
      .replaceAll("2026-06-15T18:00:00Z", "2026-06-18T18:00:00Z"),
  );
