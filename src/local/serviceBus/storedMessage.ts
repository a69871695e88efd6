// What a queue keeps: its settings, its messages, and the records from which an earlier life is found again.

export type QueueSettings = {
  readonly name: string;
  readonly requiresSession?: boolean;
  readonly lockDurationMs?: number;
  readonly maxDeliveryCount?: number;
  /** Absent: duplicates are not detected. */
  readonly duplicateDetectionWindowMs?: number;
  readonly defaultTimeToLiveMs?: number;
  readonly deadLetterOnExpiration?: boolean;
};

export type DeadLetterReason = { readonly reason: string; readonly description: string };

/** `payload` is the encoded AMQP message as its sender gave it. */
export type StoredMessage = {
  readonly seq: number;
  readonly messageId: string;
  readonly sessionId: string | undefined;
  readonly payload: Buffer;
  readonly enqueuedMs: number;
  readonly dueMs: number | undefined;
  readonly expiresMs: number | undefined;
  readonly deliveryCount: number;
  readonly place: "active" | "deferred" | "scheduled";
  readonly deadLetter: DeadLetterReason | undefined;
};

export type Incoming = Pick<StoredMessage, "messageId" | "sessionId" | "payload"> & {
  readonly dueMs?: number | undefined;
  readonly timeToLiveMs?: number | undefined;
};

/** Whoever holds a session: a receiver link. */
export type Holder = object;
export type Delivery = { readonly message: StoredMessage; readonly lockToken: Buffer; readonly lockedUntilMs: number };

/** What a queue writes down, so that a restart finds it again. */
export type QueueRecord =
  | { readonly kind: "put"; readonly message: StoredMessage }
  | { readonly kind: "gone"; readonly seq: number }
  | { readonly kind: "seen"; readonly messageId: string; readonly atMs: number }
  | { readonly kind: "session"; readonly sessionId: string; readonly state: Buffer | undefined };

export type QueueEventType =
  | "enqueued"
  | "delivered"
  | "completed"
  | "abandoned"
  | "deadLettered"
  | "duplicateDropped"
  | "scheduled";
