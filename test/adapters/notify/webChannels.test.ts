// The channels behind a URL, over a real socket: what each vendor takes, what is tried again, what is signed, and that no address is told.
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createChannels } from "../../../src/adapters/notify/channels.ts";
import { discordMessage } from "../../../src/adapters/notify/discordMessage.ts";
import { slackMessage } from "../../../src/adapters/notify/slackMessage.ts";
import { teamsMessage } from "../../../src/adapters/notify/teamsMessage.ts";
import { createWebhookChannel } from "../../../src/adapters/notify/webChannel.ts";
import type { ChannelSettings, Notification } from "../../../src/core/model/notification.ts";
import { signWebhook, webhookFault } from "../../../src/core/notifications/webhookSignature.ts";
import { type NotificationSink, startNotificationSink } from "../../../src/local/notificationSink.ts";
import { vendorSchemas } from "../../../src/local/vendorSchemas.ts";
import type { Channel } from "../../../src/ports/notifier.ts";

const notification: Notification = {
  schemaVersion: 1,
  id: "run.trend@20260615T133500Z.succeeded",
  severity: "info",
  title: "Bought – 3 orders",
  text: "filled",
  at: "2026-06-15T13:35:02.000Z",
  facts: [{ name: "Orders", value: "3 planned, 3 accepted, 3 filled" }],
  attempt: 1,
};
const secret = "a secret of some length";
const none: ChannelSettings = {
  teamsUrl: undefined,
  slackUrl: undefined,
  discordUrl: undefined,
  webhook: undefined,
  email: undefined,
};
const clock = { realMs: () => performance.timeOrigin + performance.now() };

function only(settings: Partial<ChannelSettings>): Channel {
  const [channel] = createChannels({ ...none, ...settings }, clock);
  if (channel === undefined) throw new Error("there is no channel");
  return channel;
}

async function failureOf(sending: Promise<void>): Promise<Error> {
  const failure = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof Error)) throw new Error("it was sent");
  return failure;
}

describe("each vendor's message", () => {
  const builders = { slack: slackMessage, teams: teamsMessage, discord: discordMessage } as const;
  const vendors = ["slack", "teams", "discord"] as const;
  let sink: NotificationSink;
  beforeEach(async () => {
    sink = await startNotificationSink({});
  });
  afterEach(() => sink.stop());

  test.each(vendors)("%s takes it, and shows title, text and facts", async (vendor) => {
    await only({ [`${vendor}Url`]: sink.urlOf(vendor) }).send(notification, "key");
    expect(sink.refusals).toEqual([]);
    expect(sink.messages).toMatchObject([{ vendor }]);
    const shown = JSON.stringify(sink.messages[0]?.body);
    for (const text of [notification.title, notification.text, "3 planned, 3 accepted, 3 filled", notification.id])
      expect(shown).toContain(text);
  });

  const text = (most: number) => fc.string({ unit: "binary", minLength: 1, maxLength: most, size: "max" });
  const any: fc.Arbitrary<Notification> = fc.record({
    schemaVersion: fc.constant(1 as const),
    id: text(120),
    severity: fc.constantFrom("info", "warning", "error"),
    title: text(200),
    text: text(4000),
    at: fc.constant(notification.at),
    facts: fc.array(fc.record({ name: text(40), value: text(200) }), { maxLength: 10 }),
    attempt: fc.constant(1),
  });

  test.each(vendors)("%s would take every notification there can be", (vendor) => {
    fc.assert(
      fc.property(any, (each) => {
        expect(vendorSchemas[vendor].safeParse(builders[vendor](each)).error?.message).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  test.each(["€", "\n", '"', "\u0001", "\ud800", "😀"])("%j alone, as long as can be, fits every vendor", (sign) => {
    const full = (most: number): string => sign.repeat(most / sign.length);
    const facts = Array.from({ length: 10 }, () => ({ name: full(40), value: full(200) }));
    const longest = { ...notification, id: full(120), title: full(200), text: full(4000), facts };
    for (const vendor of vendors)
      expect(vendorSchemas[vendor].safeParse(builders[vendor](longest)).error?.message, vendor).toBeUndefined();
  });

  test.each<[(typeof vendors)[number], object]>([
    ["slack", { text: "x", blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }] }],
    ["teams", { ...teamsMessage(notification), type: "card" }],
    ["teams", JSON.parse(JSON.stringify(teamsMessage(notification)).replace('"filled"', `"${"x".repeat(28_700)}"`))],
    ["discord", { embeds: [{ title: "x".repeat(257) }] }],
    ["discord", { embeds: [{ title: "x", description: "x".repeat(4096), footer: { text: "x".repeat(2000) } }] }],
  ])("the sink refuses what %s would refuse", (vendor, body) => {
    expect(vendorSchemas[vendor].safeParse(body).success).toBe(false);
  });

  test("nothing in it is a mention or markup at Slack and Discord", () => {
    const loud = { ...notification, title: "<!channel> @everyone", text: "<@U1>" };
    expect(slackMessage(loud)).toMatchObject({ text: expect.stringContaining("&lt;!channel&gt;") });
    expect(JSON.stringify(slackMessage(loud))).not.toContain("mrkdwn");
    expect(discordMessage(loud)).toMatchObject({ allowed_mentions: { parse: [] } });
  });
});

describe("the webhook's signature", () => {
  let sink: NotificationSink;
  beforeEach(async () => {
    sink = await startNotificationSink({ secret });
  });
  afterEach(() => sink.stop());
  const send = (more = {}, key = "key") =>
    only({ webhook: { url: sink.url, secret, ...more } }).send(notification, key);

  test("is taken by a receiver that knows the secret, and a repeat is known by its id", async () => {
    await send();
    await send();
    expect(sink.received).toEqual([notification]);
    await send({}, "other");
    expect(sink.received).toHaveLength(2);
  });

  test.each([{ secret: "another secret of length" }, { secret: undefined }])("with %j it is refused", async (more) => {
    expect(await failureOf(send(more))).toMatchObject({ code: "CHANNEL_REFUSED" });
    expect(sink.received).toEqual([]);
  });

  const nowMs = Date.UTC(2026, 5, 15, 13, 35);
  const headers = signWebhook(secret, "id-1", nowMs, "{}");
  test.each<[string, Parameters<typeof webhookFault>, string | undefined]>([
    ["fresh", [secret, headers, nowMs + 299_000, "{}"], undefined],
    ["replayed after five minutes", [secret, headers, nowMs + 301_000, "{}"], "it is too old, or of the future"],
    ["from the future", [secret, headers, nowMs - 301_000, "{}"], "it is too old, or of the future"],
    ["of another body", [secret, headers, nowMs, "{ }"], "its signature is not of this secret"],
    [
      "with the time made newer",
      [secret, { ...headers, "webhook-timestamp": String(nowMs / 1000 + 600) }, nowMs + 600_000, "{}"],
      "its signature is not of this secret",
    ],
    [
      "under another id",
      [secret, { ...headers, "webhook-id": "id-2" }, nowMs, "{}"],
      "its signature is not of this secret",
    ],
    ["without headers", [secret, {}, nowMs, "{}"], "it is not signed"],
    [
      "with one good signature of two, as while a secret is changed",
      [secret, { ...headers, "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` }, nowMs, "{}"],
      undefined,
    ],
  ])("a message %s", (_, given, fault) => {
    expect(webhookFault(...given)).toBe(fault);
  });

  test("is that of the example in docs/notifications.md, which is the specification's", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../../docs/notifications.md"), "utf8");
    const shown = (name: string): string => page.split(`| ${name} | \``)[1]?.split("` |")[0] ?? "";
    const [of, id, timestamp, body] = ["secret", "webhook-id", "webhook-timestamp", "body"].map(shown) as [
      string,
      string,
      string,
      string,
    ];
    const signed = signWebhook(of, id, Number(timestamp) * 1000, body);
    expect(signed["webhook-signature"]).toBe(shown("webhook-signature"));
    expect(signed["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    expect(webhookFault(of, signed, Number(timestamp) * 1000, body)).toBeUndefined();
  });
});

describe("an answer", () => {
  let status: number | "silence";
  let extra: Record<string, string>;
  let received: { method: string | undefined; headers: IncomingHttpHeaders; body: unknown }[];
  let server: Server;
  let origin: string;
  beforeEach(async () => {
    [status, extra, received] = [200, {}, []];
    server = createServer(async (request, response) => {
      const text = (await request.toArray()).join("");
      received.push({ method: request.method, headers: request.headers, body: JSON.parse(text) });
      const headers = { location: `${origin}/elsewhere`, ...extra };
      if (status !== "silence") response.writeHead(status, headers).end("x".repeat(10_000));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (settings: Partial<ChannelSettings> = {}): Promise<void> =>
    only({
      webhook: { url: `${origin}/hooks/path-secret?sig=query-secret`, secret: undefined },
      ...settings,
    }).send(notification, "the-key");

  test("posts the notification as JSON, with the key by which a repeat is known", async () => {
    await send();
    const headers = { "content-type": "application/json", "idempotency-key": "the-key" };
    expect(received).toMatchObject([{ method: "POST", headers, body: notification }]);
  });

  test.each([200, 201, 202, 204])("%i is sent", async (answer) => {
    status = answer;
    await expect(send()).resolves.toBeUndefined();
  });

  test.each([408, 425, 429, 500, 502, 503])("%i may be tried again", async (answer) => {
    status = answer;
    expect(await failureOf(send())).toMatchObject({ name: "TransientError", code: "CHANNEL_UNAVAILABLE" });
  });

  test.each([
    ["30", 30_000],
    ["0.35", 350],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
    ["-1", undefined],
  ])("429 with Retry-After %s asks for a wait of %s ms", async (header, retryAfterMs) => {
    [status, extra] = [429, { "retry-after": header }];
    expect((await failureOf(send())) as Error & { retryAfterMs: unknown }).toHaveProperty("retryAfterMs", retryAfterMs);
  });

  test.each([400, 401, 403, 404, 410, 413])("%i is final", async (answer) => {
    status = answer;
    expect(await failureOf(send())).toMatchObject({ name: "InvariantError", code: "CHANNEL_REFUSED" });
  });

  test("that never comes ends the try", async () => {
    status = "silence";
    const channel = createWebhookChannel({ url: origin, secret: undefined, timeoutMs: 150 }, clock);
    expect(await failureOf(channel.send(notification, "key"))).toMatchObject({ code: "CHANNEL_UNAVAILABLE" });
  });

  test("that redirects is not followed", async () => {
    status = 307;
    expect(await failureOf(send())).toMatchObject({ code: "CHANNEL_UNAVAILABLE" });
    expect(received).toHaveLength(1);
  });

  test("that fails tells the host of the address and nothing else of it, for any channel", async () => {
    const url = `${origin}/hooks/path-secret?sig=query-secret`;
    const failures: Error[] = [];
    for (const answer of [400, 503] as const) {
      status = answer;
      failures.push(await failureOf(send()));
      failures.push(await failureOf(only({ slackUrl: url }).send(notification, "key")));
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    failures.push(await failureOf(send()));
    for (const failure of failures) {
      expect(failure.message).toContain("127.0.0.1");
      expect(failure.message).not.toMatch(/secret|hooks/);
      expect(String(failure.cause)).not.toMatch(/secret|hooks/);
    }
  });
});
