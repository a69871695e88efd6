// What the AMQP library has and its published types leave out; the only place that knows its inner parts.

import type { Socket } from "node:net";
import rhea, { type Connection, type Delivery, type Sender, type Session, type Typed } from "rhea";
import type { AmqpError } from "./wire.ts";

type Reader = { position: number; remaining(): number; read(): Typed };
type Writer = { write(value: Typed): void; toBuffer(): Buffer };

/** Reads and writes typed AMQP values. */
export const amqpTypes = rhea.types as typeof rhea.types & {
  readonly Reader: new (buffer: Buffer) => Reader;
  readonly Writer: new () => Writer;
};

type LinkInternals = {
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _draining: boolean;
  _get_drain(): boolean;
  readonly local: { readonly attach: Record<string, unknown> };
  readonly connection: { _register(): void };
  readonly session: { readonly outgoing: { readonly next_pending_delivery: number } };
};
const inside = (link: object): LinkInternals => link as unknown as LinkInternals;

/** An AMQP frame that says nothing. */
const emptyFrame = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * Answers whatever comes at once, with an empty frame where there is nothing to say. Clients that gather small packets
 * hold the rest of a message back until the first part is acknowledged, which a silent receiver does after 40 ms.
 */
export function acknowledgeAtOnce(connection: Connection): void {
  const { socket } = connection as unknown as { socket: Socket };
  socket.on("data", () => {
    const { bytesWritten } = socket;
    setImmediate(() => {
      if (socket.bytesWritten === bytesWritten && socket.writable) socket.write(emptyFrame);
    });
  });
}

/** Sets fields of the attach that answers the peer's. */
export function answerWith(link: object, fields: Readonly<Record<string, unknown>>): void {
  Object.assign(inside(link).local.attach, fields);
}

/**
 * Two habits of the library changed for a session: its senders answer the peer's attach only when `attach()` is
 * called, and every message comes as the bytes that were sent, where the library would decode those of the standard format.
 */
export function adoptSession(session: Session): void {
  type Frame = { performative: { message_format: number | null | undefined } };
  const internals = session as unknown as {
    create_sender(...given: unknown[]): Sender;
    on_transfer(frame: Frame): void;
  };
  const createSender = internals.create_sender.bind(session);
  internals.create_sender = (...given) => Object.assign(createSender(...given), { open: () => undefined });
  const onTransfer = internals.on_transfer.bind(session);
  internals.on_transfer = (frame) => {
    frame.performative.message_format ||= 1;
    onTransfer(frame);
  };
}

/** How many more messages the peer takes. `handedOver` are ids of deliveries to this link, from which those already written are removed. */
export function unusedCredit(sender: Sender, handedOver: number[]): number {
  const { credit, session } = inside(sender);
  while (handedOver[0] !== undefined && handedOver[0] < session.outgoing.next_pending_delivery) handedOver.shift();
  return sender.is_open() && sender.sendable() ? credit - handedOver.length : 0;
}

/** Answers a drain, after the messages that were handed over before and even when they used up all credit: the peer waits for it. */
export function answerDrain(sender: Sender): void {
  const link = inside(sender);
  if (!link._draining) return;
  link._get_drain = () => {
    if (!link._draining) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    link._draining = false;
    return true;
  };
  link.issue_flow = true;
  link.connection._register();
}

/** Settles with an outcome of which the peer waits to hear, where it is still there. */
function settleWith(delivery: Delivery, outcome: unknown): void {
  if (!delivery.link.is_open()) return;
  delivery.update(true, outcome);
  // The peer says no more about it; without this it would stay in the library's bounded list for ever.
  (delivery as { remote_settled: boolean }).remote_settled = true;
}

export type Outcome = "accepted" | "released" | "modified" | "rejected";
const outcomes = rhea.message as unknown as Record<Outcome, (fields: object) => { described(): object }>;

/** Settles with the outcome that the peer asked for. Of a rejection it says no more: to clients an error here means that settling failed. */
export const settleAsAsked = (delivery: Delivery, outcome: Outcome): void =>
  settleWith(delivery, outcomes[outcome]({}).described());

export const settleRejected = (delivery: Delivery, error: AmqpError): void =>
  settleWith(delivery, outcomes.rejected({ error }).described());
