// Walks docs/recipes/add-a-strategy.md: its own blocks, applied to a copy of the code, make a strategy that is tested, typed and trades.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyDiff, blocksOf } from "./recipe.ts";

const root = resolve(import.meta.dirname, "../..");
const blocks = blocksOf(readFileSync(join(root, "docs/recipes/add-a-strategy.md"), "utf8"));
const touched = blocks.flatMap(({ file }) => file ?? []);
const copied = [
  "package.json",
  "tsconfig.json",
  "biome.json",
  "vitest.config.ts",
  "config",
  "src",
  "test/core",
  "test/support",
];

const copy = mkdtempSync(join(tmpdir(), "tradewind-recipe-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));
beforeAll(() => {
  for (const part of copied) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const { file, language, text } of blocks) {
    if (file === undefined) continue;
    const path = join(copy, file);
    writeFileSync(path, language === "diff" ? applyDiff(readFileSync(path, "utf8"), text) : text);
  }
});

/** What a tool of the project says in the copy; throws with it where it fails. */
async function run(tool: string, ...given: readonly string[]): Promise<string> {
  const command = join(root, "node_modules/.bin", tool);
  const done = promisify(execFile)(command, given, { cwd: copy, env: { ...process.env, NO_COLOR: "1" } });
  const { stdout } = await done.catch((failure: { stdout?: string; stderr?: string }) => {
    throw new Error(`${tool} ${given.join(" ")} failed:\n${failure.stdout}\n${failure.stderr}`);
  });
  return stdout;
}

test("the recipe touches three files: a strategy, the registry, a test", () => {
  expect(touched).toEqual([
    "src/core/strategies/nearHigh.ts",
    "src/core/strategies/registry.ts",
    "test/core/strategies/nearHigh.test.ts",
  ]);
});

test("its test passes, and the new strategy holds what every one must", async () => {
  const unit = ["run", "--project", "unit", "--reporter", "verbose"];
  const own = await run("vitest", ...unit, "test/core/strategies/nearHigh.test.ts");
  expect(own).toMatch(/is in at the high/);
  const every = await run("vitest", ...unit, "-t", "nearHigh", "test/core/strategies/everyStrategy.test.ts");
  expect(every).toMatch(/nearHigh > says the same of the same view/);
});

test("it passes types and lint as it is written there", async () => {
  const { compilerOptions } = JSON.parse(readFileSync(join(copy, "tsconfig.json"), "utf8"));
  writeFileSync(join(copy, "tsconfig.recipe.json"), JSON.stringify({ compilerOptions, files: touched }));
  await run("tsc", "-p", "tsconfig.recipe.json");
  await run("biome", "check", "--vcs-enabled=false", ...touched);
});

describe("over the API of the copy", () => {
  const [good, bad] = blocks.filter(({ language }) => language === "json").map(({ text }) => JSON.parse(text));

  async function withApi<T>(
    use: (api: (method: string, target: string, body?: object) => Promise<Reply>) => Promise<T>,
  ) {
    const load = (file: string): Promise<unknown> => import(pathToFileURL(join(copy, file)).href);
    const { runInMemory } = (await load("test/support/memoryStack.ts")) as typeof import("../support/memoryStack.ts");
    const { openApiClient } = (await load("test/support/apiClient.ts")) as typeof import("../support/apiClient.ts");
    const stack = await runInMemory();
    const client = openApiClient(stack.app);
    const headers = { "if-match": "*" };
    const call = (method: string, target: string, body?: object) =>
      client(method, target, body ? { headers, body } : {});
    return use(call).finally(() => stack.stop());
  }
  type Reply = import("../support/apiClient.ts").ApiReply;

  test("it is described, and trades in a dry run with its reasons", async () => {
    await withApi(async (call) => {
      expect((await call("GET", "/strategies/nearHigh")).body).toMatchObject({
        title: "Near the high",
        defaults: { lookback: 252, within: 0.05 },
        needs: { timeframe: "1Day", bars: 252 },
      });
      expect((await call("PATCH", "/tasks/example", good)).status).toBe(200);
      const plan = (await call("POST", "/tasks/example/run?dryRun=true")).body;
      expect(plan.strategyFailures).toEqual([]);
      expect(plan.signals).toHaveLength(2);
      expect(plan.signals[0]).toMatchObject({
        strategy: "nearHigh",
        reasons: { close: expect.any(Number), high: expect.any(Number), below: expect.any(Number) },
      });
      expect(plan.tickets.length).toBeGreaterThan(0);
      expect(plan.tickets[0].clientOrderId).toContain(".nearHigh.");
    });
  });

  test("the parameters that the recipe says are refused are refused, with the path it names", async () => {
    await withApi(async (call) => {
      expect(await call("PATCH", "/tasks/example", bad)).toMatchObject({
        status: 400,
        body: { code: "INVALID_TASK", faults: [{ path: "strategies[0].params.within" }] },
      });
    });
  });
});

describe("a recipe that has rotted is found", () => {
  const registry = 'import { a } from "./a.ts";\n\n  a,\n';

  test.each([
    ["where a line that it stands on is gone", ' import { b } from "./b.ts";\n+import { c } from "./c.ts";\n'],
    ["where a line that it takes away is gone", "-import { b }\n+import { c }\n"],
  ])("%s", (_, diff) => {
    expect(() => applyDiff(registry, diff)).toThrow("is not there once");
  });

  test("where what it stands on is there twice", () => {
    expect(() => applyDiff("  a,\n  a,\n", "   a,\n+  b,\n")).toThrow("is not there once");
  });
});
