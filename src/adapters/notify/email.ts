// The e-mail channel: SMTP by nodemailer, which is loaded when the first message is sent.
import { InvariantError, TransientError } from "../../core/model/errors.ts";
import { shortDigest } from "../../core/model/ids.ts";
import type { Notification } from "../../core/model/notification.ts";
import { fittingText } from "../../core/notifications/fittingText.ts";
import type { Channel } from "../../ports/notifier.ts";

export type EmailOptions = {
  /** `smtps://user:password@host:465`, or `smtp://…:587`, which must then switch to TLS unless the host is this machine. */
  readonly smtpUrl: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly timeoutMs: number;
};

export function createEmailChannel({ smtpUrl, from, to, timeoutMs }: EmailOptions): Channel {
  const url = new URL(smtpUrl);
  const secure = url.protocol === "smtps:";
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  const transport = {
    host: url.hostname,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLocal,
    ...(url.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // No file or address in a text is ever opened.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return {
    name: "email",
    send: async (notification, key) => {
      const { createTransport } = await import("nodemailer");
      const mailer = createTransport(transport);
      try {
        // Mail programs show a message once that arrives twice with one id.
        const messageId = `<${shortDigest(key)}@${from.replace(/^.*@/, "").replace(/>$/, "")}>`;
        await mailer.sendMail({ from, to: [...to], messageId, ...emailText(notification) });
      } catch (failure) {
        throw failureOf(url.host, failure);
      } finally {
        mailer.close();
      }
    },
  };
}

const emailText = ({ id, severity, title, text, at, facts = [] }: Notification) => ({
  subject: fittingText(`[${severity}] ${title}`, 250).replaceAll("\n", " "),
  text: [
    fittingText(text, 4000),
    ...(facts.length === 0 ? [] : ["", ...facts.map(({ name, value }) => `${name}: ${value}`)]),
    "",
    `${at}, ${id}`,
  ].join("\n"),
});

/** What a server says may name its addresses, so only its number is told: 5yz is final, 4yz is not (RFC 5321, 4.2.1). */
function failureOf(host: string, failure: unknown): Error {
  const { responseCode, code } = (failure ?? {}) as { readonly responseCode?: unknown; readonly code?: unknown };
  const answer = typeof responseCode === "number" ? `answered ${responseCode}` : `failed (${String(code)})`;
  const text = `the mail server at ${host} ${answer}`;
  return typeof responseCode === "number" && responseCode >= 500
    ? new InvariantError("CHANNEL_REFUSED", text)
    : new TransientError("CHANNEL_UNAVAILABLE", text);
}
