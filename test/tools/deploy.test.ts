// `npm run deploy`, with commands and answers in the test's hand: nothing here reaches Azure.
import { expect, test } from "vitest";
import { type DeployPorts, deploy } from "../../tools/deploy.ts";

/** Of the folder that was built. */
const version = "0.1.0+0123456789ab";

type Call = { readonly method: string; readonly path: string; readonly key: string | null; readonly body: unknown };

/** An app that answers `answers` by path, commands that end with the exit code given for them, and a clock that only waiting moves. */
function scene(
  given: {
    readonly exitCodes?: Readonly<Record<string, number>>;
    readonly answers?: Readonly<Record<string, (nowMs: number) => Response>>;
    readonly key?: string;
    readonly token?: string;
    /** Whether a token is asked for at the door. */
    readonly isOpen?: boolean;
    readonly stagingFaults?: readonly string[];
  } = {},
) {
  const commands: string[] = [];
  const calls: Call[] = [];
  const lines: string[] = [];
  let nowMs = Date.parse("2026-06-15T12:00:00Z");
  const answers: Readonly<Record<string, (nowMs: number) => Response>> = {
    "/api/health/ready": (now) =>
      Response.json({
        status: "ok",
        version,
        heartbeat: { at: new Date(now - 5_000).toISOString() },
      }),
    "/api/tasks": () =>
      Response.json({
        items: [
          { id: "off", enabled: false },
          { id: "demo", enabled: true },
        ],
      }),
    "/api/tasks/demo/run": () => Response.json({ tickets: [{}, {}] }),
    ...given.answers,
  };
  const ports: DeployPorts = {
    stagedVersion: () => version,
    run: async (command, args) => {
      const line = [command, ...args].join(" ");
      commands.push(line);
      // Publishing takes a while, and the package before ticks meanwhile.
      if (line.startsWith("func azure")) nowMs += 90_000;
      const exitCode = Object.entries(given.exitCodes ?? {}).find(([start]) => line.startsWith(start))?.[1] ?? 0;
      const output = line.startsWith("az functionapp list")
        ? "rg-tradewind-dev\n"
        : line.includes("keys list")
          ? "a-key\n"
          : "";
      return { exitCode, output };
    },
    request: async (url, init) => {
      const { pathname } = new URL(url);
      const headers = new Headers(init.headers);
      if (given.token !== undefined && !given.isOpen && headers.get("authorization") !== `Bearer ${given.token}`)
        return new Response(null, { status: 401 });
      const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
      calls.push({ method: init.method ?? "GET", path: pathname, key: headers.get("x-functions-key"), body });
      return answers[pathname]?.(nowMs) ?? new Response(null, { status: 404 });
    },
    now: () => nowMs,
    wait: async (ms) => {
      nowMs += ms;
    },
    say: (line) => lines.push(line),
    environment: { TRADEWIND_FUNCTION_KEY: given.key, TRADEWIND_ACCESS_TOKEN: given.token },
    stagingFaults: () => given.stagingFaults ?? [],
  };
  return { commands, calls, lines, run: (...argv: string[]) => deploy(argv, ports) };
}

test("checks, packages, publishes from the folder, and watches until the app has ticked and planned", async () => {
  const stage = scene();
  // The first answers still come from the package before: its tick is older than the publishing.
  expect(await stage.run("--app", "func-tradewind-x")).toBe(0);
  expect(stage.commands).toEqual([
    "func --version",
    "az account show",
    "npm run check",
    "npm run package",
    "func azure functionapp publish func-tradewind-x --no-build --javascript",
    "az functionapp list --query [?name=='func-tradewind-x'].resourceGroup | [0] --output tsv",
    "az functionapp keys list --name func-tradewind-x --resource-group rg-tradewind-dev --query functionKeys.default --output tsv",
  ]);
  expect(new Set(stage.calls.map(({ key }) => key))).toEqual(new Set(["a-key"]));
  expect(stage.calls.at(-1)).toMatchObject({ method: "POST", path: "/api/tasks/demo/run", body: { dryRun: true } });
  expect(stage.lines.join("\n")).toContain("[5/5] smoke");
  expect(stage.lines.join("\n")).toContain("dry run of demo: would send 2 orders");
  expect(stage.lines.join("\n")).not.toContain("a-key");
});

test("does nothing on a dry run but print the steps", async () => {
  const stage = scene();
  expect(await stage.run("--app", "func-tradewind-x", "--dry-run")).toBe(0);
  expect([stage.commands, stage.calls]).toEqual([[], []]);
  expect(stage.lines.map((line) => line.split(":")[0])).toEqual([
    "[1/5] tools",
    "[2/5] check",
    "[3/5] package",
    "[4/5] publish",
    "[5/5] smoke",
  ]);
});

test.each([
  ["func", "func is missing"],
  ["az account", "nobody is signed in"],
  ["npm run check", "failed at check"],
  ["npm run package", "failed at package"],
  ["func azure", "failed at publish"],
])("stops where %s fails, and says what to do", async (command, said) => {
  const stage = scene({ exitCodes: { [command]: 1 } });
  expect(await stage.run("--app", "x1")).toBe(1);
  expect(stage.lines.at(-1)).toContain(said);
  expect(stage.commands.at(-1)).toMatch(new RegExp(`^${command}`));
  expect(stage.calls).toEqual([]);
});

test("publishes no folder that Azure would not run", async () => {
  const stage = scene({ stagingFaults: ["host.json is missing"] });
  expect(await stage.run("--app", "x1")).toBe(1);
  expect(stage.lines.at(-1)).toContain("host.json is missing");
  expect(stage.commands).not.toContain("func azure functionapp publish x1 --no-build --javascript");
});

test.each<[string, Readonly<Record<string, (nowMs: number) => Response>>, string]>([
  [
    "settings with faults",
    {
      "/api/health/ready": () =>
        Response.json(
          { code: "MISCONFIGURED", detail: "faults", faults: [{ path: "ALPACA_KEY_ID", message: "is missing" }] },
          { status: 503 },
        ),
    },
    "health: 503 MISCONFIGURED; faults; ALPACA_KEY_ID: is missing",
  ],
  [
    "another version",
    { "/api/health/ready": () => Response.json({ version: "0.0.1" }) },
    `version ${version}: the app says 0.0.1`,
  ],
  [
    "timers that died with the deployment",
    {
      "/api/health/ready": () => Response.json({ version, heartbeat: { at: "2026-06-15T11:59:00Z" } }),
    },
    "tick of this package: the last was at 2026-06-15T11:59:00Z",
  ],
  [
    "a last tick that the package before made while the new one was on its way",
    { "/api/health/ready": () => Response.json({ version, heartbeat: { at: "2026-06-15T12:01:00Z" } }) },
    "tick of this package: the last was at 2026-06-15T12:01:00Z",
  ],
  [
    "a task that cannot be planned",
    { "/api/tasks/demo/run": () => Response.json({ code: "STORE_UNAVAILABLE" }, { status: 503 }) },
    "dry run of demo: 503 STORE_UNAVAILABLE",
  ],
])("fails the smoke on %s, and points at the way back", async (_what, answers, said) => {
  const stage = scene({ answers });
  expect(await stage.run("--app", "x1")).toBe(1);
  expect(stage.lines.at(-2)).toContain(said);
  expect(stage.lines.at(-1)).toContain("docs/azure.md");
});

test("waits for an app that starts cold, and for the first tick of the new package", async () => {
  let asked = 0;
  const health = (now: number) =>
    ++asked < 4
      ? new Response(null, { status: 503 })
      : Response.json({
          version,
          heartbeat: { at: new Date(now - (asked < 8 ? 120_000 : 1_000)).toISOString() },
        });
  const stage = scene({ answers: { "/api/health/ready": health }, key: "given" });
  expect(await stage.run("--app", "x1", "--url", "https://trade.example.com")).toBe(0);
  expect(asked).toBeGreaterThanOrEqual(8);
  expect(stage.commands.some((command) => command.startsWith("az functionapp"))).toBe(false);
});

test.each([
  [false, 0, "sign-in: ok"],
  [true, 1, "sign-in: a call without a token was answered 200, not 401"],
] as const)(
  "where callers sign in, sees that the door is shut without a token (open: %s)",
  async (isOpen, code, said) => {
    const stage = scene({ token: "a-token", isOpen });
    expect(await stage.run("--app", "x1")).toBe(code);
    expect(stage.lines.join("\n")).toContain(said);
    expect(stage.lines.join("\n")).not.toContain("a-token");
  },
);

test.each([
  [[], "--app is missing"],
  [["--app", "../x"], "--app ../x cannot be a function app"],
  [["--nonsense"], "--nonsense"],
  [["--app", "x1", "--url", "http://x1"], "--url http://x1 must be https://"],
  [["--app", "x1", "--url", "https://a@x1"], "--url https://a@x1 must be https://"],
] as const)("refuses what cannot be done, and says why: %j", async (argv, why) => {
  const stage = scene();
  expect(await stage.run(...argv)).toBe(2);
  expect(stage.commands).toEqual([]);
  expect(stage.lines[0]).toContain(why);
  expect(stage.lines.join("\n")).toContain("Usage: npm run deploy");
});
