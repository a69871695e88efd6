// The links that receive: who waits for messages or for a session, what each is sent within its credit, and how deliveries are settled.
import rhea, { type Delivery as AmqpDelivery, type Connection, type EventContext, type Sender } from "rhea";
import type { Queue } from "./queue.ts";
import {
  conditions,
  describedOutcome,
  dress,
  dressDelivery,
  isDraining,
  localAttach,
  lockedUntilProperty,
  rejectedWith,
  sessionFilter,
  ticksOf,
  timeoutProperty,
  unusedCredit,
  withProperties,
} from "./wire.ts";

const { types } = rhea;

type Consumer = {
  readonly sender: Sender;
  readonly queue: Queue;
  readonly name: string;
  readonly deletes: boolean;
  sessionId: string | undefined;
  /** Sent to the link but perhaps not yet written, and so not yet taken off its credit. */
  unwritten: AmqpDelivery[];
};
type Waiting = {
  readonly sender: Sender;
  readonly queue: Queue;
  readonly name: string;
  readonly wanted: string | undefined;
  readonly timer: NodeJS.Timeout;
};

const sessionWaitMs = 60_000;

export function createConsumers({ flushed }: { readonly flushed: (then: () => void) => void }) {
  const consumers = new Map<Sender, Consumer>();
  const waiting = new Set<Waiting>();
  const turn = new Map<Queue, number>();

  /** Links to receivers are attached by us, when they may be: a session's attach is held back until there is one. */
  function prepare(connection: Connection): void {
    connection.on("session_open", ({ session }: EventContext) => {
      if (session === undefined) return;
      const links = session as unknown as { create_sender(...given: unknown[]): Sender };
      const create = links.create_sender.bind(session);
      links.create_sender = (...given) => Object.assign(create(...given), { open: () => undefined });
    });
  }

  function join(sender: Sender, queue: Queue, name: string): void {
    const filter = sender.source?.filter as Record<string, unknown> | undefined;
    const forSession = filter !== undefined && sessionFilter in filter;
    if (queue.settings.requiresSession !== forSession && (queue.settings.requiresSession || forSession)) {
      const description = forSession
        ? `A session receiver cannot be opened on '${name}': it does not require sessions.`
        : `It is not possible for an entity that requires sessions to create a non-sessionful message receiver ('${name}').`;
      sender.attach();
      sender.close({ condition: conditions.notAllowed, description });
      return;
    }
    if (!forSession) {
      attach(sender, queue, name, undefined);
      return;
    }
    const wanted = filter?.[sessionFilter];
    const timeoutMs = Number(
      (sender.properties as Record<string, unknown> | undefined)?.[timeoutProperty] ?? sessionWaitMs,
    );
    const entry: Waiting = {
      sender,
      queue,
      name,
      wanted: wanted === null || wanted === undefined ? undefined : String(wanted),
      timer: setTimeout(() => refuse(entry), Math.max(1, timeoutMs)),
    };
    waiting.add(entry);
  }

  function refuse(entry: Waiting): void {
    waiting.delete(entry);
    const named = entry.wanted !== undefined;
    entry.sender.attach();
    entry.sender.close({
      condition: named ? conditions.sessionCannotBeLocked : conditions.timeout,
      description: named
        ? `The requested session '${entry.wanted}' cannot be accepted. It may be locked by another receiver.`
        : "The operation did not complete within the allotted time: no session has messages.",
    });
  }

  function attach(
    sender: Sender,
    queue: Queue,
    name: string,
    session: { sessionId: string; untilMs: number } | undefined,
  ): void {
    const local = localAttach(sender);
    const settleMode = sender.snd_settle_mode as number | undefined;
    sender.set_source({
      ...sender.source,
      ...(session === undefined ? {} : { filter: { [sessionFilter]: session.sessionId } }),
    });
    sender.set_target({ ...sender.target });
    Object.assign(local, {
      snd_settle_mode: settleMode,
      rcv_settle_mode: sender.rcv_settle_mode,
      max_message_size: 1024 * 1024,
    });
    if (session !== undefined) local.properties = { [lockedUntilProperty]: types.wrap_long(ticksOf(session.untilMs)) };
    consumers.set(sender, {
      sender,
      queue,
      name,
      deletes: settleMode === 1,
      sessionId: session?.sessionId,
      unwritten: [],
    });
    sender.attach();
  }

  /** Gives waiting receivers their sessions, and receivers with credit their messages. */
  function pump(queue: Queue): void {
    const nowMs = Date.now();
    for (const entry of waiting) {
      if (entry.queue !== queue) continue;
      const session = queue.acceptSession(entry.sender, entry.wanted, nowMs);
      if (session === undefined) {
        // A named session that somebody holds is refused at once, as the service does.
        if (entry.wanted !== undefined && queue.sessionHolder(entry.wanted) !== undefined) {
          clearTimeout(entry.timer);
          refuse(entry);
        }
        continue;
      }
      clearTimeout(entry.timer);
      waiting.delete(entry);
      attach(entry.sender, queue, entry.name, session);
    }
    const ours = [...consumers.values()].filter((consumer) => consumer.queue === queue);
    // Each round begins with the next receiver, so that one with much credit does not starve the others.
    const start = ours.length === 0 ? 0 : (turn.get(queue) ?? 0) % ours.length;
    turn.set(queue, start + 1);
    for (const consumer of [...ours.slice(start), ...ours.slice(0, start)]) {
      if (lostSession(consumer)) continue;
      const { sender } = consumer;
      while (unusedCredit(sender, consumer.unwritten) > 0 && deliver(consumer, nowMs));
      consumer.unwritten = consumer.unwritten.slice(-1000);
      if (isDraining(sender)) sender.set_drained(true);
    }
  }

  function lostSession({ sender, queue, sessionId }: Consumer): boolean {
    if (sessionId === undefined || queue.sessionHolder(sessionId) === sender) return false;
    consumers.delete(sender);
    sender.close({
      condition: conditions.sessionLockLost,
      description: `The session lock has expired on the session '${sessionId}'.`,
    });
    return true;
  }

  function deliver(consumer: Consumer, nowMs: number): boolean {
    const { sender, queue, name, sessionId, deletes } = consumer;
    if (deletes) {
      const message = queue.takeNext(sessionId);
      if (message !== undefined) consumer.unwritten.push(sender.send(dress(message, name), undefined, 0));
      return message !== undefined;
    }
    const delivery = queue.next(sender, sessionId, nowMs);
    if (delivery === undefined) return false;
    consumer.unwritten.push(sender.send(dressDelivery(delivery, name), delivery.lockToken, 0));
    return true;
  }

  /** What the receiver asked for, settled as the queue allows; the receiver waits for the answer. */
  function settle(
    { sender, delivery }: EventContext,
    outcome: "accepted" | "modified" | "rejected" | "released",
  ): void {
    const consumer = sender === undefined ? undefined : consumers.get(sender);
    if (delivery === undefined || consumer === undefined) return;
    const { queue } = consumer;
    const token = Buffer.from(delivery.tag as Buffer).toString("hex");
    const state = delivery.remote_state as Record<string, unknown> | undefined;
    const held = queue.messageOf(token);
    const done = (() => {
      switch (outcome) {
        case "accepted":
          return queue.complete(token);
        case "released":
          return queue.abandon(token);
        case "modified": {
          const payload = withProperties(held?.payload, state?.message_annotations);
          return state?.undeliverable_here ? queue.defer(token, payload) : queue.abandon(token, payload);
        }
        case "rejected": {
          const error = state?.error as
            | { condition?: string; description?: string; info?: Record<string, unknown> }
            | undefined;
          const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = error?.info ?? {};
          const reason = {
            reason: String(DeadLetterReason ?? ""),
            description: String(DeadLetterErrorDescription ?? error?.description ?? ""),
          };
          return queue.reject(token, reason, withProperties(held?.payload, properties));
        }
      }
    })();
    const answer = done
      ? describedOutcome(delivery)
      : rejectedWith(conditions.messageLockLost, "The lock supplied is invalid.");
    flushed(() => delivery.update(true, answer as Parameters<typeof delivery.update>[1]));
  }

  function leave(sender: Sender): void {
    for (const entry of waiting) {
      if (entry.sender !== sender) continue;
      clearTimeout(entry.timer);
      waiting.delete(entry);
    }
    const consumer = consumers.get(sender);
    consumers.delete(sender);
    const { queue, sessionId } = consumer ?? {};
    if (queue !== undefined && sessionId !== undefined && queue.sessionHolder(sessionId) === sender)
      queue.releaseSession(sessionId);
  }

  function leaveAll(which: (sender: Sender) => boolean): void {
    for (const sender of [...consumers.keys(), ...[...waiting].map((entry) => entry.sender)])
      if (which(sender)) leave(sender);
  }

  function flow(sender: Sender): void {
    const consumer = consumers.get(sender);
    if (consumer !== undefined) pump(consumer.queue);
  }

  return { prepare, join, pump, settle, leave, leaveAll, flow };
}
