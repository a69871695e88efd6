// The e-mail channel against a mail server on this machine: what arrives, which answers are final, and that no password is told.
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { createEmailChannel } from "../../../src/adapters/notify/email.ts";
import type { Notification } from "../../../src/core/model/notification.ts";

const notification: Notification = {
  schemaVersion: 1,
  id: "breaker.dailyLoss",
  severity: "error",
  title: "Trading is halted\r\nBcc: other@example.com",
  text: "The day's loss is 5.2 %.\nA person has to resume.",
  at: "2026-06-15T13:35:02.000Z",
  facts: [{ name: "Loss", value: "5.2 %" }],
  attempt: 1,
};

type Mail = { readonly to: readonly string[]; readonly source: string };
let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

async function serve(
  options: SMTPServerOptions = {},
): Promise<{ readonly host: string; readonly mails: readonly Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    onData: (stream, session, done) => {
      void text(stream).then((source) => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), source });
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  stop = () => new Promise((resolve) => server.close(() => resolve()));
  return { host: `127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

const channelTo = (host: string, login = "") =>
  createEmailChannel({
    smtpUrl: `smtp://${login}${host}`,
    from: "tradewind@example.com",
    to: ["ann@example.com", "bob@example.com"],
    timeoutMs: 2000,
  });

async function failureOf(sending: Promise<void>): Promise<Error> {
  const failure = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof Error)) throw new Error("it was sent");
  return failure;
}

test("arrives at every address with severity, text and facts, and with one message id at every try", async () => {
  const { host, mails } = await serve();
  await channelTo(host).send(notification, "the-key");
  await channelTo(host).send(notification, "the-key");
  await channelTo(host).send(notification, "other");
  expect(mails).toHaveLength(3);
  expect(mails[0]?.to).toEqual(["ann@example.com", "bob@example.com"]);
  for (const line of [
    /^Subject: \[error\] Trading is halted Bcc: other@example\.com$/m,
    /^Loss: 5\.2 %$/m,
    /A person has to resume\./,
  ])
    expect(mails[0]?.source.replaceAll("\r", "").replaceAll("=20", " ")).toMatch(line);
  // A line end in a title makes no header.
  expect(mails[0]?.source).not.toMatch(/^Bcc:/m);
  const ids = mails.map(({ source }) => /^Message-ID: (<\S+>)/im.exec(source)?.[1]);
  expect(ids[0]).toMatch(/@example\.com>$/);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test("logs in with what the address holds, percent-encoded", async () => {
  const logins: unknown[] = [];
  const { host } = await serve({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) => {
      logins.push([username, password]);
      done(null, { user: username });
    },
  });
  await channelTo(host, "user%40x:p%3Aw%2F@").send(notification, "key");
  expect(logins).toEqual([["user@x", "p:w/"]]);
});

const answering = (responseCode: number): SMTPServerOptions => ({
  allowInsecureAuth: true,
  onAuth: ({ username }, _, done) => done(null, { user: username }),
  onRcptTo: (_, __, done) => done(Object.assign(new Error("no pass-word here"), { responseCode })),
});
test.each([
  ["a mailbox that is not there", answering(550), "CHANNEL_REFUSED"],
  ["a server that is busy", answering(451), "CHANNEL_UNAVAILABLE"],
  [
    "a wrong password",
    {
      allowInsecureAuth: true,
      onAuth: (_: unknown, __: unknown, done: (failure: Error) => void) =>
        done(Object.assign(new Error("wrong pass-word"), { responseCode: 535 })),
    },
    "CHANNEL_REFUSED",
  ],
])("%s", async (_, options, code) => {
  const { host } = await serve(options as SMTPServerOptions);
  const failure = await failureOf(channelTo(host, "user:pass-word@").send(notification, "key"));
  expect(failure).toMatchObject({ code });
  expect(failure.message).toContain(`${host} answered`);
  expect(`${failure.message} ${String(failure.cause)}`).not.toContain("pass-word");
});

test("a server that is not there may be back", async () => {
  const { host } = await serve();
  await stop();
  stop = async () => undefined;
  expect(await failureOf(channelTo(host).send(notification, "key"))).toMatchObject({ code: "CHANNEL_UNAVAILABLE" });
});
