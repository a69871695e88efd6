// The staging folder that is published: complete, nothing else in it, and loadable without any node_modules.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "../../src/api/operations.ts";

const root = resolve(import.meta.dirname, "../..");
const staging = join(root, "dist/app");
let alone: string;

beforeAll(() => {
  execFileSync(process.execPath, ["tools/build.ts"], { cwd: root, stdio: "ignore" });
  alone = mkdtempSync(join(tmpdir(), "tradewind-bundle-"));
  cpSync(staging, alone, { recursive: true });
});
afterAll(() => rmSync(alone, { recursive: true, force: true }));

/** Loads the app as the worker does, with the worker's module injected, and answers the names it registers. */
function indexedFunctions(dir: string): string[] {
  const probe = join(dir, "probe.cjs");
  writeFileSync(
    probe,
    `const Module = require("node:module");
     const { join } = require("node:path");
     const names = [];
     const disposable = { dispose() {} };
     const core = {
       version: "3", hostVersion: "4", Disposable: class {}, log() {}, registerHook: () => disposable,
       setProgrammingModel() {}, getProgrammingModel() {}, registerFunction: ({ name }) => (names.push(name), disposable),
     };
     const load = Module.prototype.require;
     Module.prototype.require = function (id) { return id === "@azure/functions-core" ? core : load.call(this, id); };
     const { main } = JSON.parse(require("node:fs").readFileSync(join(__dirname, "package.json"), "utf8"));
     import(join(__dirname, main)).then(() => { console.log(JSON.stringify(names)); process.exit(0); });`,
  );
  // No settings at all: a fault in them must not keep a function from being indexed.
  const output = execFileSync(process.execPath, [probe], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? "" },
    encoding: "utf8",
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "[]");
}

test("every function of the sources is indexed from the folder alone, without a single setting", () => {
  const sources = readdirSync(join(root, "functions")).map((name) =>
    readFileSync(join(root, "functions", name), "utf8"),
  );
  // HTTP functions are registered from lists of operations, the others by name.
  const named = sources.flatMap((source) =>
    [...source.matchAll(/app\.\w+\(\s*"(\w+)"/g)].map(([, name]) => name ?? ""),
  );
  const registered = [...named, ...operations.map(({ name }) => name)];
  expect(named.length).toBeGreaterThanOrEqual(5);
  expect(indexedFunctions(alone).sort()).toEqual(registered.sort());
});

test("the folder holds host.json, package.json and the bundle, nothing else", () => {
  const names = readdirSync(staging).sort();
  expect(names.filter((name) => !name.endsWith(".mjs"))).toEqual(["host.json", "package.json"]);
  expect(readFileSync(join(staging, "host.json"), "utf8")).toBe(readFileSync(join(root, "host.json"), "utf8"));
});

test("nothing of the local stand-ins, the simulator or the tests is in the bundle", () => {
  const bundle = readdirSync(staging)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => readFileSync(join(staging, name), "utf8"))
    .join("\n");
  expect(bundle).toContain("TRADEWIND_MODE");
  for (const foreign of ["tradewind-broker", "azurite", "_control/faults", "vitest"])
    expect(bundle).not.toContain(foreign);
});
