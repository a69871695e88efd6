// The staging folder that is published: complete, nothing else in it, and loadable without any node_modules.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "../../src/api/operations.ts";
import { stagingFaults } from "../../tools/package.ts";
import { type IndexedFunction, indexedFunctions } from "../support/indexedFunctions.ts";

const root = resolve(import.meta.dirname, "../..");
const staging = join(root, "dist/app");
let alone: string;

beforeAll(() => {
  execFileSync(process.execPath, ["tools/build.ts"], { cwd: root, stdio: "ignore" });
  alone = mkdtempSync(join(tmpdir(), "tradewind-bundle-"));
  cpSync(staging, alone, { recursive: true });
});
afterAll(() => rmSync(alone, { recursive: true, force: true }));

test("every function of the sources is indexed from the folder alone, with the same triggers, without a single setting", () => {
  const ofSources = indexedFunctions(root).map(withoutRandomNames);
  // HTTP functions are registered from lists of operations.
  expect(ofSources.map(({ name }) => name)).toEqual(expect.arrayContaining(operations.map(({ name }) => name)));
  expect(indexedFunctions(alone).map(withoutRandomNames)).toEqual(ofSources);
});

/** The library gives each binding a name of its own at every load. */
const withoutRandomNames = ({ name, bindings }: IndexedFunction) => ({
  name,
  bindings: bindings.map(({ name: _, ...rest }) => rest),
});

test("the folder holds host.json, package.json and the bundle, nothing else", () => {
  const names = readdirSync(staging).sort();
  expect(names.filter((name) => !name.endsWith(".mjs"))).toEqual(["host.json", "package.json"]);
  expect(readFileSync(join(staging, "host.json"), "utf8")).toBe(readFileSync(join(root, "host.json"), "utf8"));
});

test("the bundle says the version of its package.json, which names the commit that it was built from", () => {
  const { version } = JSON.parse(readFileSync(join(staging, "package.json"), "utf8"));
  expect(version).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{12}(\.changed)?)?$/);
  const compose = readdirSync(staging).find((name) => name.startsWith("compose-")) ?? "";
  expect(readFileSync(join(staging, compose), "utf8")).toContain(version);
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

test("a folder that Azure would not run is not published", () => {
  const folder = mkdtempSync(join(tmpdir(), "tradewind-faulty-"));
  expect(stagingFaults(staging)).toEqual([]);
  expect(stagingFaults(folder)).toEqual([
    "host.json is missing",
    "package.json is missing",
    "functions.mjs is missing",
  ]);
  cpSync(staging, folder, { recursive: true });
  writeFileSync(join(folder, "host.json"), "{}");
  writeFileSync(join(folder, "local.settings.json"), "{}");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ main: "other.mjs", dependencies: {} }));
  expect(stagingFaults(folder)).toEqual([
    "local.settings.json does not belong here",
    "package.json starts other.mjs",
    "package.json asks for packages: nothing is installed in Azure",
    "host.json names no extension bundle: Service Bus triggers would not be known",
  ]);
  rmSync(folder, { recursive: true, force: true });
});
