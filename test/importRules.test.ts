// The table of allowed imports between the parts of the project, and the proof that it bites.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Which parts a part may import, itself always included. A file belongs to the longest prefix that fits. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/core": [],
  "src/ports": ["src/core"],
  "src/app": ["src/core", "src/ports"],
  "src/adapters": ["src/core", "src/ports"],
  "src/environment.ts": ["src/core"],
  "src/config.ts": ["src/core", "src/environment.ts", "config"],
  "src/compose.ts": ["src/core", "src/ports", "src/app", "src/adapters", "src/config.ts", "config", "package.json"],
  "src/getApp.ts": ["src/app", "src/compose.ts"],
  "src/api": ["src/core", "src/ports", "src/app", "src/getApp.ts", "src/config.ts"],
  "src/simulator": ["src/core"],
  "src/cli": ["src/core"],
  "src/doctor": ["src/core", "src/ports", "src/app", "src/config.ts", "src/compose.ts"],
  "src/local": ["src/core", "src/ports", "src/simulator", "src/config.ts", "src/compose.ts", "src/adapters/system"],
  "src/replay": [
    "src/core",
    "src/ports",
    "src/app",
    "src/adapters",
    "src/api",
    "src/cli",
    "src/simulator",
    "src/local",
    "src/config.ts",
    "src/compose.ts",
    "infra",
  ],
  functions: ["src/api", "src/getApp.ts", "src/config.ts"],
  tools: ["src/core", "src/api", "infra", "config"],
};

/** Packages that the core may import: it does no I/O and reads no clock, no random and no environment. */
const corePackages = ["big.js", "croner", "luxon", "node:crypto", "zod"];

const partOf = (file: string): string =>
  Object.keys(allowed)
    .filter((part) => file === part || file.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0] ??
  file.split("/")[0] ??
  file;

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`. */
const importPattern =
  /^(?:import|export)\s+(?:type\s+)?(?:[^"';]*\sfrom\s+)?["']([^"']+)["'];?(?:\s*with\s*\{[^}]*\};?)?\s*$|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** Every fault of one file, as `file → import`. */
function faultsOf(file: string, source: string): string[] {
  const part = partOf(file);
  const imports = [...source.matchAll(importPattern)];
  return imports.flatMap(([, plain, dynamic]) => {
    const specifier = plain ?? dynamic ?? "";
    if (!specifier.startsWith("."))
      return part === "src/core" && !corePackages.includes(specifier) ? [`${file} → ${specifier}`] : [];
    const target = relative(root, resolve(root, dirname(file), specifier));
    const fits =
      partOf(target) === part || (allowed[part] ?? []).some((to) => target === to || target.startsWith(`${to}/`));
    return fits ? [] : [`${file} → ${target}`];
  });
}

const ambient = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b|\bperformance\.now\(/;

/** Reading a clock, a random or the environment is for the files named here only. */
function ambientFaults(file: string, source: string): string[] {
  const mayRead = [
    "src/adapters/system/clock.ts",
    "src/getApp.ts",
    "src/cli/main.ts",
    "src/doctor/main.ts",
    "src/local/",
    "src/simulator/",
    "src/replay/",
    "tools/",
  ].some((place) => file.startsWith(place));
  return mayRead || !ambient.test(source) ? [] : [`${file} reads a clock, a random or the environment`];
}

const files = ["functions", "src", "tools"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);
const read = (file: string): string => readFileSync(join(root, file), "utf8");

test("no part imports what it may not", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(files.flatMap((file) => faultsOf(file, read(file)))).toEqual([]);
});

test("no part of the app reads a clock, a random or the environment by itself", () => {
  expect(files.flatMap((file) => ambientFaults(file, read(file)))).toEqual([]);
});

test.each([
  ["src/core/risk/planted.ts", 'import { broker } from "../../adapters/alpaca/broker.ts";'],
  ["src/core/risk/planted.ts", 'import type { Broker } from "../../ports/broker.ts";'],
  ["src/core/risk/planted.ts", 'import { readFileSync } from "node:fs";'],
  ["src/core/model/planted.ts", 'import { hostname } from "node:os";'],
  ["src/app/planted.ts", 'export { x } from "../adapters/memory/memoryTable.ts";'],
  ["src/adapters/alpaca/planted.ts", 'const x = await import("../../simulator/server.ts");'],
  ["functions/planted.ts", 'import { plan } from "../src/core/planning/planRun.ts";'],
  ["src/api/planted.ts", 'import { start } from "../local/standIns.ts";'],
])("a forbidden import planted in %s is found", (file, source) => {
  expect(faultsOf(file, source)).toHaveLength(1);
});

test("an ambient clock planted in the app is found", () => {
  expect(ambientFaults("src/app/planted.ts", "const now = Date.now();")).toHaveLength(1);
});
