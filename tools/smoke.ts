// What a freshly published app must show before it may be left alone: sound, of this version, ticking, and able to plan.

/** How the smoke reaches the app and the time; a test gives its own. */
export type SmokePorts = {
  readonly request: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
};

export type SmokeTarget = {
  readonly url: string;
  readonly key: string;
  /** Only where callers sign in beside the key. */
  readonly token: string | undefined;
  readonly version: string;
  /** When publishing ended: a tick after it was made by the new package. */
  readonly publishedAtMs: number;
};

type Answer = { readonly status: number; readonly body: unknown };
type Call = (method: string, path: string, body?: object) => Promise<Answer>;
const patienceMs = 240_000;
const pauseMs = 10_000;

/** Why the app may not be left alone; undefined when all is well. */
export async function smoke(target: SmokeTarget, ports: SmokePorts): Promise<string | undefined> {
  const call = caller(target, ports);
  return (await watchHealth(target, ports, call)) ?? (await tryDoor(target, ports)) ?? (await tryOneTask(ports, call));
}

/** Where callers sign in, one who has only the key must stay outside: the app believes who it is told is calling. */
async function tryDoor(target: SmokeTarget, ports: SmokePorts): Promise<string | undefined> {
  if (target.token === undefined) return undefined;
  const { status } = await caller({ ...target, token: undefined }, ports)("GET", "/api/health/ready");
  if (status !== 401) return `sign-in: a call without a token was answered ${status}, not 401`;
  ports.say("  sign-in: ok");
  return undefined;
}

const caller =
  ({ url, key, token }: SmokeTarget, { request }: SmokePorts): Call =>
  async (method, path, body) => {
    const headers = {
      "x-functions-key": key,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const signal = AbortSignal.timeout(30_000);
      const response = await request(`${url}${path}`, { method, headers, ...sent, signal });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
    } catch (failure) {
      return { status: 0, body: String(failure) };
    }
  };

/** Asks until it answers well, says the published version and shows a tick made since: an app that starts cold takes its time. */
async function watchHealth(target: SmokeTarget, ports: SmokePorts, call: Call): Promise<string | undefined> {
  const deadline = ports.now() + patienceMs;
  const expectations: readonly (readonly [string, (answer: Answer) => string | undefined])[] = [
    ["health", ({ status, body }) => (status === 200 ? undefined : `${status} ${told(body)}`)],
    [
      `version ${target.version}`,
      ({ body }) => (field(body, "version") === target.version ? undefined : `the app says ${field(body, "version")}`),
    ],
    [
      "tick of this package",
      ({ body }) => {
        const at = field(field(body, "heartbeat"), "at");
        const since = typeof at === "string" && Date.parse(at) > target.publishedAtMs;
        return since ? undefined : `the last was at ${at ?? "no time"}`;
      },
    ],
  ];
  for (const [what, complaintOf] of expectations) {
    for (;;) {
      const complaint = complaintOf(await call("GET", "/api/health/ready"));
      if (complaint === undefined) break;
      if (ports.now() >= deadline) return `${what}: ${complaint}`;
      await ports.wait(pauseMs);
    }
    ports.say(`  ${what}: ok`);
  }
  return undefined;
}

/** Plans the first enabled task as a tick would, with nothing stored and nothing sent: broker, data and tables are reached. */
async function tryOneTask(ports: SmokePorts, call: Call): Promise<string | undefined> {
  const items = field((await call("GET", "/api/tasks")).body, "items");
  const task = (Array.isArray(items) ? items : []).find((each) => field(each, "enabled") !== false);
  if (task === undefined) {
    ports.say("  dry run: no task to try");
    return undefined;
  }
  const id = String(field(task, "id"));
  const asked = { reason: "smoke after publishing", dryRun: true };
  const { status, body } = await call("POST", `/api/tasks/${encodeURIComponent(id)}/run`, asked);
  if (status !== 200) return `dry run of ${id}: ${status} ${told(body)}`;
  const [tickets, skipped] = [field(body, "tickets"), field(field(body, "skip"), "code")];
  const count = Array.isArray(tickets) ? tickets.length : 0;
  ports.say(`  dry run of ${id}: ${skipped ? `would skip, ${skipped}` : `would send ${count} orders`}`);
  return undefined;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The words of a problem answer, with its faults; never the request, which holds the key. */
function told(body: unknown): string {
  const faults = field(body, "faults");
  const listed = Array.isArray(faults) ? faults.map((each) => `${field(each, "path")}: ${field(each, "message")}`) : [];
  const checks = field(body, "checks");
  const unwell = (Array.isArray(checks) ? checks : [])
    .filter((each) => field(each, "ok") === false)
    .map((each) => `${field(each, "name")}: ${field(each, "detail")}`);
  const detail = field(body, "detail") ?? (typeof body === "string" ? body.slice(0, 200) : undefined);
  return [field(body, "code"), detail, ...listed, ...unwell]
    .filter((part) => part !== undefined && part !== "")
    .join("; ");
}
