// The kinds of failure that are thrown; everything expected (a skip, a denial, a rejection) is a value instead.

/** One thing wrong with a setting, a body or a stored row: where it is and what would be right. */
export type Fault = { readonly path: string; readonly message: string };

/** A person must change a setting: lists every fault found, not the first one only. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly Fault[];

  constructor(what: string, faults: readonly Fault[], options?: ErrorOptions) {
    super(`${what}: ${faults.map((fault) => `${fault.path}: ${fault.message}`).join("; ")}`, options);
    this.faults = faults;
  }
}

/** A failure with a stable code that records and alerts name it by. */
abstract class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The same call may succeed later: a time-out on a read, 429, 5xx, a store that is out of reach. */
export class TransientError extends CodedError {
  override readonly name = "TransientError";
  /** How long the other side asks to be left alone, where it says so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { readonly retryAfterMs?: number | undefined }) {
    super(code, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Trying again cannot help: a message or row that cannot be read, a broker that refuses the account. Ends in a named state and an alert. */
export class InvariantError extends CodedError {
  override readonly name = "InvariantError";
}

/** Whether a failure is ours and says by its code what it is; what is asked and refused is none. */
export const isCoded = (failure: unknown): failure is TransientError | InvariantError =>
  failure instanceof TransientError || failure instanceof InvariantError;

/** What was asked cannot be done as things stand: the message says what would be right, the faults what is wrong with it. Nothing has changed. */
export class RefusedError extends CodedError {
  override readonly name = "RefusedError";
  readonly faults: readonly Fault[];

  constructor(code: string, message: string, faults: readonly Fault[] = [], options?: ErrorOptions) {
    super(code, message, options);
    this.faults = faults;
  }
}
