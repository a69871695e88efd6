// Where a command goes and with which key, and what it says of everything that answers badly or not at all.

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { apiOf } from "../../src/cli/target.ts";
import { commandLine, testFolder } from "../support/commandLine.ts";

type Sent = { readonly url: string; readonly method: string; readonly headers: Headers; readonly body: string };

/** Answers every request with `answer`, and notes what was sent. */
function listening(answer: () => Response | Promise<Response> = () => Response.json({})) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const { method = "GET", headers, body } = init;
    sent.push({ url: String(input), method, headers: new Headers(headers), body: String(body ?? "") });
    return answer();
  };
  return { sent, fetch };
}

describe("the address", () => {
  test.each([
    ["https://app.azurewebsites.net", "https://app.azurewebsites.net/api/"],
    ["https://app.azurewebsites.net/api", "https://app.azurewebsites.net/api/"],
    ["https://gateway.example/trade/", "https://gateway.example/trade/api/"],
    ["http://127.0.0.1:7071/", "http://127.0.0.1:7071/api/"],
    ["http://localhost:7071", "http://localhost:7071/api/"],
    ["http://[::1]:7071", "http://[::1]:7071/api/"],
  ])("%s is the API at %s", (given, api) => {
    expect(apiOf(given)).toBe(api);
  });

  test.each([
    ["http://app.azurewebsites.net", "unencrypted"],
    ["http://127.0.0.1.example.com", "unencrypted"],
    ["http://localhost.example.com", "unencrypted"],
    ["http://10.0.0.5:7071", "unencrypted"],
    ["ftp://127.0.0.1", "no address"],
    ["app.azurewebsites.net", "no address"],
    ["https://user:SECRET@app.example", "does not belong"],
    ["https://app.example/?code=SECRET", "does not belong"],
  ])("%s is refused, and nothing is sent", async (url, message) => {
    const { sent, fetch } = listening();
    const { exitCode, errors } = await commandLine(["status", "--url", url], { fetch });
    expect({ exitCode, sent: sent.length }).toEqual({ exitCode: 2, sent: 0 });
    expect(errors).toContain(message);
    expect(errors).not.toContain("SECRET");
  });
});

describe("the key", () => {
  const profiles = {
    current: "first",
    profiles: {
      first: { url: "https://first.example", key: "first-key" },
      second: { url: "https://second.example", keyEnv: "SECOND", actor: "ann" },
    },
  };
  const env = { SECOND: "second-key", OTHER: "other-key" };
  const fromEnvironment = { TRADEWIND_URL: "https://env.example", TRADEWIND_KEY: "env-key" };

  test.each([
    ["the profile in use", [], env, "https://first.example/api/scheduler", "first-key"],
    ["a named profile", ["--profile", "second"], env, "https://second.example/api/scheduler", "second-key"],
    ["the environment before the profile in use", [], fromEnvironment, "https://env.example/api/scheduler", "env-key"],
    [
      "a named profile before the environment, and with its own key only",
      ["--profile", "first"],
      fromEnvironment,
      "https://first.example/api/scheduler",
      "first-key",
    ],
    [
      "an address, and a key by its variable",
      ["--url", "https://url.example", "--key-env", "OTHER"],
      { ...env, ...fromEnvironment },
      "https://url.example/api/scheduler",
      "other-key",
    ],
    ["an address without a key", ["--url", "https://url.example"], env, "https://url.example/api/scheduler", null],
  ])("%s", async (_, flags, given, url, key) => {
    const configDir = testFolder();
    writeFileSync(join(configDir, "profiles.json"), JSON.stringify(profiles), { mode: 0o600 });
    const { sent, fetch } = listening();
    await commandLine(["status", "--json", ...flags], { configDir, env: given, fetch });
    expect(sent.map((each) => [each.url, each.headers.get("x-functions-key")])).toEqual([[url, key]]);
  });

  test("a bearer token goes along where a sign-in stands in front", async () => {
    const { sent, fetch } = listening();
    const env = { TRADEWIND_URL: "https://env.example", TRADEWIND_TOKEN: "token" };
    await commandLine(["status", "--json"], { env, fetch });
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer token");
  });

  test.each([
    [["--url", "https://a.example", "--profile", "first"], "give one of them"],
    [["--url", "https://a.example", "--key-env", "UNSET"], "UNSET is not set"],
    [["--profile", "third"], 'There is no profile "third"'],
    [[], "No app to talk to"],
  ])("%j names none: %s", async (flags, message) => {
    const { exitCode, errors } = await commandLine(["status", ...flags], { configDir: testFolder() });
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
  });
});

describe("whose name and why", () => {
  const url = ["--url", "https://a.example"];

  test("a switch carries them in its body; the login name stands where none is given", async () => {
    const { sent, fetch } = listening();
    await commandLine(["halt", ...url, "--json"], { fetch });
    await commandLine(["halt", ...url, "--json", "--actor", "ann", "--reason", "news"], {
      fetch,
      env: { TRADEWIND_ACTOR: "ben" },
    });
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ actor: "tester" }, { actor: "ann", reason: "news" }]);
  });

  test("where the body is the thing itself they are headers, percent-encoded where they are not ASCII", async () => {
    const { sent, fetch } = listening();
    const why = ["--actor", "Zoë", "--reason", "100% änderung\r\nx: y"];
    await commandLine(["tasks", "create", ...url, "--json", ...why], { fetch, input: async () => "{}" });
    const { headers } = sent[0] ?? { headers: new Headers() };
    expect(headers.get("x-tradewind-reason")).toMatch(/^[\x20-\x7e]+$/);
    expect(decodeURIComponent(headers.get("x-tradewind-reason") ?? "")).toBe("100% änderung\r\nx: y");
    expect(decodeURIComponent(headers.get("x-tradewind-actor") ?? "")).toBe("Zoë");
  });
});

describe("what answers badly", () => {
  const status = async (answer: () => Response | Promise<Response>, ...flags: string[]) => {
    const { fetch, sent } = listening(answer);
    const env = { TRADEWIND_URL: "https://app.example", TRADEWIND_KEY: "SECRET" };
    const result = await commandLine(["status", ...flags], { fetch, env });
    expect(result.output + result.errors).not.toContain("SECRET");
    return { ...result, sent };
  };
  const problem =
    (status: number, more: object, headers = {}) =>
    () =>
      Response.json({ type: "urn:x", title: "T", status, ...more }, { status, headers });

  test("a problem is told with its code, its faults with their paths, and when to try again", async () => {
    const faults = [{ path: "tasks[0].schedule.cron", message: "must have five fields" }];
    const told = await status(
      problem(503, { code: "STORE_UNAVAILABLE", detail: "Out of reach.", faults }, { "retry-after": "7" }),
    );
    expect(told).toMatchObject({ exitCode: 1, output: "" });
    expect(told.errors.split("\n")).toEqual([
      "error: STORE_UNAVAILABLE: Out of reach.",
      "  tasks[0].schedule.cron: must have five fields",
      "  Try again in 7 s.",
      "",
    ]);
  });

  test("with --json the output is the problem as one JSON value", async () => {
    const { output } = await status(problem(404, { code: "TASK_NOT_FOUND", detail: "No." }), "--json");
    expect(JSON.parse(output)).toMatchObject({ code: "TASK_NOT_FOUND", detail: "No.", status: 404, exitCode: 1 });
  });

  test.each([
    ["a host that wants another key", () => new Response(null, { status: 401 }), 4, "does not take this key"],
    ["a person who may not", problem(403, { code: "SECOND_PERSON_NEEDED", detail: "No." }), 4, "another person"],
    [
      "a sign-in in front",
      () => new Response(null, { status: 302, headers: { location: "https://login.example/x" } }),
      4,
      "login.example",
    ],
    ["a host without the app", () => new Response("", { status: 404 }), 3, "has nothing there"],
    ["a gateway", () => new Response("<html>", { status: 502 }), 3, "answered 502"],
    ["a page", () => new Response("<html>hello</html>"), 3, "is not this app"],
    ["another service", () => Response.json({ hello: 1 }), 3, "shape that this command does not know"],
  ] as const)("%s", async (_, answer, exitCode, message) => {
    const told = await status(answer);
    expect(told.exitCode).toBe(exitCode);
    expect(told.errors).toContain(message);
    expect(told.sent).toHaveLength(1);
  });

  test("a host that wants a key and got none says how to give one", async () => {
    const { fetch } = listening(() => new Response(null, { status: 401 }));
    const { exitCode, errors } = await commandLine(["status", "--url", "https://app.example"], { fetch });
    expect(exitCode).toBe(4);
    expect(errors).toContain("--key-env");
  });

  test("a connection that is refused, by a real socket", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((up) => server.once("listening", up));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await new Promise((closed) => server.close(closed));
    const told = await commandLine(["status", "--url", `http://127.0.0.1:${port}`], { fetch });
    expect(told.exitCode).toBe(3);
    expect(told.errors).toContain("nothing listens there");
    expect(told.errors).toContain("npm start");
  });

  test("a redirect is not followed, so that a key goes to its own host only", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(302, { location: "/elsewhere" }).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((up) => server.once("listening", up));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const told = await commandLine(["status", "--url", url], { fetch, env: { TRADEWIND_KEY: "SECRET" } });
    expect({ exitCode: told.exitCode, asked }).toEqual({ exitCode: 4, asked: ["/api/scheduler"] });
  });

  test("a change whose answer was lost may have been made: it says so, and a read does not", async () => {
    const cut = () => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("cut"), { code: "ECONNRESET" }) });
    };
    const { fetch, sent } = listening(cut);
    const env = { TRADEWIND_URL: "https://app.example" };
    const halted = await commandLine(["halt"], { fetch, env });
    expect(halted).toMatchObject({ exitCode: 3 });
    expect(halted.errors).toContain("may have been done");
    expect((await commandLine(["status"], { fetch, env })).errors).not.toContain("may have been done");
    expect(sent).toHaveLength(2);
  });

  test("nothing an app says can move the cursor of whoever reads it", async () => {
    const { errors } = await status(problem(400, { code: "X", detail: "a\u001b[2Jb\u0007\rc\u202ed" }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(errors).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
