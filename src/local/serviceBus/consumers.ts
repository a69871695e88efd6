// The links that receive: who waits for messages or for a session, what each is sent within its credit, and how deliveries are settled.
import type { Delivery, Sender } from "rhea";
import { encodeDelivery, withApplicationProperties } from "./amqpMessage.ts";
import type { Entity } from "./entities.ts";
import { answerDrain, answerWith, type Outcome, settleAsAsked, settleRejected, unusedCredit } from "./rheaInternals.ts";
import type { DeadLetterReason } from "./storedMessage.ts";
import {
  type AmqpError,
  conditions,
  lockedUntilProperty,
  maxMessageBytes,
  messageLockLost,
  sessionFilter,
  sessionLockLost,
  ticksOf,
  timeoutProperty,
} from "./wire.ts";

type Consumer = {
  readonly sender: Sender;
  readonly entity: Entity;
  readonly sessionId: string | undefined;
  /** Messages are gone when delivered: there is nothing to settle. */
  readonly deletes: boolean;
  readonly handedOver: number[];
};
/** A receiver whose attach is held back until it has a session. */
type Waiting = {
  readonly sender: Sender;
  readonly entity: Entity;
  /** Undefined: any. */
  readonly wanted: string | undefined;
  readonly timer: NodeJS.Timeout;
};

const sessionWaitMs = 60_000;

/** Refuses a link that is not attached yet. */
export function refuse(sender: Sender, error: AmqpError): void {
  sender.attach();
  sender.close(error);
}

export function createConsumers({ flushed }: { readonly flushed: (then: () => void) => void }) {
  const consumers = new Map<Sender, Consumer>();
  const waiting = new Map<Sender, Waiting>();

  /** Takes in a link that wants messages of an entity. Those it can have are sent with the next `pump`. */
  function join(sender: Sender, entity: Entity): void {
    const filter = sender.source?.filter as Record<string, unknown> | undefined;
    const wantsSession = filter !== undefined && sessionFilter in filter;
    if (wantsSession !== (entity.queue.settings.requiresSession ?? false)) {
      const description = wantsSession
        ? `A sessionful message receiver cannot be created on '${entity.path}': it does not require sessions.`
        : `It is not possible for an entity that requires sessions ('${entity.path}') to create a non-sessionful message receiver.`;
      refuse(sender, { condition: conditions.notAllowed, description });
    } else if (wantsSession) wait(sender, entity, filter[sessionFilter]);
    else attach(sender, entity);
  }

  function wait(sender: Sender, entity: Entity, wanted: unknown): void {
    const waitMs = Number(sender.properties?.[timeoutProperty] ?? sessionWaitMs);
    const timer = setTimeout(() => {
      waiting.delete(sender);
      const description = "The operation did not complete within the allotted time: no session has messages.";
      refuse(sender, { condition: conditions.timeout, description });
    }, waitMs);
    waiting.set(sender, { sender, entity, wanted: typeof wanted === "string" ? wanted : undefined, timer });
  }

  function attach(sender: Sender, entity: Entity, session?: { sessionId: string; untilMs: number }): void {
    const deletes = sender.snd_settle_mode === 1;
    const filter = session === undefined ? {} : { filter: { [sessionFilter]: session.sessionId } };
    sender.set_source({ ...sender.source, ...filter });
    sender.set_target({ ...sender.target });
    answerWith(sender, {
      snd_settle_mode: sender.snd_settle_mode,
      rcv_settle_mode: sender.rcv_settle_mode,
      max_message_size: maxMessageBytes,
      ...(session === undefined ? {} : { properties: { [lockedUntilProperty]: ticksOf(session.untilMs) } }),
    });
    consumers.set(sender, { sender, entity, deletes, sessionId: session?.sessionId, handedOver: [] });
    sender.attach();
  }

  /** Gives a session to each who waits for one, as far as there are any. */
  function giveSessions(entity: Entity, nowMs: number): void {
    for (const { sender, wanted, timer } of [...waiting.values()].filter((each) => each.entity === entity)) {
      const session = entity.queue.acceptSession(sender, wanted, nowMs);
      if (session === undefined && wanted === undefined) continue;
      clearTimeout(timer);
      waiting.delete(sender);
      if (session !== undefined) attach(sender, entity, session);
      else {
        const description = `The requested session '${wanted}' cannot be accepted. It may be locked by another receiver.`;
        refuse(sender, { condition: conditions.sessionCannotBeLocked, description });
      }
    }
  }

  function lostSession({ sender, entity, sessionId }: Consumer): boolean {
    return sessionId !== undefined && entity.queue.sessionHolder(sessionId) !== sender;
  }

  /** Sends what can be sent: one message to each receiver in turn, so that none with much credit starves the others. */
  function pump(entity: Entity, nowMs: number): void {
    giveSessions(entity, nowMs);
    let open = [...consumers.values()].filter((each) => each.entity === entity);
    for (const lost of open.filter(lostSession)) {
      consumers.delete(lost.sender);
      lost.sender.close(sessionLockLost(lost.sessionId ?? ""));
    }
    open = open.filter(({ sender }) => consumers.has(sender));
    const served = open;
    while (open.length > 0) open = open.filter((each) => deliverNext(each, nowMs));
    for (const consumer of served) {
      answerDrain(consumer.sender);
      // The next pump begins with those that were not served last.
      if (consumer.handedOver.length > 0) {
        consumers.delete(consumer.sender);
        consumers.set(consumer.sender, consumer);
      }
    }
  }

  /** False when the receiver has no credit or there is nothing for it. */
  function deliverNext({ sender, entity, sessionId, deletes, handedOver }: Consumer, nowMs: number): boolean {
    if (unusedCredit(sender, handedOver) <= 0) return false;
    const { queue, deadLetterSource } = entity;
    if (deletes) {
      const message = queue.takeNext(sessionId);
      if (message === undefined) return false;
      handedOver.push(sender.send(encodeDelivery(message, { deadLetterSource }), undefined, 0).id);
      return true;
    }
    const delivery = queue.next(sessionId, nowMs);
    if (delivery === undefined) return false;
    const { message, lockToken, lockedUntilMs } = delivery;
    handedOver.push(sender.send(encodeDelivery(message, { lockedUntilMs, deadLetterSource }), lockToken, 0).id);
    return true;
  }

  /** Does what the receiver asked for, as far as it still holds the lock; the receiver waits for the answer. */
  function settle(sender: Sender, delivery: Delivery, outcome: Outcome): void {
    const consumer = consumers.get(sender);
    if (consumer === undefined || consumer.deletes) return;
    const token = Buffer.from(delivery.tag as Buffer).toString("hex");
    const done = dispose(consumer.entity, token, outcome, delivery.remote_state ?? {});
    flushed(() => (done ? settleAsAsked(delivery, outcome) : settleRejected(delivery, messageLockLost)));
  }

  /** The link is gone: its session is free at once, message locks run on. */
  function leave(sender: Sender): void {
    const entry = waiting.get(sender);
    if (entry !== undefined) {
      clearTimeout(entry.timer);
      waiting.delete(sender);
      // One that gave up waiting is answered with an attach, which the library follows with its detach.
      if (sender.session.is_open()) sender.attach();
    }
    const consumer = consumers.get(sender);
    consumers.delete(sender);
    if (consumer?.sessionId !== undefined) consumer.entity.queue.releaseSession(consumer.sessionId, sender);
  }

  function leaveAll(which: (sender: Sender) => boolean): void {
    for (const sender of [...consumers.keys(), ...waiting.keys()]) if (which(sender)) leave(sender);
  }

  return { join, pump, settle, leave, leaveAll };
}

/** False when the lock is lost. */
function dispose(
  { queue }: Entity,
  token: string,
  outcome: Outcome,
  state: Readonly<Record<string, unknown>>,
): boolean {
  const payload = queue.messageOf(token)?.payload;
  if (payload === undefined) return false;
  switch (outcome) {
    case "accepted":
      return queue.complete(token);
    case "released":
      return queue.abandon(token);
    case "modified": {
      const changed = withApplicationProperties(payload, recordOf(state.message_annotations));
      return state.undeliverable_here === true ? queue.defer(token, changed) : queue.abandon(token, changed);
    }
    case "rejected": {
      const error = recordOf(state.error);
      const { DeadLetterReason: reason, DeadLetterErrorDescription: text, ...properties } = recordOf(error.info);
      const deadLetter: DeadLetterReason = {
        reason: String(reason ?? ""),
        description: String(text ?? error.description ?? ""),
      };
      return queue.reject(token, deadLetter, withApplicationProperties(payload, properties));
    }
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
