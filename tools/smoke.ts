// What a freshly published app must show before it may be left alone: sound, of this version, ticking, and able to plan.

/** How the smoke reaches the app and the time; a test gives its own. */
export type SmokePorts = {
  readonly request: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
};

type Target = {
  readonly url: string;
  readonly key: string;
  readonly version: string;
  /** When publishing began: a tick after it was made by the new package. */
  readonly publishedAtMs: number;
};

type Answer = { readonly status: number; readonly body: unknown };
const patienceMs = 240_000;
const pauseMs = 10_000;

/** Why the app may not be left alone; undefined when all is well. */
export async function smoke(target: Target, ports: SmokePorts): Promise<string | undefined> {
  const { url, key, version, publishedAtMs } = target;
  const { request, now, wait, say } = ports;
  const deadline = now() + patienceMs;

  async function call(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { "x-functions-key": key, ...(body ? { "content-type": "application/json" } : {}) };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const response = await request(`${url}${path}`, {
        method,
        headers,
        ...sent,
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
    } catch (failure) {
      return { status: 0, body: String(failure) };
    }
  }

  /** Asks again until `judge` is content; answers its last complaint when patience ends. An app that starts cold takes its time. */
  async function until(what: string, judge: (answer: Answer) => string | undefined): Promise<string | undefined> {
    for (;;) {
      const complaint = judge(await call("GET", "/api/health"));
      if (complaint === undefined) return undefined;
      if (now() >= deadline) return `${what}: ${complaint}`;
      await wait(pauseMs);
    }
  }

  const unwell = await until("health", ({ status, body }) => (status === 200 ? undefined : `${status} ${told(body)}`));
  if (unwell !== undefined) return unwell;
  say("  health: ok");

  const old = await until("version", ({ body }) =>
    field(body, "version") === version ? undefined : `the app says ${field(body, "version")}, published was ${version}`,
  );
  if (old !== undefined) return old;
  say(`  version: ${version}`);

  const still = await until("tick", ({ body }) => {
    const at = field(field(body, "heartbeat"), "at");
    return typeof at === "string" && Date.parse(at) > publishedAtMs ? undefined : `the last was at ${at ?? "no time"}`;
  });
  if (still !== undefined) return still;
  say("  tick: made by this package");

  const { body: tasks } = await call("GET", "/api/tasks");
  const items = field(tasks, "items");
  const task = (Array.isArray(items) ? items : []).find((each) => field(each, "enabled") !== false);
  if (task === undefined) {
    say("  dry run: no task to try");
    return undefined;
  }
  const id = String(field(task, "id"));
  const reason = { reason: "smoke after publishing", dryRun: true };
  const { status, body: plan } = await call("POST", `/api/tasks/${encodeURIComponent(id)}/run`, reason);
  if (status !== 200) return `dry run of ${id}: ${status} ${told(plan)}`;
  const tickets = field(plan, "tickets");
  const skipped = field(field(plan, "skip"), "code");
  say(
    `  dry run of ${id}: ${skipped ? `would skip, ${skipped}` : `would send ${Array.isArray(tickets) ? tickets.length : 0} orders`}`,
  );
  return undefined;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The words of a problem answer, with its faults; never the request, which holds the key. */
function told(body: unknown): string {
  const faults = field(body, "faults");
  const list = Array.isArray(faults) ? faults.map((each) => `${field(each, "path")}: ${field(each, "message")}`) : [];
  return [
    field(body, "code") ?? "",
    field(body, "detail") ?? (typeof body === "string" ? body.slice(0, 200) : ""),
    ...list,
  ]
    .filter((part) => part !== "")
    .join("; ");
}
