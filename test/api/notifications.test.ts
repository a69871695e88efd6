// Notifications over HTTP: the list, acknowledgements and tests of the channels, each answer as the document says.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ApiCall, type ApiClient, type ApiReply, openApiClient } from "../support/apiClient.ts";
import { answerFaults } from "../support/apiDocument.ts";
import { type MemoryStack, runInMemory } from "../support/memoryStack.ts";

let stack: MemoryStack;
let client: ApiClient;
beforeEach(async () => {
  stack = await runInMemory();
  client = openApiClient(stack.app);
});
afterEach(() => stack.stop());

async function api(method: string, target: string, given: ApiCall = {}): Promise<ApiReply> {
  const reply = await client(method, target, given);
  expect(answerFaults(reply)).toEqual([]);
  return reply;
}

test("the list is empty at first, then newest first and in pages", async () => {
  expect(await api("GET", "/notifications")).toMatchObject({ status: 200, body: { items: [] } });
  await stack.runNextSlot();
  await stack.runNextSlot();
  const first = (await api("GET", "/notifications?limit=1")).body;
  expect(first.items).toMatchObject([
    {
      id: "run.example@20260615T134000Z.succeeded",
      outcome: "told",
      deliveries: [{ channel: "webhook", state: "sent" }],
    },
  ]);
  const second = (await api("GET", `/notifications?limit=1&cursor=${first.cursor}`)).body;
  expect(second.items).toMatchObject([{ id: "run.example@20260615T133500Z.succeeded" }]);
  expect(second.cursor).toBeUndefined();
  expect(await api("GET", "/notifications?cursor=event_1")).toMatchObject({
    status: 400,
    body: { code: "BAD_CURSOR" },
  });
});

test("an acknowledgement says who and why, once", async () => {
  await stack.runNextSlot();
  const path = "/notifications/run.example@20260615T133500Z.succeeded/ack";
  const acknowledged = { at: "2026-06-15T13:35:00.000Z", by: { kind: "claimed", name: "ann" }, reason: "seen" };
  for (const body of [{ actor: "ann", reason: "seen" }, { actor: "bob" }])
    expect(await api("POST", path, { body })).toMatchObject({ status: 200, body: { acknowledged } });
  expect((await api("GET", "/notifications")).body.items).toMatchObject([{ acknowledged }]);
});

test.each(["none", "a%2Fb", "a%23b"])("an acknowledgement of %s, which is not there, is 404", async (id) => {
  expect(await api("POST", `/notifications/${id}/ack`)).toMatchObject({
    status: 404,
    body: { code: "NOTIFICATION_NOT_FOUND" },
  });
});

test("a test answers what each channel said, and names no channel that is not there", async () => {
  expect(await api("POST", "/notifications/test", { body: { reason: "new", actor: "ann" } })).toMatchObject({
    status: 200,
    body: { items: [{ channel: "webhook", result: "sent", detail: "" }] },
  });
  expect(stack.notifications).toMatchObject([{ kind: "test", text: "ann asked for it: new. Nothing has happened." }]);
  expect(await api("POST", "/notifications/test", { body: { channel: "teams" } })).toMatchObject({
    status: 409,
    body: { code: "CHANNEL_NOT_CONFIGURED" },
  });
  expect(await api("POST", "/notifications/test", { body: { channel: "fax" } })).toMatchObject({ status: 400 });
});
