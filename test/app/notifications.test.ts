// Notifications through the app: told once, in spite of failing channels, queues and tables, until somebody acknowledges; and what the minute brings.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvariantError, TransientError } from "../../src/core/model/errors.ts";
import type { ChannelName, Notification } from "../../src/core/model/notification.ts";
import type { Channel } from "../../src/ports/notifier.ts";
import { exampleConfig, flaky, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

type Sent = { readonly channel: ChannelName; readonly key: string; readonly title: string; readonly text: string };
let sent: Sent[];
let failures: Map<ChannelName, Error>;
const channel = (name: ChannelName): Channel => ({
  name,
  send: async ({ title, text }, key) => {
    const failure = failures.get(name);
    if (failure !== undefined) throw failure;
    sent.push({ channel: name, key, title, text });
  },
});
const refused = new InvariantError("CHANNEL_REFUSED", "slack at hooks.example answered 404");
const unavailable = new TransientError("CHANNEL_UNAVAILABLE", "slack at hooks.example answered 503");
const by = { principal: { kind: "key", name: "ops" }, reason: "looking at it", source: "test" } as const;

let stack: MemoryStack;
async function start(notifications: object = {}, ports: object = {}): Promise<void> {
  const config = exampleConfig(["AAA", "BBB"]);
  const automation = { ...config.automation, notifications: { ...config.automation.notifications, ...notifications } };
  stack = await runInMemory({
    config: { ...config, automation },
    ports: { channels: [channel("slack"), channel("email")], ...ports },
  });
}
beforeEach(async () => {
  [sent, failures] = [[], new Map()];
  await start();
});
afterEach(() => stack.stop());

let made = 0;
const newNotification = (more: Partial<Notification> = {}): Notification => ({
  schemaVersion: 1,
  id: `n-${++made}`,
  severity: "info",
  title: `title ${made}`,
  text: "text",
  at: "2026-06-15T13:34:00.000Z",
  attempt: 1,
  ...more,
});
async function post(more: Partial<Notification> = {}): Promise<string> {
  const notification = newNotification(more);
  await stack.ports.notifications.enqueue(notification);
  await stack.deliverAll();
  return notification.id;
}
const sweep = async (): Promise<void> => {
  await stack.app.notificationSweeper.sweep();
  await stack.deliverAll();
};
const entry = async (id: string) => (await stack.ports.notificationBook.get(id))?.entry;
const channelsOf = (title: string): readonly ChannelName[] =>
  sent.flatMap((each) => (each.title === title ? [each.channel] : []));
const titles = (): readonly string[] => [...new Set(sent.map(({ title }) => title))];

describe("a delivery", () => {
  test("sends to each channel under a key of its own, and a message that comes again sends nothing", async () => {
    const notification = newNotification();
    for (const _ of [1, 2]) await stack.app.notificationManager.deliver({ notification });
    expect(sent.map(({ channel: name, key }) => [name, key])).toEqual([
      ["slack", `${notification.id}.slack`],
      ["email", `${notification.id}.email`],
    ]);
    expect(await entry(notification.id)).toMatchObject({
      outcome: "told",
      deliveries: [
        { channel: "slack", state: "sent", attempts: 1 },
        { channel: "email", state: "sent", attempts: 1 },
      ],
    });
  });

  test("that dies between sending and noting repeats what was sent, under the same keys", async () => {
    await stack.stop();
    let broken = false;
    await start();
    const notificationBook = flaky(stack.ports.notificationBook, () => broken && sent.length > 0, "STORE_UNAVAILABLE");
    await stack.stop();
    await start({}, { notificationBook });
    broken = true;
    const notification = newNotification();
    await stack.app.notificationManager.deliver({ notification });
    broken = false;
    await stack.deliverAll();
    const keys = sent.map(({ key }) => key);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(2);
  });

  test("without the tables is tried again, and at last told to every channel", async () => {
    const { notificationBook } = stack.ports;
    await stack.stop();
    await start(
      { minSeverity: "error" },
      { notificationBook: flaky(notificationBook, () => true, "STORE_UNAVAILABLE") },
    );
    await post({ title: "halted" });
    expect(channelsOf("halted")).toEqual(["slack", "email"]);
    expect(stack.events.filter(({ name }) => name === "notification.unkept")).toHaveLength(1);
  });

  test("tries one channel again and leaves alone what has it", async () => {
    failures.set("slack", unavailable);
    await stack.app.notificationManager.deliver({ notification: newNotification({ id: "busy", title: "busy" }) });
    expect(channelsOf("busy")).toEqual(["email"]);
    failures.clear();
    await stack.deliverAll();
    expect(channelsOf("busy")).toEqual(["email", "slack"]);
    expect(titles()).toEqual(["busy"]);
  });

  test("waits at least as long as the channel asks", async () => {
    failures.set("slack", new TransientError("CHANNEL_UNAVAILABLE", "busy", { retryAfterMs: 40_000 }));
    await stack.app.notificationManager.deliver({ notification: newNotification() });
    expect(stack.queues.take("notifications")?.delayMs).toBe(40_000);
  });
});

describe("a channel that takes nothing", () => {
  beforeEach(async () => {
    await stack.stop();
    await start({ routes: [{ channels: ["slack"] }] });
    failures.set("slack", refused);
  });
  const failing = "The channel slack takes no notifications";

  test("is replaced by another one, which tells of it once", async () => {
    await post({ title: "first" });
    await post({ title: "second" });
    expect(channelsOf("first")).toEqual(["email"]);
    expect(channelsOf("second")).toEqual(["email"]);
    expect(channelsOf(failing)).toEqual(["email"]);
    expect(sent.find(({ title }) => title === failing)?.text).toContain("answered 404");
  });

  test("is replaced too after the last of several tries", async () => {
    failures.set("slack", unavailable);
    const id = await post({ title: "first" });
    expect(channelsOf("first")).toEqual(["email"]);
    expect((await entry(id))?.deliveries).toMatchObject([
      { channel: "slack", state: "failed", attempts: 5 },
      { state: "sent" },
    ]);
  });

  test("is asked again after a rest, and its return is told", async () => {
    await post({ title: "first" });
    failures.clear();
    stack.setNow("2026-06-15T13:48:59Z");
    await post({ title: "resting" });
    stack.setNow("2026-06-15T13:49:00Z");
    await post({ title: "rested" });
    expect(channelsOf("resting")).toEqual(["email"]);
    expect(channelsOf("rested")).toEqual(["slack"]);
    expect(channelsOf("Recovered: the channel slack takes notifications again")).toEqual(["slack", "email"]);
    expect((await stack.ports.notificationBook.desk()).desk.failing).toEqual({});
  });

  test("with all others failing too, loses nothing that the list does not show", async () => {
    failures.set("email", refused);
    const id = await post();
    expect((await entry(id))?.deliveries.map(({ state }) => state)).toEqual(["failed", "failed"]);
    expect(stack.events.some(({ level, name }) => level === "error" && name === "notification.failed")).toBe(true);
  });
});

describe("the queue", () => {
  test("that is out of reach parks what is to be told, until a sweep can queue it", async () => {
    const { notifications } = stack.ports;
    const { enqueue } = notifications;
    Object.assign(notifications, {
      enqueue: async () => Promise.reject(new TransientError("QUEUE_UNAVAILABLE", "down")),
    });
    await stack.runNextSlot();
    await sweep();
    expect(sent).toEqual([]);
    Object.assign(notifications, { enqueue });
    await sweep();
    expect(sent.map(({ title }) => title)).toEqual(["Example: succeeded", "Example: succeeded"]);
    expect((await stack.ports.notificationBook.desk()).parked).toEqual([]);
  });
});

describe("an acknowledgement", () => {
  const trouble = { severity: "error", fingerprint: "x" } as const;

  test("ends the repeats and the escalation, and the first one stands", async () => {
    await stack.stop();
    await start({ repeatMinutes: 1, escalation: { afterMinutes: 5, channels: ["email"] } });
    const id = await post(trouble);
    await stack.app.notificationService.acknowledge(id, by);
    await stack.app.notificationService.acknowledge(id, { ...by, principal: { kind: "key", name: "other" } });
    stack.setNow("2026-06-15T14:34:00Z");
    await post(trouble);
    await sweep();
    expect(titles()).toHaveLength(1);
    expect((await entry(id))?.acknowledged).toMatchObject({ by: { name: "ops" }, reason: "looking at it" });
  });

  test("of nothing is refused", async () => {
    await expect(stack.app.notificationService.acknowledge("none", by)).rejects.toMatchObject({
      code: "NOTIFICATION_NOT_FOUND",
    });
  });

  test("that does not come is escalated once, by each minute's sweep or several at once", async () => {
    await stack.stop();
    await start({ routes: [{ channels: ["slack"] }], escalation: { afterMinutes: 5, channels: ["email"] } });
    await post({ ...trouble, title: "bad" });
    stack.setNow("2026-06-15T13:39:00Z");
    await Promise.all([sweep(), sweep()]);
    await sweep();
    expect(channelsOf("bad")).toEqual(["slack"]);
    expect(channelsOf("Not acknowledged: bad")).toEqual(["email"]);
    await post({ fingerprint: "x", resolves: true, title: "bad", at: "2026-06-15T13:39:00.000Z" });
    expect(channelsOf("Recovered: bad")).toEqual(["slack", "email"]);
  });
});

describe("runs", () => {
  test("that go wrong are one trouble, and the next good one is its end", async () => {
    stack.simulator.arm({ method: "GET", path: "/v2/account", count: 2, kind: "status401" });
    await stack.runNextSlot();
    await stack.runNextSlot();
    expect(titles()).toEqual(["Example: failed"]);
    await stack.runNextSlot();
    expect(titles()).toEqual(["Example: failed", "Recovered: Example: succeeded"]);
  });
});

describe("a breaker", () => {
  test("is over when a person resumes, and the next trip is another trouble", async () => {
    const { controlService } = stack.app;
    const resume = { action: "resume", scope: { kind: "account" }, ...by } as const;
    for (const minute of ["35", "36"]) {
      stack.setNow(`2026-06-15T13:${minute}:00Z`);
      await controlService.trip("dailyLoss", "halt", "the loss is 6 %");
      const fingerprint = `breaker/dailyLoss.${minute}`;
      await post({ severity: "error", fingerprint, title: `halted ${minute}`, at: `2026-06-15T13:${minute}:00.000Z` });
      stack.setNow(`2026-06-15T13:${minute}:30Z`);
      await controlService.change(resume);
      await stack.deliverAll();
    }
    const recovered = "Recovered: Trading goes on after a breaker: resume by key ops";
    expect(sent.filter(({ channel: name }) => name === "slack").map(({ title }) => title)).toEqual([
      "halted 35",
      recovered,
      "halted 36",
      recovered,
    ]);
    expect((await stack.ports.notificationBook.desk()).desk.troubles).toEqual([]);
    stack.setNow("2026-06-15T13:37:00Z");
    await controlService.change({ ...resume, action: "halt" });
    await controlService.change(resume);
    await stack.deliverAll();
    expect(titles()).toHaveLength(3);
  });
});

describe("the report of the day", () => {
  test("is told once after the close, with the day's figures", async () => {
    await stack.stop();
    await start({ dailyReport: { minutesAfterClose: 5 }, runs: "problems" });
    await stack.runNextSlot();
    stack.setNow("2026-06-15T20:04:00Z");
    await sweep();
    expect(titles()).toEqual([]);
    stack.setNow("2026-06-15T20:05:00Z");
    await Promise.all([sweep(), sweep()]);
    await sweep();
    expect(channelsOf(titles()[0] ?? "")).toEqual(["slack", "email"]);
    expect(titles()).toEqual([expect.stringMatching(/^2026-06-15, paper: 1 run, 2 orders filled/)]);
  });
});

describe("the report of a day that the app missed", () => {
  test("is told late, says so, has that day's figures, and is told once", async () => {
    await stack.stop();
    await start({ dailyReport: { minutesAfterClose: 5 }, runs: "problems" });
    stack.setNow("2026-06-12T20:05:00Z");
    await sweep();
    stack.setNow("2026-06-15T13:34:00Z");
    await stack.runNextSlot();
    stack.setNow("2026-06-16T11:00:00Z");
    await Promise.all([sweep(), sweep()]);
    await sweep();
    const late = /^Late: 2026-06-15, paper: 1 run, 2 orders filled, result -?[\d.]+ USD/;
    expect(titles()).toEqual([expect.stringMatching(/^2026-06-12, paper: 0 runs/), expect.stringMatching(late)]);
    expect(sent.at(-1)?.text).toContain("was due at 2026-06-15T20:05:00.000Z");
    stack.setNow("2026-06-16T20:05:00Z");
    await sweep();
    expect(titles().at(-1)).toMatch(/^2026-06-16, paper: 0 runs/);
  });
});

describe("a test of the channels", () => {
  test("tells what each answered, past every rule, and keeps nothing", async () => {
    await stack.stop();
    await start({ minSeverity: "error" });
    failures.set("slack", refused);
    expect(await stack.app.notificationService.test(undefined, by)).toEqual({
      items: [
        { channel: "slack", result: "refused", detail: "slack at hooks.example answered 404" },
        { channel: "email", result: "sent", detail: "" },
      ],
    });
    expect((await stack.app.notificationService.list({ limit: 10 })).items).toEqual([]);
    await expect(stack.app.notificationService.test("teams", by)).rejects.toMatchObject({
      code: "CHANNEL_NOT_CONFIGURED",
    });
  });
});
