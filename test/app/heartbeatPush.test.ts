// The heartbeat that is pushed out: a local endpoint hears each one, and one that does not answer never stops the app.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createOutsideMonitor } from "../../src/adapters/system/outsideMonitor.ts";
import { createHeartbeatPush } from "../../src/app/heartbeatPush.ts";
import { parseSettings, secretsOf } from "../../src/config.ts";

let status = 200;
const heard: string[] = [];
const server = createServer((request, response) => {
  heard.push(`${request.method} ${request.url}`);
  if (status > 0) response.writeHead(status, { location: "/elsewhere" }).end("OK");
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  status = 200;
  heard.length = 0;
});

/** What the app tells of a push. */
async function told(url: string | undefined): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  const telemetry = { event: (...event: readonly unknown[]) => events.push(event) };
  const outsideMonitor = url === undefined ? undefined : createOutsideMonitor(url, 200);
  await createHeartbeatPush({ outsideMonitor, telemetry }).push();
  return events;
}

test("is one GET at the address, and nothing is told of it", async () => {
  expect(await told(`${origin}/ping/a-secret-of-some-length`)).toEqual([]);
  expect(heard).toEqual(["GET /ping/a-secret-of-some-length"]);
});

test("is nothing at all where no outside monitor is set", async () => {
  expect(await told(undefined)).toEqual([]);
  expect(heard).toEqual([]);
});

test.each([
  ["refuses it", 404, /answered 404/],
  ["sends elsewhere", 302, /did not answer/],
  ["does not answer", 0, /did not answer/],
] as const)("that %s is a warning without the address, and stops nothing", async (_what, answer, words) => {
  status = answer;
  const events = await told(`${origin}/ping/a-secret-of-some-length`);
  expect(events).toEqual([["warning", "heartbeat.notPushed", { message: expect.stringMatching(words) }]]);
  expect(JSON.stringify(events)).not.toContain("a-secret");
  expect(heard).toHaveLength(1);
});

test("its address counts among the secrets", () => {
  const url = "https://hc.example.com/ping/a-secret-of-some-length";
  const settings = parseSettings({
    ALPACA_KEY_ID: "key",
    ALPACA_SECRET_KEY: "secret",
    ServiceBusConnection: "Endpoint=sb://127.0.0.1:1",
    TablesConnection: "UseDevelopmentStorage=true",
    TRADEWIND_HEARTBEAT_URL: url,
  });
  expect(settings.heartbeatUrl).toBe(url);
  expect(secretsOf(settings)).toEqual(expect.arrayContaining([url, "ping/a-secret-of-some-length"]));
});
