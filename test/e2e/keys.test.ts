// Every route with every kind of key, over HTTP against the real host: who may do what, and that a key for reading changes nothing.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../src/api/operation.ts";
import { operations } from "../../src/api/operations.ts";
import { type ProcessStack, startProcessStack } from "../support/processStack.ts";
import { tableContents } from "../support/tableContents.ts";

type Keys = { readonly master: string; readonly default: string; readonly functions: Readonly<Record<string, string>> };

let stack: ProcessStack;
let url: string;
let keys: Keys;
beforeAll(async () => {
  const digest = createHash("sha256").update(opsKey).digest("hex");
  const settings = { TRADEWIND_KEY_NAMES: `ops=${digest}` };
  stack = await startProcessStack("2026-06-15T13:57:30Z", { keepState: false, settings });
  const { dir } = stack;
  writeFileSync(join(dir, "keys.json"), JSON.stringify({ functions: { stopScheduler: opsKey } }));
  ({ url } = await stack.startHost());
  keys = JSON.parse(readFileSync(join(dir, "keys.json"), "utf8")) as Keys;
  stack.setClock("2026-06-15T14:00:00Z");
  await stack.ended(executionId);
  await quiet();
}, 120_000);
afterAll(() => stack.stop());

/** The key of one function, whose name the app is told by its digest. */
const opsKey = "a-key-that-an-operator-has-been-given-for-one-function";
const executionId = "demo-trend@20260615T140000Z";
const contents = (): Promise<readonly string[]> => tableContents(stack.settings().TablesConnection ?? "");

/** The clock stands; what the run left to do is done when nothing is written any more. */
async function quiet(): Promise<void> {
  for (let before: readonly string[] = []; ; ) {
    const now = await contents();
    if (now.length > 0 && now.join() === before.join()) return;
    before = now;
    await delay(1500);
  }
}

const params: Readonly<Record<string, string>> = {
  section: "risk_limits",
  name: "movingAverageCross",
  // A symbol stands for its order.
  clientOrderId: "SPY",
};
const query: Readonly<Record<string, string>> = {
  listSlots: "taskId=demo-trend&from=2026-06-15T13:00:00Z&to=2026-06-15T15:00:00Z",
};

/** A request that a read answers, and that a control refuses for its body or its missing If-Match: who gets that far was let in. */
async function send({ name, method, route }: Operation, key: { header?: string; query?: string }, how = method) {
  const path = route.replace(/\{(\w+)\}/g, (_, each: string) =>
    encodeURIComponent(params[each] ?? (route.startsWith("tasks") ? "demo-trend" : executionId)),
  );
  const search = [query[name], key.query].filter((part) => part !== undefined).join("&");
  const sendsBody = method !== "GET" && how === method;
  const response = await fetch(`${url}/api/${path}?${search}`, {
    method: how,
    headers: {
      ...(key.header === undefined ? {} : { "x-functions-key": key.header }),
      ...(sendsBody ? { "content-type": "application/json" } : {}),
    },
    ...(sendsBody ? { body: '{"nonsense":true}' } : {}),
  });
  return { status: response.status, text: await response.text(), isOurs: response.headers.has("x-request-id") };
}

const own = ({ name }: Operation): string => keys.functions[name] ?? "";
const others = (operation: Operation, access: Operation["access"]): readonly string[] =>
  operations.filter((each) => each.access === access && each.name !== operation.name).map(own);

test("every function has a key of its own", () => {
  const all = operations.map(own);
  expect(all.filter((key) => key.length < 20)).toEqual([]);
  expect(new Set(all).size).toBe(operations.length);
});

test("each route lets in its own key, the host's and the master's, and no other: nothing is changed by any of them", async () => {
  const before = await contents();
  const table: string[] = [];
  let walked = 0;
  for (const operation of operations) {
    const kinds: readonly (readonly [string, readonly string[], boolean])[] = [
      ["wrong", ["wrong-key", "x".repeat(54)], false],
      ["another read's", others(operation, "read"), false],
      ["another control's", others(operation, "control"), false],
      ["own", [own(operation)], true],
      ["host", [keys.default], true],
      ["master", [keys.master], true],
    ];
    const isOpen = operation.access === "anonymous";
    const none = [
      await send(operation, {}),
      await send(operation, { header: "" }),
      await send(operation, { query: "code=" }),
    ];
    walked += none.length;
    const told = [`none ${letIn(none)}`];
    expect([operation.name, "none", letIn(none)]).toEqual([operation.name, "none", isOpen ? "yes" : "no"]);
    for (const [kind, tried, welcome] of kinds) {
      const answers = [];
      for (const key of tried) answers.push(await send(operation, { header: key }));
      for (const key of tried) answers.push(await send(operation, { query: `code=${encodeURIComponent(key)}` }));
      walked += answers.length;
      told.push(`${kind} ${letIn(answers)}`);
      expect([operation.name, kind, letIn(answers)]).toEqual([operation.name, kind, welcome || isOpen ? "yes" : "no"]);
    }
    table.push(`${operation.access.padEnd(9)} ${operation.method.padEnd(6)} ${operation.route}: ${told.join(", ")}`);
  }
  console.log(`${table.join("\n")}\n${operations.length} routes × 7 kinds of key, ${walked} requests`);
  expect(await contents()).toEqual(before);
}, 300_000);

/** Those who are let in get an answer of the app's; the others the host's 401 with nothing in it. */
function letIn(answers: readonly Awaited<ReturnType<typeof send>>[]): "yes" | "no" | "mixed" {
  if (answers.every(({ status, text, isOurs }) => status === 401 && text === "" && !isOurs)) return "no";
  return answers.every(({ status, isOurs }) => status !== 401 && status < 500 && isOurs) ? "yes" : "mixed";
}

test("no operation that reads writes a row, each asked by itself with GET and HEAD", async () => {
  let before = await contents();
  for (const operation of operations.filter(({ access }) => access !== "control")) {
    const ways = operation.method === "GET" ? (["GET", "HEAD"] as const) : [operation.method];
    for (const how of ways) {
      const { status } = await send(operation, { header: own(operation) }, how as Operation["method"]);
      // What is given a body refuses this one; the others find what they look for.
      const takesBody = operation.document !== undefined || operation.body !== undefined;
      expect([operation.name, status]).toEqual([operation.name, takesBody ? 400 : 200]);
    }
    const after = await contents();
    expect([operation.name, after]).toEqual([operation.name, before]);
    before = after;
  }
}, 120_000);

test("OPTIONS of a route is answered with the key of its first function", async () => {
  for (const [, [first]] of Map.groupBy(operations, ({ route }) => route)) {
    if (first === undefined) continue;
    expect([first.name, (await send(first, { header: own(first) }, "OPTIONS" as Operation["method"])).status]).toEqual([
      first.name,
      204,
    ]);
  }
});

test("a wrong key in the header is not made good by a right one in the query, nor the other way round made bad", async () => {
  const [first] = operations;
  if (first === undefined) throw new Error("there is no operation");
  expect((await send(first, { header: "wrong", query: `code=${own(first)}` })).status).toBe(401);
  expect((await send(first, { header: own(first), query: "code=wrong" })).status).toBe(200);
});

test("no line that was printed holds a key, nor does any row", async () => {
  const all = [keys.master, keys.default, ...Object.values(keys.functions)];
  const printed = JSON.stringify([stack.hostMessages.filter(({ type }) => type === "log"), stack.events]);
  const rows = (await contents()).join("\n");
  expect(all.filter((key) => printed.includes(key) || rows.includes(key))).toEqual([]);
});

test("a control function's own key does change things, in the name that the setting knows it by", async () => {
  const stop = operations.find(({ name }) => name === "stopScheduler");
  if (stop === undefined) throw new Error("there is no stop");
  const response = await fetch(`${url}/api/scheduler/stop`, {
    method: "POST",
    headers: { "x-functions-key": own(stop), "content-type": "application/json" },
    body: '{"reason":"a drill","actor":"ann"}',
  });
  expect(await response.json()).toMatchObject({ automation: "stopped" });
  const { items } = await stack.get<{ items: object[] }>("scheduler/events?limit=1");
  const source = "POST /api/scheduler/stop, actor ann";
  expect(items).toMatchObject([{ action: "stop", principal: { kind: "key", name: "ops" }, source }]);
});
