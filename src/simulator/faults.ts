// Faults on order: which requests are to fail, how, and how often; one by one, or drawn from a seed.
import { generatorOf } from "./random.ts";

/** The request is answered, or the connection cut, before anything happens. */
const beforeKinds = [
  "status500",
  "status502",
  "status503",
  "status504",
  "status429",
  "status401",
  "status403",
  "status422",
  "htmlBody",
  "dropBeforeEffect",
] as const;
/** The request takes effect, and its answer is lost, spoiled or late. */
const afterKinds = ["effectThenDrop", "effectThenStatus", "truncatedJson", "missingField", "delay"] as const;
/** What the request reads is wrong: old prices, a clock that is off. */
const viewKinds = ["staleQuotes", "clockSkew"] as const;
const requestKinds = [...beforeKinds, ...afterKinds, ...viewKinds] as const;
export const streamKinds = ["duplicateEvent", "reorderEvents", "cutStream"] as const;
export const faultKinds = [...requestKinds, ...streamKinds] as const;

export type FaultKind = (typeof faultKinds)[number];
export type StreamFaultKind = (typeof streamKinds)[number];

export type Fault = {
  readonly kind: FaultKind;
  /** `POST`; `*`, the default, for any. */
  readonly method?: string | undefined;
  /** Start of the path it applies to; default: any. */
  readonly path?: string | undefined;
  /** How many requests, or events of the stream, it hits before it is used up; default 1. */
  readonly count?: number | undefined;
  /** Real time, for `delay`. */
  readonly delayMs?: number | undefined;
  /** For `missingField`: the name left out wherever it stands in the answer. */
  readonly field?: string | undefined;
  /** For `effectThenStatus`, default 500. */
  readonly status?: 500 | 502 | 503 | 504 | undefined;
  /** For `staleQuotes`: how old the latest trades and quotes are. */
  readonly ageMs?: number | undefined;
  /** For `clockSkew`: how far the clock is ahead; below 0 it is behind. */
  readonly skewMs?: number | undefined;
};

/** What a plan may draw: every kind that says all by itself. */
export const plannableKinds = requestKinds.filter((kind) => kind !== "missingField");
/** What a plan draws unless it names kinds: the failures that a working client meets now and then. */
const usualKinds = [
  "status500",
  "status502",
  "status503",
  "status504",
  "status429",
  "htmlBody",
  "dropBeforeEffect",
  "effectThenDrop",
  "effectThenStatus",
  "truncatedJson",
] as const satisfies readonly FaultKind[];

export type FaultPlan = {
  readonly seed: number;
  /** Share of the requests that are hit, from 0 to 1. */
  readonly rate: number;
  readonly kinds?: readonly FaultKind[] | undefined;
  /** Default: every method. */
  readonly methods?: readonly string[] | undefined;
  /** How many requests the plan is for; after them nothing is drawn. Default: no end. */
  readonly untilRequests?: number | undefined;
};

export type FaultHit = { readonly kind: FaultKind; readonly method: string; readonly path: string };

export type Faults = {
  readonly arm: (fault: Fault) => void;
  /** Draws a fault for each request from now on; undefined ends the plan. */
  readonly plan: (plan: FaultPlan | undefined) => void;
  /** Takes away what is armed; the plan stays. */
  readonly clear: () => void;
  readonly armed: () => readonly Fault[];
  /** The plan, how many requests it has seen, and the latest faults that hit, drawn or armed. */
  readonly report: () => { plan: FaultPlan | null; requests: number; hits: readonly FaultHit[] };
  /** The oldest armed fault that applies to the request, used once; else what the plan draws for it. */
  readonly take: (method: string, path: string) => Fault | undefined;
  /** The oldest armed fault of the stream, used once. */
  readonly takeForStream: () => StreamFaultKind | undefined;
};

const hitsKept = 1000;

export function createFaults(): Faults {
  let armed: readonly Fault[] = [];
  let plan: FaultPlan | undefined;
  let requests = 0;
  let hits: readonly FaultHit[] = [];

  const note = (hit: FaultHit): void => {
    hits = [...hits, hit].slice(-hitsKept);
  };
  function takeArmed(applies: (fault: Fault) => boolean): Fault | undefined {
    const hit = armed.find(applies);
    armed = armed
      .map((fault) => (fault === hit ? { ...fault, count: (fault.count ?? 1) - 1 } : fault))
      .filter(({ count }) => count === undefined || count > 0);
    return hit;
  }

  return {
    arm: (fault) => {
      armed = [...armed, { ...fault, count: fault.count ?? 1 }];
    },
    plan: (next) => {
      plan = next;
      requests = 0;
      hits = [];
    },
    clear: () => {
      armed = [];
    },
    armed: () => armed,
    report: () => ({ plan: plan ?? null, requests, hits }),
    take: (method, path) => {
      if (plan !== undefined) requests++;
      const drawn = plan && draw(plan, requests, method);
      const fault =
        takeArmed((each) => applies(each, method, path)) ?? (drawn && fits(drawn, method, path) ? drawn : undefined);
      if (fault !== undefined) note({ kind: fault.kind, method, path });
      return fault;
    },
    takeForStream: () => {
      const taken = takeArmed(ofStream);
      const kind = streamKinds.find((each) => each === taken?.kind);
      if (kind !== undefined) note({ kind, method: "stream", path: "/stream" });
      return kind;
    },
  };
}

const ofStream = ({ kind }: Fault): boolean => streamKinds.some((each) => each === kind);

const applies = (fault: Fault, method: string, path: string): boolean =>
  (fault.method === undefined || fault.method === "*" || fault.method === method) &&
  path.startsWith(fault.path ?? "/") &&
  fits(fault, method, path);

/** A fault that would change nothing about a request waits for one where it does. */
function fits(fault: Fault, method: string, path: string): boolean {
  if (fault.kind === "staleQuotes") return method === "GET" && path.startsWith("/v2/stocks/");
  if (fault.kind === "clockSkew") return path === "/v2/clock" || path === "/v3/clock";
  return !ofStream(fault);
}

/** What the n-th request of a plan meets depends on the plan and n alone. */
function draw({ seed, rate, kinds = usualKinds, methods, untilRequests }: FaultPlan, n: number, method: string) {
  if (n > (untilRequests ?? Number.POSITIVE_INFINITY) || (methods && !methods.includes(method))) return undefined;
  const { uniform } = generatorOf(`${seed}|fault|${n}`);
  if (uniform() >= rate) return undefined;
  const kind = kinds[Math.floor(uniform() * kinds.length)];
  const status = ([500, 502, 503, 504] as const)[Math.floor(uniform() * 4)];
  return kind && { kind, status, delayMs: Math.floor(uniform() * 1000), ageMs: 600_000, skewMs: 90_000 };
}
