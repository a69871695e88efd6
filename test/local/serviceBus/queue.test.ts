// The laws of one queue, whatever its users do and in whatever order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createQueue } from "../../../src/local/serviceBus/queue.ts";
import type { QueueRecord, QueueSettings, StoredMessage } from "../../../src/local/serviceBus/storedMessage.ts";

type Step =
  | {
      readonly do: "send";
      readonly id: number;
      readonly session: number;
      readonly delayMs: number;
      readonly ttlMs: number;
    }
  | { readonly do: "accept" | "close" | "receive"; readonly session: number }
  | { readonly do: "complete" | "abandon" | "defer" | "reject" | "renew"; readonly lock: number }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "receiveDeferred" | "cancel"; readonly seq: number };

const session = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      id: fc.nat(20),
      session,
      delayMs: fc.constantFrom(0, 0, 0, 50),
      ttlMs: fc.constantFrom(0, 0, 0, 80),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("accept" as const, "close" as const), session }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("receive" as const), session }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "complete" as const,
        "abandon" as const,
        "defer" as const,
        "reject" as const,
        "renew" as const,
      ),
      lock: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(120) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("receiveDeferred" as const, "cancel" as const), seq: fc.nat(30) }),
  },
);

const settings = fc.record({
  name: fc.constant("q"),
  requiresSession: fc.boolean(),
  lockDurationMs: fc.constant(100),
  maxDeliveryCount: fc.constant(3),
  deadLetterOnExpiration: fc.boolean(),
});

/** A queue with its users, and a book of where every message has gone. */
function start(given: QueueSettings) {
  const written: QueueRecord[] = [];
  const dead: StoredMessage[] = [];
  const sent = new Set<number>();
  const done = new Set<number>();
  const locks: { token: string; seq: number }[] = [];
  let nowMs = 1000;
  const queue = createQueue({
    settings: given,
    deadLetters: { take: (message) => dead.push(message) },
    write: (record) => written.push(record),
  });
  const holders = new Map<string, object>();
  const sessionOf = (number: number): string | undefined => (given.requiresSession ? `s${number}` : undefined);

  function take(each: Step): void {
    queue.advance(nowMs);
    switch (each.do) {
      case "send": {
        const stored = queue.enqueue(
          {
            messageId: `m${each.id}`,
            sessionId: sessionOf(each.session),
            payload: Buffer.from([each.id]),
            dueMs: each.delayMs === 0 ? undefined : nowMs + each.delayMs,
            timeToLiveMs: each.ttlMs === 0 ? undefined : each.ttlMs,
          },
          nowMs,
        );
        if (stored !== undefined) sent.add(stored.seq);
        return;
      }
      case "accept": {
        const holder = {};
        const accepted = given.requiresSession ? queue.acceptSession(holder, undefined, nowMs) : undefined;
        if (accepted !== undefined) holders.set(accepted.sessionId, holder);
        return;
      }
      case "close":
        queue.releaseSession(`s${each.session}`, holders.get(`s${each.session}`) ?? {});
        return;
      case "receive": {
        const name = sessionOf(each.session);
        if (name !== undefined && queue.sessionHolder(name) === undefined) return;
        const delivery = queue.next(name, nowMs);
        if (delivery !== undefined) note(delivery);
        return;
      }
      case "receiveDeferred": {
        const delivery = queue.receiveDeferred(each.seq, nowMs);
        if (delivery !== undefined) note(delivery);
        return;
      }
      case "cancel":
        if (queue.cancelScheduled(each.seq)) done.add(each.seq);
        return;
      case "pass":
        nowMs += each.ms;
        queue.advance(nowMs);
        return;
      default:
        settle(each.do, locks[each.lock]);
    }
  }

  const note = ({ lockToken, message }: { lockToken: Buffer; message: StoredMessage }): void => {
    locks.unshift({ token: lockToken.toString("hex"), seq: message.seq });
  };

  function settle(
    how: "complete" | "abandon" | "defer" | "reject" | "renew",
    lock: { token: string; seq: number } | undefined,
  ): void {
    if (lock === undefined) return;
    if (how === "renew") queue.renew(lock.token, nowMs);
    else if (how === "reject") queue.reject(lock.token, { reason: "r", description: "" });
    else if (queue[how](lock.token) && how === "complete") done.add(lock.seq);
  }

  return { queue, written, dead, sent, done, locks, take, now: () => nowMs };
}

const everything = (queue: ReturnType<typeof start>["queue"]): readonly StoredMessage[] => queue.peek(0, 10_000);

describe("a queue", () => {
  test("has every message it took exactly once: here, completed, cancelled, expired or dead", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) {
          world.take(each);
          const here = everything(world.queue).map(({ seq }) => seq);
          const dead = world.dead.map(({ seq }) => seq);
          const gone = world.written.flatMap((record) => (record.kind === "gone" ? record.seq : []));
          expect(new Set([...here, ...gone])).toEqual(world.sent);
          expect(here.length + gone.length).toBe(world.sent.size);
          expect(gone).toEqual(expect.arrayContaining([...dead, ...world.done]));
          expect(dead.filter((seq) => world.done.has(seq))).toEqual([]);
          const { active, scheduled, deferred, locked } = world.queue.counts();
          expect(active).toBeGreaterThanOrEqual(0);
          expect(active + scheduled + deferred + locked).toBe(here.length);
        }
      }),
    );
  });

  test("locks a message for one receiver at a time", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) {
          world.take(each);
          const held = world.locks.filter(({ token }) => world.queue.messageOf(token) !== undefined);
          expect(new Set(held.map(({ seq }) => seq)).size).toBe(held.length);
        }
      }),
    );
  });

  test("delivers the oldest message that is free, within each session", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) {
          if (each.do !== "receive") {
            world.take(each);
            continue;
          }
          world.queue.advance(world.now());
          const held = new Set(world.locks.filter(({ token }) => world.queue.messageOf(token)).map(({ seq }) => seq));
          const name = given.requiresSession ? `s${each.session}` : undefined;
          const free = everything(world.queue).filter(
            ({ seq, place, sessionId }) => place === "active" && !held.has(seq) && sessionId === name,
          );
          const before = world.locks.length;
          world.take(each);
          if (world.locks.length > before) expect(world.locks[0]?.seq).toBe(free[0]?.seq);
          else if (name === undefined || world.queue.sessionHolder(name)) expect(free).toEqual([]);
        }
      }),
    );
  });

  test("never delivers a message more often than allowed", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 80 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) world.take(each);
        for (const { seq } of everything(world.queue)) {
          expect(world.locks.filter((lock) => lock.seq === seq).length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  test("comes back from what it wrote, and from its records, to the same messages with no lock held", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) world.take(each);
        for (const records of [world.written, world.queue.records()]) {
          const again = start(given);
          for (const record of records) again.queue.restore(record);
          expect(everything(again.queue)).toEqual(everything(world.queue));
          expect(again.queue.counts().locked).toBe(0);
          again.take({ do: "send", id: 99, session: 0, delayMs: 0, ttlMs: 0 });
          expect(again.sent.has(world.sent.size + 1)).toBe(true);
        }
      }),
    );
  });

  test("always has its next instant ahead of it once it has done what was due", () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const world = start(given);
        for (const each of steps) {
          world.take(each);
          world.queue.advance(world.now());
          const next = world.queue.nextDueMs();
          if (next !== undefined) expect(next).toBeGreaterThan(world.now());
        }
      }),
    );
  });
});
