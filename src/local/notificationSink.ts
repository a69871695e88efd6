// A webhook on this machine: takes notifications and shows them to a listener, instead of sending them to people.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Notification, notificationSchema } from "../core/model/notification.ts";

export type NotificationSink = {
  readonly url: string;
  readonly received: readonly Notification[];
  stop(): Promise<void>;
};

/** `status` is what it answers to a readable notification: 200, or a failure to try the sender's retries with. */
export async function startNotificationSink(options: {
  readonly port?: number;
  readonly onNotification?: (notification: Notification) => void;
  readonly status?: () => number;
}): Promise<NotificationSink> {
  const received: Notification[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const status = options.status?.() ?? 200;
      const notification = read(body);
      if (notification !== undefined && status === 200) {
        received.push(notification);
        options.onNotification?.(notification);
      }
      response.writeHead(notification === undefined ? 400 : status).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/notifications`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The webhook's body is the notification, perhaps with fields of its own around it. */
function read(body: string): Notification | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const parsed = notificationSchema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
