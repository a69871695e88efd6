// Requests that clients make by message, to $cbs and $management, and how each is answered on the link opened for it.
import rhea, { type Connection, type Message, type Sender } from "rhea";
import type { AmqpError } from "./wire.ts";

export type Answer = { readonly status: number; readonly body?: unknown; readonly error?: AmqpError };

/** Any token is good on one machine. */
export const putToken: Answer = { status: 202 };

export const readRequest = (data: Buffer): Message => rhea.message.decode(data) as unknown as Message;

/** Answers where the client listens; a client that listens nowhere gets nothing. */
export function reply(connection: Connection, request: Message, answer: Answer): void {
  const { status, body = null, error } = answer;
  const to = request.reply_to;
  // Some clients name the link in reply_to, others its target.
  const link = connection.find_sender(({ name, target }: Sender) => name === to || target?.address === to);
  const description = error?.description ?? "OK";
  // Older clients read the names with dashes.
  link?.send({
    to,
    correlation_id: request.correlation_id ?? request.message_id,
    application_properties: {
      statusCode: rhea.types.wrap_int(status),
      "status-code": rhea.types.wrap_int(status),
      statusDescription: description,
      "status-description": description,
      ...(error === undefined ? {} : { errorCondition: rhea.types.wrap_symbol(error.condition) }),
    },
    body,
  } as unknown as Message);
}
