// Tasks, settings and the configuration over HTTP: versions as ETags, what is created, what waits, and what a dry run leaves as it was.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ApiCall, type ApiClient, type ApiReply, openApiClient } from "../support/apiClient.ts";
import { answerFaults } from "../support/apiDocument.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
let client: ApiClient;
beforeEach(async () => {
  stack = await runInMemory();
  client = openApiClient(stack.app);
});
afterEach(() => stack.stop());

/** Every answer is what the document says. */
async function api(method: string, target: string, given: ApiCall = {}): Promise<ApiReply> {
  const reply = await client(method, target, given);
  expect(answerFaults(reply)).toEqual([]);
  return reply;
}
const [example] = exampleConfig(["AAA", "BBB"]).tasks;
const second = { ...example, id: "second", name: "Second" };
const ifMatch = (tag: string): ApiCall => ({ headers: { "if-match": tag } });

describe("a task", () => {
  test("is created with its address and its first version as ETag", async () => {
    const made = await api("POST", "/tasks", { body: second });
    expect(made).toMatchObject({ status: 201, headers: { location: "/api/tasks/second", etag: '"1"' } });
    expect(made.body).toMatchObject({ id: "second", version: 1, warnings: [] });
    expect((await api("GET", "/tasks/second")).headers.etag).toBe('"1"');
  });

  test("is read, changed and sent back as it was read, keeping its id and its creation", async () => {
    const { body, headers } = await api("GET", "/tasks/example");
    const changed = await api("PUT", "/tasks/example", {
      ...ifMatch(headers.etag ?? ""),
      body: { ...body, name: "Other" },
    });
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { name: "Other", version: 2 } });
    expect(changed.body.createdAt).toBe(body.createdAt);
    expect((await api("GET", "/tasks/example?version=1")).body.name).toBe("Example");
  });

  test.each(["PUT", "PATCH", "DELETE"])(
    "is not changed by %s without If-Match, nor with an old one",
    async (method) => {
      const body = method === "DELETE" ? undefined : method === "PUT" ? example : { name: "Other" };
      const sent = body === undefined ? {} : { body };
      expect(await api(method, "/tasks/example", sent)).toMatchObject({
        status: 428,
        body: { code: "IF_MATCH_REQUIRED" },
      });
      for (const tag of ['"7"', 'W/"1"', '"0"', '"01"', '""', '"x"'])
        expect(await api(method, "/tasks/example", { ...ifMatch(tag), ...sent })).toMatchObject({
          status: 412,
          body: { code: "VERSION_CONFLICT" },
        });
      for (const tag of ["1", '"1", "2"', '"1'])
        expect(await api(method, "/tasks/example", { ...ifMatch(tag), ...sent })).toMatchObject({
          status: 400,
          body: { code: "BAD_PARAMETER", faults: [{ path: "If-Match" }] },
        });
      expect((await api("GET", "/tasks/example")).body.version).toBe(1);
    },
  );

  test("is patched as RFC 7396 says, under either type", async () => {
    const headers = { "if-match": '"1"', "content-type": "application/merge-patch+json" };
    const once = await api("PATCH", "/tasks/example", { headers, body: '{"name":"Patched","graceMinutes":9}' });
    expect(once).toMatchObject({ status: 200, body: { name: "Patched", graceMinutes: 9, version: 2 } });
    const twice = await api("PATCH", "/tasks/example", { ...ifMatch("*"), body: { graceMinutes: null } });
    expect(twice.body).not.toHaveProperty("graceMinutes");
  });

  test("with faults is refused, each with its path", async () => {
    const schedule = { cron: "61 * * * *" };
    const body = { ...second, name: undefined, strategies: [{ name: "nope" }], schedule, colour: "red" };
    const answer = await api("POST", "/tasks", { body });
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_TASK" } });
    const paths = answer.body.faults.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(["name", "colour", "schedule.cron", "strategies[0].name"]);
  });

  test.each([
    ["POST", "/tasks?dryRun=true", {}, second],
    ["PUT", "/tasks/example?dryRun=true", { "if-match": "*" }, { ...example, name: "Other" }],
    ["PATCH", "/tasks/example?dryRun=true", { "if-match": "*" }, { name: "Other" }],
  ])("%s %s shows what would be saved and saves nothing", async (method, target, headers, body) => {
    const before = (await api("GET", "/tasks")).body;
    expect(await api(method, target, { headers, body })).toMatchObject({ status: 200, body: { warnings: [] } });
    expect((await api("GET", "/tasks")).body).toEqual(before);
  });

  test("that is deleted stays readable by its version, and names who deleted it", async () => {
    const headers = { "if-match": '"1"', "x-tradewind-actor": "ann", "x-tradewind-reason": "no longer needed" };
    expect(await api("DELETE", "/tasks/example", { headers })).toMatchObject({
      status: 200,
      body: { deleted: true, version: 2 },
    });
    expect(await api("GET", "/tasks/example")).toMatchObject({ status: 404, body: { code: "TASK_NOT_FOUND" } });
    expect((await api("GET", "/tasks/example?version=2")).body).toMatchObject({
      deleted: true,
      changedBy: { kind: "claimed", name: "ann" },
      reason: "no longer needed",
      source: "DELETE /api/tasks/example",
    });
    expect(await api("POST", "/tasks", { body: example })).toMatchObject({
      status: 409,
      body: { code: "TASK_EXISTS" },
    });
  });

  test("is run now once a minute, with its execution's address", async () => {
    const location = "/api/scheduler/executions/example@20260615T133400Z";
    const first = await api("POST", "/tasks/example/run", { body: { reason: "a look", actor: "ann" } });
    expect(first).toMatchObject({ status: 202, headers: { location }, body: { queued: true } });
    expect(await api("POST", "/tasks/example/run")).toMatchObject({
      status: 200,
      headers: { location },
      body: { queued: false },
    });
  });

  test.each(["?dryRun=true", ""])(
    "is planned by a dry run (%j), without a slot, a message or an order",
    async (query) => {
      const body = query === "" ? { dryRun: true } : undefined;
      const answer = await api("POST", `/tasks/example/run${query}`, { body });
      expect(answer.status).toBe(200);
      expect(answer.body.tickets).toHaveLength(2);
      expect(stack.queues.take("runs")).toBeUndefined();
      expect((await api("GET", "/scheduler/executions")).body.items).toEqual([]);
    },
  );

  test("is enabled and disabled; asking twice makes one version", async () => {
    for (const version of [2, 2])
      expect((await api("POST", "/tasks/example/disable")).body).toMatchObject({ enabled: false, version });
    expect(await api("POST", "/tasks/example/run")).toMatchObject({ status: 409, body: { code: "TASK_DISABLED" } });
    expect((await api("POST", "/tasks/example/enable")).body).toMatchObject({ enabled: true, version: 3 });
  });

  test("pages are walked by `next`", async () => {
    for (const id of ["a", "b", "c"]) await api("POST", "/tasks", { body: { ...second, id } });
    const ids: string[] = [];
    for (let after = ""; ; ) {
      const { body } = await api("GET", `/tasks?limit=2${after}`);
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      if (body.next === undefined) break;
      after = `&after=${body.next}`;
    }
    expect(ids).toEqual(["a", "b", "c", "example"]);
  });
});

describe("settings", () => {
  test("a section is replaced under its version, and older versions stay", async () => {
    const { body, headers } = await api("GET", "/settings/risk_limits");
    const value = { ...body.value, maxOrderNotionalUsd: 40_000 };
    const dry = await api("PUT", "/settings/risk_limits?dryRun=true", { ...ifMatch(headers.etag ?? ""), body: value });
    expect(dry).toMatchObject({ status: 200, body: { outcome: "wouldChange" } });
    const done = await api("PUT", "/settings/risk_limits", { ...ifMatch(headers.etag ?? ""), body: value });
    expect(done).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { outcome: "changed", section: { version: 2 } },
    });
    expect(await api("PUT", "/settings/risk_limits", { ...ifMatch('"1"'), body: value })).toMatchObject({
      status: 412,
    });
    expect((await api("GET", "/settings/risk_limits?version=1")).body.value).toEqual(body.value);
  });

  test.each([
    [{ ...ifMatch("*"), body: { maxOrderNotionalUsd: 1 } }, 400, "INVALID_SETTINGS"],
    [{ body: {} }, 428, "IF_MATCH_REQUIRED"],
    [{ ...ifMatch("*") }, 400, "BAD_BODY"],
  ])("%j is refused", async (given, status, code) => {
    expect(await api("PUT", "/settings/risk_limits", given)).toMatchObject({ status, body: { code } });
  });

  test("a section that is not there, also by a name that objects have, is 404", async () => {
    for (const name of ["colours", "constructor", "__proto__"])
      expect(await api("GET", `/settings/${name}`)).toMatchObject({ status: 404, body: { code: "UNKNOWN_SECTION" } });
  });
});

describe("the configuration", () => {
  test("is imported only onto the state that was compared, all of it", async () => {
    const { config } = (await api("GET", "/config")).body;
    const next = { ...config, tasks: [...config.tasks, second] };
    const { differences, digest } = (await api("POST", "/config/diff", { body: next })).body;
    expect(differences).toMatchObject([{ kind: "added", what: "task second" }]);
    expect(await api("POST", "/config/import", { body: next })).toMatchObject({ status: 428 });
    await api("POST", "/tasks/example/disable");
    for (const tag of [`"${digest}"`, '"x"', `W/"${digest}"`]) {
      const late = await api("POST", "/config/import", { ...ifMatch(tag), body: next });
      expect(late).toMatchObject({ status: 412, body: { code: "CONFIG_CHANGED" } });
    }
    const etag = (await api("GET", "/config")).headers.etag ?? "";
    expect(await api("POST", "/config/import", { ...ifMatch(etag), body: next })).toMatchObject({ status: 200 });
    expect((await api("GET", "/tasks/second")).status).toBe(200);
  });

  test("of ten thousand tasks fits a request, and one above the limit is refused", async () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) => ({ ...example, id: `task-${index}` }));
    const { automation } = exampleConfig(["AAA"]);
    const compared = await api("POST", "/config/diff", { body: { automation, tasks } });
    expect(compared.status).toBe(200);
    const more = await client("POST", "/config/diff", {
      body: { automation, tasks, pad: " ".repeat(8 * 1024 * 1024) },
    });
    expect(more).toMatchObject({ status: 413, body: { code: "BODY_TOO_LARGE" } });
  }, 60_000);
});
