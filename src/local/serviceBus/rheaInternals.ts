// What the AMQP library has and its published types leave out; the only place that knows its inner parts.
import rhea, { type Delivery, type Sender, type Session, type Typed } from "rhea";

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
  readonly state: { local_open: boolean; open_requests: number };
  readonly local: { readonly attach: Record<string, unknown> };
  readonly connection: { _register(): void };
  readonly session: { readonly outgoing: { next_delivery_id: number; next_pending_delivery: number } };
};
const inside = (link: object): LinkInternals => link as unknown as LinkInternals;

/** Sets fields of the attach that answers the peer's; before the turn of the event loop that opened the link is over. */
export function answerWith(link: object, fields: Readonly<Record<string, unknown>>): void {
  Object.assign(inside(link).local.attach, fields);
}

/** Takes back the answer to the peer's attach, which the library has ready; `link.attach()` gives it later. */
export function holdBackAttach(link: object): void {
  const { state } = inside(link);
  state.local_open = false;
  state.open_requests = 0;
}

export const isHeldBack = (link: object): boolean => !inside(link).state.local_open;

/** How many messages may be sent now. Those handed to the library but not yet written count as sent. */
export function creditOf(sender: Sender): number {
  const { credit, session } = inside(sender);
  return sender.is_open() && sender.sendable()
    ? credit - (session.outgoing.next_delivery_id - session.outgoing.next_pending_delivery)
    : 0;
}

/** Answers a drain even when all credit has been used up: the peer waits for it. */
export function answerDrains(sender: Sender): void {
  const link = inside(sender);
  link._get_drain = () => {
    if (!link._draining) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    link._draining = false;
    return true;
  };
}

/** Tells the peer that its drain is done, after the messages that were handed over before. */
export function drained(sender: Sender): void {
  inside(sender).issue_flow = true;
  inside(sender).connection._register();
}

/** Settles what a peer has given its outcome for and still waits to hear about. */
export function settle(delivery: Delivery, outcome: unknown): void {
  delivery.update(true, outcome);
  // The peer says no more about it; without this it would stay in the library's bounded list for ever.
  (delivery as { remote_settled: boolean }).remote_settled = true;
}

/** Makes every message come as the bytes that were sent, where the library would decode those of the standard format. */
export function receiveRaw(session: Session): void {
  type Frame = { performative: { message_format: number | null | undefined } };
  const internals = session as unknown as { on_transfer(frame: Frame): void };
  const onTransfer = internals.on_transfer.bind(session);
  internals.on_transfer = (frame) => {
    frame.performative.message_format ||= 1;
    onTransfer(frame);
  };
}
