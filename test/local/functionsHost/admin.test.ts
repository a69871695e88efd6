// The /admin routes of the host: each row a recorded fact.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poll } from "../../support/poll.ts";
import { type HostUnderTest, stageApp, startHost } from "./hostUnderTest.ts";

const app = stageApp("timers");
let host: HostUnderTest;
beforeAll(async () => {
  host = await startHost(app.scriptRoot, [], { UNWATCHED_SCHEDULE: "0 0 0 1 1 *" });
});
afterAll(async () => {
  await host.stop();
  app.remove();
});

const read = async (path: string) => JSON.parse((await host.send(path, master())).body.toString());
const master = () => ({ headers: { "x-functions-key": host.keys.master } });

describe("asks for the master key", () => {
  it.each(["/admin/host/status", "/admin/host/keys", "/admin/functions", "/admin/functions/tick"])(
    "%s: 401 without or with a wrong one, 403 with a lesser one, 200 with it",
    async (path) => {
      for (const query of ["", "?code=wrong"]) {
        const reply = await host.send(path + query);
        expect([reply.status, reply.body.length, reply.headers["www-authenticate"]]).toEqual([401, 0, "Bearer"]);
      }
      for (const key of [host.keys.default, host.keys.functions.tick]) {
        const reply = await host.send(`${path}?code=${key}`);
        expect([reply.status, reply.body.length]).toEqual([403, 0]);
      }
      expect((await host.send(`${path}?code=${host.keys.master}`)).status).toBe(200);
      expect((await host.send(path, master())).status).toBe(200);
    },
  );

  it.each(["GET", "POST"])("but not for %s /admin/host/ping", async (method) => {
    const reply = await host.send("/admin/host/ping", { method });
    expect([reply.status, reply.body.length]).toEqual([200, 0]);
    expect(reply.headers).toMatchObject({ "cache-control": "no-store,no-cache", pragma: "no-cache" });
  });
});

describe("shows", () => {
  it("the host's status", async () => {
    expect(await read("/admin/host/status")).toEqual({
      id: expect.any(String),
      state: "Running",
      version: "4.1037.0.0",
      versionDetails: expect.stringMatching(/^4\.1037\.0\+/),
      platformVersion: "",
      instanceId: "",
      computerName: "",
      processUptime: expect.any(Number),
      functionAppContentEditingState: "Unknown",
    });
  });

  it("the functions and one of them", async () => {
    const functions = (await read("/admin/functions")) as { name: string }[];
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(["hourly", "tick"]));
    const tick = await read("/admin/functions/TICK");
    expect(functions).toContainEqual(tick);
    expect(tick).toEqual({
      name: "tick",
      script_root_path_href: null,
      script_href: expect.any(String),
      config_href: null,
      test_data_href: expect.any(String),
      href: `${host.url}/admin/functions/tick`,
      invoke_url_template: null,
      language: "node",
      config: {
        name: "tick",
        entryPoint: "",
        scriptFile: "functions.js",
        language: "node",
        functionDirectory: expect.any(String),
        bindings: [
          {
            schedule: "0 * * * * *",
            type: "timerTrigger",
            name: expect.stringMatching(/^timerTrigger/),
            direction: "in",
            properties: { supportsDeferredBinding: "false" },
          },
        ],
      },
      files: null,
      test_data: "",
      isDisabled: false,
      isDirect: false,
      isProxy: false,
    });
    expect(await read("/admin/functions/tick/status")).toEqual({});
  });

  it.each([
    ["/admin/host/keys", (keys: HostUnderTest["keys"]) => keys.default],
    ["/admin/host/functionkeys", (keys: HostUnderTest["keys"]) => keys.default],
    ["/admin/functions/tick/keys", (keys: HostUnderTest["keys"]) => keys.functions.tick],
  ])("the keys of %s", async (path, value) => {
    expect(await read(path)).toEqual({
      keys: [{ name: "default", value: value(host.keys) }],
      links: [{ rel: "self", href: `${host.url}${path}` }],
    });
  });

  it("nothing for a function or a path that is not there", async () => {
    for (const path of ["/admin/functions/nosuch", "/admin/nosuch"]) {
      const reply = await host.send(path, master());
      expect([reply.status, reply.body.length]).toEqual([404, 0]);
    }
  });
});

describe("POST /admin/functions/NAME", () => {
  const json = { "content-type": "application/json" };
  it.each<[string, string, Record<string, string>, string, number]>([
    ["an empty object", "tick", json, "{}", 202],
    ["an input", "tick", json, '{"input":"text"}', 202],
    ["a name in another case", "TiCk", json, "{}", 202],
    ["an empty body", "tick", json, "", 400],
    ["broken JSON", "tick", json, "{", 400],
    ["no content type", "tick", {}, "{}", 415],
    ["another content type", "tick", { "content-type": "text/plain" }, "{}", 415],
    ["an unknown function", "nosuch", json, "{}", 404],
  ])("answers %s to %s with an empty %i", async (_, name, headers, body, status) => {
    const reply = await host.send(`/admin/functions/${name}`, {
      method: "POST",
      headers: { ...headers, "x-functions-key": host.keys.master },
      body,
    });
    expect([reply.status, reply.body.length]).toEqual([status, 0]);
  });

  it("answers before the function has ended, and runs it", async () => {
    const ran = (): number =>
      host.events.filter((event) => event.type === "invocationEnded" && event.functionName === "hourly").length;
    const before = ran();
    await host.send("/admin/functions/hourly", {
      method: "POST",
      headers: { ...json, ...master().headers },
      body: "{}",
    });
    await poll("the run to end", () => ran() > before || undefined);
    expect(host.events).toContainEqual(
      expect.objectContaining({
        type: "invocationStarted",
        functionName: "hourly",
        reason: "This function was programmatically called via the host APIs.",
      }),
    );
  });
});
