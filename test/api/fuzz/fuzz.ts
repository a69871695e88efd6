// The fuzz: drives every operation of the document with valid and hostile requests, and judges each answer and what it left behind.
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type ApiClient, type ApiReply, openApiClient } from "../../support/apiClient.ts";
import { answerFaults } from "../../support/apiDocument.ts";
import { createFuzzStack, type FuzzStack } from "./fuzzStack.ts";
import { type FuzzRequest, look, makeRequest } from "./requests.ts";
import { createRandom } from "./values.ts";

export type FuzzFailure = {
  readonly seed: number;
  readonly index: number;
  readonly what: string;
  readonly request: FuzzRequest;
};
export type FuzzReport = {
  readonly requests: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Operations that succeeded at least once, and all of them that were asked. */
  readonly succeeded: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
  readonly codes: ReadonlySet<string>;
  readonly failures: readonly FuzzFailure[];
  readonly slowestMs: number;
};

/** Requests on one app, before a new one takes its place: what they store stays small enough to be looked at whole each time. */
const requestsAStack = 200;
const timeLimitMs = 5000;

/** Sends `requests` requests, from the app `from` on; the same seed sends the same ones. `onProgress` is told after each app. */
export async function fuzz({
  seed,
  requests,
  from = 0,
  onProgress,
}: {
  readonly seed: number;
  readonly requests: number;
  readonly from?: number;
  readonly onProgress?: (report: FuzzReport) => void;
}): Promise<FuzzReport> {
  const totals = {
    requests: 0,
    byStatus: {} as Record<string, number>,
    succeeded: new Set<string>(),
    asked: new Set<string>(),
    codes: new Set<string>(),
    failures: [] as FuzzFailure[],
    slowestMs: 0,
  };
  for (let part = from; totals.requests < requests && totals.failures.length < 20; part++) {
    const stackSeed = seed * 100_000 + part;
    await fuzzOneStack(stackSeed, Math.min(requestsAStack, requests - totals.requests), totals);
    onProgress?.(totals);
  }
  return totals;
}

type Totals = { -readonly [K in keyof FuzzReport]: FuzzReport[K] } & {
  byStatus: Record<string, number>;
  succeeded: Set<string>;
  asked: Set<string>;
  codes: Set<string>;
  failures: FuzzFailure[];
};

const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
const callers = {
  easyAuth: false,
  keyNames: ["ann", "bob"].map((name) => ({ name, digest: digestOf(`${name}-key`) })),
};

async function fuzzOneStack(seed: number, count: number, totals: Totals): Promise<void> {
  const random = createRandom(`fuzz ${seed}`);
  const stack = await createFuzzStack(seed);
  const api = openApiClient(stack.app, { callers, events: stack.events });
  // The first run sends orders before a request has stopped or disabled anything, in half of the apps one whose answer is lost.
  await stack.live(3, random.chance(0.5));
  let memory = await look(stack.app);
  for (let index = 0; index < count; index++) {
    if (random.chance(0.03)) await stack.operate();
    if (random.chance(0.05)) await stack.live(1 + random.below(7), random.chance(0.4));
    if (random.chance(0.5)) memory = await look(stack.app);
    const request = makeRequest(random, memory);
    const fail = (what: string): void => void totals.failures.push({ seed, index, what, request });
    try {
      await judgeOne({ api, stack }, request, totals, fail);
    } catch (failure) {
      fail(`threw: ${failure instanceof Error ? failure.stack : String(failure)}`);
    }
    totals.requests++;
  }
}

type World = { readonly api: ApiClient; readonly stack: FuzzStack };

async function judgeOne(
  { api, stack }: World,
  request: FuzzRequest,
  totals: Totals,
  fail: (what: string) => void,
): Promise<void> {
  const before = stack.state();
  const startedMs = performance.now();
  const { method, target, headers, body } = request;
  const hung = new AbortController();
  const reply = await Promise.race([
    api(method, target, { headers, body }),
    delay(timeLimitMs, "late" as const, { signal: hung.signal }).catch(() => "late" as const),
  ]);
  hung.abort();
  const tookMs = performance.now() - startedMs;
  totals.slowestMs = Math.max(totals.slowestMs, tookMs);
  if (reply === "late" || tookMs > timeLimitMs) return fail(`no answer within ${timeLimitMs} ms`);
  count(reply, totals);
  for (const fault of replyFaults(request, reply, stack)) fail(fault);
  if (mayChange(reply, request)) {
    for (const fault of await stack.inconsistencies()) fail(fault);
  } else if (stack.state() !== before) {
    fail(`${reply.status} ${reply.text?.slice(0, 200)} changed the state: ${before} -> ${stack.state()}`);
  }
}

function count(reply: ApiReply, totals: Totals): void {
  totals.byStatus[reply.status] = (totals.byStatus[reply.status] ?? 0) + 1;
  if (reply.operation === undefined) return;
  totals.asked.add(reply.operation.name);
  if (reply.status < 300 && reply.status !== 204) totals.succeeded.add(reply.operation.name);
  if (reply.body?.code !== undefined) totals.codes.add(String(reply.body.code));
}

function replyFaults(request: FuzzRequest, reply: ApiReply, { events }: FuzzStack): readonly string[] {
  const { method } = request;
  if (reply.operation === undefined) return reply.status === 404 ? [] : [`the host answered ${reply.status}`];
  if (reply.status >= 500) return [`${reply.status} ${reply.body?.code}: ${events.at(-1)?.fields.message}`];
  if (method === "OPTIONS")
    return reply.status === 204 && reply.headers.allow !== undefined ? [] : ["OPTIONS without Allow"];
  if (reply.status === 405) return methodFaults(method, reply);
  if (method === "HEAD") return reply.text === undefined ? [] : ["HEAD with a body"];
  return [...answerFaults(reply), ...conditionFaults(request, reply)];
}

/** Only a method that the path does not allow is refused for itself. */
const methodFaults = (method: string, { headers, body }: ApiReply): readonly string[] => {
  const isTold = method === "HEAD" || body?.code === "METHOD_NOT_ALLOWED";
  return isTold && headers.allow?.split(", ").includes(method) === false ? [] : [`405 for ${method}: ${headers.allow}`];
};

/** A change that succeeded was made on the version that its If-Match names. */
function conditionFaults({ headers }: FuzzRequest, { operation, status, body }: ApiReply): readonly string[] {
  if (operation?.ifMatch === undefined || status >= 300) return [];
  const tag = headers["if-match"];
  if (tag === undefined) return ["it succeeded without If-Match"];
  const version = Number(body.version ?? body.section?.version);
  // What changes nothing makes no version.
  const fits = tag === "*" || Number.isNaN(version) || [`"${version - 1}"`, `"${version}"`].includes(tag);
  return fits ? [] : [`it made version ${version} though If-Match was ${tag}`];
}

const mayChange = ({ operation, status, body }: ApiReply, { method }: FuzzRequest): boolean =>
  operation?.access === "control" && method !== "OPTIONS" && status < 300 && body?.outcome !== "wouldChange";
