// The functions that a folder registers when it is loaded as the Node worker loads it, in a process of its own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Binding = { readonly type: string; readonly direction: string; readonly [property: string]: unknown };
export type IndexedFunction = { readonly name: string; readonly bindings: readonly Binding[] };

/** Injects the worker's module, which is on no registry, and loads the files that `main` of the folder's package.json names. */
const probe = `
  const Module = require("node:module");
  const { globSync, readFileSync } = require("node:fs");
  const { join } = require("node:path");
  const folder = process.argv[2];
  const indexed = [];
  const disposable = { dispose() {} };
  const core = {
    version: "3", hostVersion: "4", Disposable: class {}, log() {}, registerHook: () => disposable,
    setProgrammingModel() {}, getProgrammingModel() {},
    registerFunction: ({ name, bindings }) => (indexed.push({ name, bindings: Object.values(bindings) }), disposable),
  };
  const load = Module.prototype.require;
  Module.prototype.require = function (id) { return id === "@azure/functions-core" ? core : load.call(this, id); };
  const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  Promise.all(globSync(main, { cwd: folder }).map((file) => import(join(folder, file))))
    .then(() => { console.log(JSON.stringify(indexed)); process.exit(0); });`;

/** Without a single app setting: a fault in them must not keep a function from being indexed. Sorted by name. */
export function indexedFunctions(folder: string): readonly IndexedFunction[] {
  const work = mkdtempSync(join(tmpdir(), "tradewind-probe-"));
  try {
    const file = join(work, "probe.cjs");
    writeFileSync(file, probe);
    const environment = { PATH: process.env.PATH ?? "" };
    const output = execFileSync(process.execPath, [file, folder], { cwd: folder, env: environment, encoding: "utf8" });
    const indexed: IndexedFunction[] = JSON.parse(output.trim().split("\n").at(-1) ?? "[]");
    return indexed.sort((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
