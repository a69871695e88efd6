// HTTP as the real host does it: routes, keys, requests and answers, each row a recorded fact.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poll } from "../../support/poll.ts";
import { type HostUnderTest, type Reply, stageApp, startHost } from "./hostUnderTest.ts";

const app = stageApp("http");
let host: HostUnderTest;
beforeAll(async () => {
  host = await startHost(app.scriptRoot);
});
afterAll(async () => {
  await host.stop();
  app.remove();
});

const text = ({ body }: Reply): string => body.toString();
const json = (reply: Reply) => JSON.parse(text(reply));

describe("finds the function of a path", () => {
  it.each([
    ["ignores case", "GET", "/API/Anon/3", 200],
    ["takes a slash at the end", "GET", "/api/anon/3/", 200],
    ["lets an optional parameter be absent", "GET", "/api/anon", 200],
    ["decodes the path before it matches", "GET", "/api/%61non/3", 200],
    ["finds nothing behind a doubled slash", "GET", "//api/anon/3", 404],
    ["uses a function's name as its route", "GET", "/api/ownname", 200],
    ["finds nothing at the prefix alone", "GET", "/api/", 404],
    ["finds nothing at a path of no function", "GET", "/nosuch", 404],
    ["has no icon", "GET", "/favicon.ico", 404],
    ["takes POST where methods are left out", "POST", "/api/anon/1", 200],
    ["knows no PUT where methods are left out", "PUT", "/api/anon/1", 404],
    ["does not imply HEAD by GET", "HEAD", "/api/anon/1", 404],
    ["answers no OPTIONS", "OPTIONS", "/api/anon/1", 404],
    ["answers no TRACE", "TRACE", "/api/anon/1", 404],
  ])("%s: %s %s is %i", async (_, method, path, status) => {
    const reply = await host.send(path, { method });
    expect(reply.status).toBe(status);
    if (status === 404) {
      expect(reply.headers["content-length"]).toBe(method === "HEAD" ? reply.headers["content-length"] : "0");
      expect(reply.headers["content-type"]).toBeUndefined();
      expect(text(reply)).toBe("");
    }
  });

  it.each([
    ["a literal beats a parameter", "/api/items/special", "literal"],
    ["a constraint beats a bare parameter", "/api/items/12", '{"id":"12"}'],
    ["a value that breaks the constraint falls to the next route", "/api/items/twelve", "parameter"],
    ["a catch-all takes the rest", "/api/files/a/b/c.txt", '{"path":"a/b/c.txt"}'],
  ])("%s", async (_, path, body) => {
    expect(text(await host.send(path))).toBe(body);
  });

  it("tells functions on one route apart by their methods", async () => {
    expect(text(await host.send("/api/verbs", { method: "PUT" }))).toBe("put");
    expect(text(await host.send("/api/verbs", { method: "DELETE" }))).toBe("deleted");
    expect((await host.send("/api/verbs")).status).toBe(404);
  });

  it("shows a start page at /", async () => {
    const reply = await host.send("/");
    expect(reply.status).toBe(200);
    expect(reply.headers["content-type"]).toContain("text/html");
    expect(text(reply)).toContain("Your Azure Function App is up and running.");
  });

  it("refuses a request line over 8 KB with 414", async () => {
    expect((await host.send(`/api/anon?x=${"a".repeat(8200)}`)).status).toBe(414);
    expect((await host.send(`/api/anon?x=${"a".repeat(8000)}`)).status).toBe(200);
  });
});

describe("judges keys", () => {
  type Keys = HostUnderTest["keys"];
  const secured = "/api/secured";
  it.each<[string, string, (keys: Keys) => [query: string, headers: Record<string, string>], number]>([
    ["no key", secured, () => ["", {}], 401],
    ["a wrong key", secured, () => ["?code=wrong", {}], 401],
    ["an empty key", secured, () => ["?code=", {}], 401],
    ["a bearer token", secured, (keys) => ["", { authorization: `Bearer ${keys.default}` }], 401],
    ["its own key in the query", secured, (keys) => [`?code=${keys.functions.secured}`, {}], 200],
    ["its own key in the header", secured, (keys) => ["", { "x-functions-key": keys.functions.secured ?? "" }], 200],
    ["the key of another function", secured, (keys) => [`?code=${keys.functions.guarded}`, {}], 401],
    ["the host key", secured, (keys) => [`?code=${keys.default}`, {}], 200],
    ["the master key", secured, (keys) => ["", { "x-functions-key": keys.master }], 200],
    ["CODE in capitals", secured, (keys) => [`?CODE=${keys.default}`, {}], 200],
    [
      "a wrong header over a right query",
      secured,
      (keys) => [`?code=${keys.default}`, { "x-functions-key": "no" }],
      401,
    ],
    ["a right header over a wrong query", secured, (keys) => ["?code=no", { "x-functions-key": keys.default }], 200],
    ["no key at level admin", "/api/guarded", () => ["", {}], 401],
    ["a function key at level admin", "/api/guarded", (keys) => [`?code=${keys.functions.guarded}`, {}], 401],
    ["the host key at level admin", "/api/guarded", (keys) => [`?code=${keys.default}`, {}], 401],
    ["the master key at level admin", "/api/guarded", (keys) => [`?code=${keys.master}`, {}], 200],
    ["a wrong key at level anonymous", "/api/anon", () => ["?code=wrong", {}], 200],
  ])("%s on %s", async (_, path, credentials, status) => {
    const [query, headers] = credentials(host.keys);
    const reply = await host.send(path + query, { headers });
    expect(reply.status).toBe(status);
    if (status === 401) {
      expect(text(reply)).toBe("");
      expect(reply.headers["www-authenticate"]).toBeUndefined();
    }
  });

  it("answers 404 to a wrong method before it looks at the key", async () => {
    expect((await host.send(`${secured}?code=${host.keys.default}`, { method: "PUT" })).status).toBe(404);
  });

  it("does not hide the key from the function", async () => {
    const reply = await host.send(`${secured}?code=no`, { headers: { "x-functions-key": host.keys.default } });
    expect(json(reply)).toEqual({ code: "no", header: host.keys.default });
  });
});

describe("hands the request to the function", () => {
  it("as it was sent, with repeated values joined by commas", async () => {
    const reply = await host.send("/api/anon/foo%20bar?x=1&x=2&y=", {
      method: "POST",
      headers: {
        host: "example.test:81",
        "x-forwarded-host": "elsewhere",
        "X-Twice": ["1", "2"],
        "content-type": "application/json",
      },
      body: '{ "raw": true }',
    });
    const seen = json(reply);
    expect(seen).toMatchObject({
      method: "POST",
      url: "http://example.test:81/api/anon/foo%20bar?x=1&x=2&y=",
      query: { x: "1,2" },
      params: { id: "foo bar" },
      headers: { "x-forwarded-host": "elsewhere", "x-twice": "1,2" },
      user: null,
      body: '{ "raw": true }',
    });
  });

  it("with the context of the real host", async () => {
    const { params, context } = json(
      await host.send("/api/anon", { headers: { traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` } }),
    );
    expect(params).toEqual({});
    expect(context).toMatchObject({
      functionName: "echo",
      hasTriggerMetadata: false,
      hasRetryContext: false,
      traceContext: { traceParent: "", traceState: "", attributes: {} },
      trigger: {
        methods: ["GET", "POST"],
        authLevel: "anonymous",
        route: "anon/{id?}",
        type: "httpTrigger",
        direction: "in",
      },
      return: { type: "http", name: "$return", direction: "out" },
    });
    expect(context.trigger.name).toMatch(/^httpTrigger[0-9a-f]{10}$/);
  });

  it("with no user when the principal lacks its id: the function fails as in Azure", async () => {
    const principal = Buffer.from('{"claims":[]}').toString("base64");
    expect((await host.send("/api/anon", { headers: { "x-ms-client-principal": principal } })).status).toBe(500);
  });

  it("byte for byte, both ways", async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256));
    const reply = await host.send("/api/bytesBack", { method: "POST", body: bytes });
    expect(reply.body.equals(bytes)).toBe(true);
  });

  it("up to 100 MiB; one byte more is a 500 and the end of the connection", async () => {
    const limit = 100 * 1024 * 1024;
    expect(text(await host.send("/api/length", { method: "POST", body: Buffer.alloc(limit) }))).toBe(String(limit));
    const over = await host.send("/api/length", {
      method: "POST",
      headers: { "content-length": limit + 1, expect: "100-continue" },
    });
    expect(over.status).toBe(500);
    expect(text(over)).toBe("");
    expect(over.headers.connection).toBe("close");
  });
});

describe("turns what the function returns into the answer", () => {
  it.each<[string, number, string, Record<string, string | undefined>]>([
    ["nothing", 204, "", { "content-type": undefined }],
    ["text", 201, "hi", { "content-type": "text/plain;charset=UTF-8", "x-own": "1", "transfer-encoding": "chunked" }],
    ["json", 200, '{"a":1}', { "content-type": "application/json", "transfer-encoding": "chunked" }],
    ["stream", 200, "one two three", { "transfer-encoding": "chunked" }],
    ["empty", 404, "", {}],
    ["notModified", 304, "", {}],
    ["string", 500, "", { "content-length": "0", "content-type": undefined }],
    ["badStatus", 500, "", { "content-length": "0", "content-type": undefined }],
    ["throws", 500, "", { "content-length": "0", "content-type": undefined }],
  ])("%s: %i %j", async (name, status, body, headers) => {
    const reply = await host.send(`/api/answers/${name}`);
    expect(reply.status).toBe(status);
    expect(text(reply)).toBe(body);
    expect(reply.headers).toMatchObject({ server: "Kestrel", date: expect.any(String), ...defined(headers) });
    for (const header of absent(headers)) expect(reply.headers[header]).toBeUndefined();
    expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("bytes as they are", async () => {
    const reply = await host.send("/api/answers/bytes");
    expect([...reply.body]).toEqual([0, 255, 128, 10]);
    expect(reply.headers["content-type"]).toBe("application/octet-stream");
  });

  it("cookies as headers of their own", async () => {
    expect((await host.send("/api/answers/cookie")).headers["set-cookie"]).toEqual([
      "a=b; path=/; httponly",
      "c=d; max-age=60; path=/; secure; samesite=lax",
    ]);
  });

  it("keeps what a throw said for the log", async () => {
    await host.send("/api/answers/throws");
    const told = (event: HostUnderTest["events"][number]): boolean =>
      event.type === "log" &&
      event.level === "error" &&
      event.message.includes("Executed 'Functions.answer' (Failed") &&
      event.message.includes("inner detail");
    await poll("the failure in the log", () => host.events.some(told) || undefined);
  });

  it("logs each run, and what the function logs under its name", async () => {
    await host.send("/api/bindings");
    await ended("bindings");
    const logs = host.events.flatMap((event) => (event.type === "log" ? [event] : []));
    expect(logs.find(({ category }) => category === "Function.bindings.User")).toMatchObject({
      level: "warning",
      message: "mind this",
    });
    const started = logs.find(({ message }) => message.startsWith("Executing 'Functions.bindings'"));
    expect(started?.message).toContain("Reason='This function was programmatically called via the host APIs.', Id=");
    expect(
      logs.some(({ message }) => /^Executed 'Functions.bindings' \(Succeeded, Id=.*, Duration=\d+ms\)$/.test(message)),
    ).toBe(true);
  });
});

/** The host tells its events on a channel beside HTTP: they can come after the answer. */
const ended = (name: string) =>
  poll(
    `${name} to end`,
    () => host.events.some((event) => event.type === "invocationEnded" && event.functionName === name) || undefined,
  );

const defined = (headers: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
const absent = (headers: Record<string, string | undefined>) =>
  Object.keys(headers).filter((name) => headers[name] === undefined);
