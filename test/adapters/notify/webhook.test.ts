// The generic webhook channel: what is sent, which answers may be tried again, and that its address stays secret.
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWebhookNotifier } from "../../../src/adapters/notify/webhook.ts";
import type { Notification } from "../../../src/core/model/notification.ts";

const notification: Notification = {
  schemaVersion: 1,
  id: "run.trend@20260615T133500Z.succeeded",
  severity: "info",
  title: "Bought – 3 orders",
  text: "filled",
  at: "2026-06-15T13:35:02.000Z",
  attempt: 1,
};

let status: number | "silence";
let received: { method: string | undefined; headers: IncomingHttpHeaders; body: unknown }[];
let server: Server;
let origin: string;
beforeEach(async () => {
  [status, received] = [200, []];
  server = createServer(async (request, response) => {
    const text = (await request.toArray()).join("");
    received.push({ method: request.method, headers: request.headers, body: JSON.parse(text) });
    if (status !== "silence") response.writeHead(status, { location: `${origin}/elsewhere` }).end("x".repeat(10_000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const send = (timeoutMs = 5000): Promise<void> =>
  createWebhookNotifier({ url: `${origin}/hooks/path-secret?sig=query-secret`, timeoutMs }).send(notification);

async function failureOfSending(timeoutMs?: number): Promise<Error> {
  const failure = await send(timeoutMs).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof Error)) throw new Error("it was sent");
  return failure;
}

test("posts the notification as JSON, with its id as the key by which a repeat is known", async () => {
  await send();
  await send();
  expect(received).toHaveLength(2);
  for (const { method, headers, body } of received) {
    expect(method).toBe("POST");
    expect(headers).toMatchObject({ "content-type": "application/json", "idempotency-key": notification.id });
    expect(body).toEqual(notification);
  }
});

test.each([200, 201, 202, 204])("takes %i as sent", async (answer) => {
  status = answer;
  await expect(send()).resolves.toBeUndefined();
});

test.each([408, 425, 429, 500, 502, 503])("says of %i that it may be tried again", async (answer) => {
  status = answer;
  expect(await failureOfSending()).toMatchObject({ name: "TransientError", code: "CHANNEL_UNAVAILABLE" });
});

test.each([400, 401, 403, 404, 410, 413])("says of %i that no other try will help", async (answer) => {
  status = answer;
  expect(await failureOfSending()).toMatchObject({ name: "InvariantError", code: "CHANNEL_REFUSED" });
});

test("follows no redirect", async () => {
  status = 307;
  expect(await failureOfSending()).toMatchObject({ code: "CHANNEL_UNAVAILABLE" });
  expect(received).toHaveLength(1);
});

test("ends when the other side keeps silent", async () => {
  status = "silence";
  expect(await failureOfSending(150)).toMatchObject({ code: "CHANNEL_UNAVAILABLE" });
});

test("tells the host of the address and nothing else of it", async () => {
  const failures: Error[] = [];
  for (const answer of [400, 503] as const) {
    status = answer;
    failures.push(await failureOfSending());
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  failures.push(await failureOfSending());
  for (const failure of failures) {
    expect(failure.message).toContain("127.0.0.1");
    expect(failure.message).not.toMatch(/secret|hooks/);
    expect(String(failure.cause)).not.toMatch(/secret|hooks/);
  }
});
