// The channels on this machine: takes what would go to people, refuses what the vendor would refuse, and shows the rest to a listener.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Notification, notificationSchema } from "../core/model/notification.ts";
import { webhookFault } from "../core/notifications/webhookSignature.ts";
import { type Vendor, vendorSchemas } from "./vendorSchemas.ts";

export type VendorMessage = { readonly vendor: Vendor; readonly body: unknown };

export type NotificationSink = {
  /** Of the generic webhook. */
  readonly url: string;
  readonly urlOf: (vendor: Vendor) => string;
  /** What the webhook took. */
  readonly received: readonly Notification[];
  readonly messages: readonly VendorMessage[];
  /** Why something was refused, in order. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
};

type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/**
 * `answer` is what it answers to a readable message: 200, or a failure to try the sender's retries with. With a `secret` the webhook takes
 * only what is signed with it, is fresh, and was not seen before.
 */
export async function startNotificationSink(options: {
  readonly port?: number;
  readonly onNotification?: (notification: Notification) => void;
  readonly answer?: () => Answer;
  readonly secret?: string;
}): Promise<NotificationSink> {
  const received: Notification[] = [];
  const messages: VendorMessage[] = [];
  const refusals: string[] = [];
  const seen = new Set<string>();

  function take({ url = "", headers }: Pick<IncomingMessage, "url" | "headers">, body: string): Answer {
    const vendor = (Object.keys(vendorSchemas) as Vendor[]).find((name) => url.startsWith(`/${name}`));
    const fault = vendor === undefined ? webhookRefusal(headers, body) : vendorFault(vendor, body);
    if (fault !== undefined) {
      refusals.push(fault);
      return { status: 400 };
    }
    const answer = options.answer?.() ?? { status: 200 };
    if (answer.status !== 200) return answer;
    if (vendor !== undefined) messages.push({ vendor, body: JSON.parse(body) });
    else keep(headers, notificationSchema.parse(JSON.parse(body)));
    return answer;
  }

  /** A repeat of what was taken is answered as if it were new, and dropped. */
  function keep(headers: IncomingHttpHeaders, notification: Notification): void {
    const key = String(headers["webhook-id"] ?? "");
    if (options.secret !== undefined && seen.has(key)) return;
    seen.add(key);
    received.push(notification);
    options.onNotification?.(notification);
  }

  function webhookRefusal(headers: IncomingHttpHeaders, body: string): string | undefined {
    const fault = options.secret === undefined ? undefined : webhookFault(options.secret, headers, Date.now(), body);
    return fault ?? faultOf(body, (value) => notificationSchema.safeParse(value));
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { status, headers = {} } = take(request, body);
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/notifications`,
    urlOf: (vendor) => `${origin}/${vendor}`,
    received,
    messages,
    refusals,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const vendorFault = (vendor: Vendor, body: string): string | undefined =>
  faultOf(body, (value) => vendorSchemas[vendor].safeParse(value));

type Parsed = { readonly success: boolean; readonly error?: { readonly message: string } | undefined };

function faultOf(body: string, parse: (value: unknown) => Parsed): string | undefined {
  try {
    const { success, error } = parse(JSON.parse(body));
    return success ? undefined : (error?.message ?? "it has faults");
  } catch (failure) {
    return String(failure);
  }
}
