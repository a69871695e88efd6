// Faults on order: which requests are to fail, how, and how often.
import type { Reply } from "./wireTypes.ts";
import { errorReply } from "./wireTypes.ts";

export const faultKinds = [
  "status500",
  "status503",
  "status429",
  "status401",
  "status403",
  "status422",
  "dropBeforeEffect",
  "effectThenDrop",
  "delay",
] as const;

export type Fault = {
  /** `POST`, or `*` for any. */
  readonly method: string;
  /** Start of the path it applies to. */
  readonly path: string;
  /** How many requests it hits before it is used up. */
  readonly count: number;
  readonly kind: (typeof faultKinds)[number];
  /** Real time, for `delay`. */
  readonly delayMs?: number;
};

export type Faults = {
  readonly arm: (fault: Fault) => void;
  readonly clear: () => void;
  readonly armed: () => readonly Fault[];
  /** The oldest fault that applies, used once. */
  readonly take: (method: string, path: string) => Fault | undefined;
};

export function createFaults(): Faults {
  let faults: readonly Fault[] = [];
  return {
    arm: (fault) => {
      faults = [...faults, fault];
    },
    clear: () => {
      faults = [];
    },
    armed: () => faults,
    take: (method, path) => {
      const applies = (fault: Fault): boolean =>
        (fault.method === "*" || fault.method === method) && path.startsWith(fault.path);
      const hit = faults.find(applies);
      faults = faults
        .map((fault) => (fault === hit ? { ...fault, count: fault.count - 1 } : fault))
        .filter(({ count }) => count > 0);
      return hit;
    },
  };
}

/** The reply of a fault that answers before anything happens; undefined for the other kinds. */
export function faultReply({ kind }: Fault): Reply | undefined {
  switch (kind) {
    case "status500":
      return errorReply(500, "internal server error occurred", 50010000);
    case "status503":
      return errorReply(503, "service unavailable", 50310000);
    case "status429":
      return errorReply(429, "rate limit exceeded", 42910000);
    case "status401":
      return errorReply(401, "unauthorized.");
    case "status403":
      return errorReply(403, "account is not authorized to trade", 40310000);
    case "status422":
      return errorReply(422, "unprocessable by an armed fault", 42210000);
    case "dropBeforeEffect":
    case "effectThenDrop":
    case "delay":
      return undefined;
  }
}

/** Reads a fault from JSON; a text says what is wrong. */
export function readFault(body: string): Fault | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "the body is not JSON";
  }
  if (typeof value !== "object" || value === null) return "the body must be an object";
  const { method = "*", path = "/", count = 1, kind, delayMs = 0, ...rest }: Record<string, unknown> = { ...value };
  const known = faultKinds.find((each) => each === kind);
  if (known === undefined) return `kind must be one of ${faultKinds.join(", ")}`;
  if (typeof method !== "string" || typeof path !== "string") return "method and path must be texts";
  if (!Number.isInteger(count) || Number(count) < 1) return "count must be a whole number from 1";
  if (typeof delayMs !== "number" || !(delayMs >= 0)) return "delayMs must be a number from 0";
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `${unknown} is not known`;
  return { method, path, count: Number(count), kind: known, delayMs };
}
