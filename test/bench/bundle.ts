// Import of the published bundle in a fresh process each time: what indexing waits for, and what the first invocation loads after it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Figure } from "./main.ts";

const rounds = 15;

export async function bundleFigures(): Promise<readonly Figure[]> {
  execFileSync(process.execPath, ["tools/build.ts"], { stdio: "ignore" });
  const staging = resolve("dist/app");
  const composeChunk = readdirSync(staging).find((name) => name.startsWith("compose-"));
  if (composeChunk === undefined) throw new Error("the bundle has no compose chunk");
  const urlOf = (name: string): string => JSON.stringify(pathToFileURL(join(staging, name)).href);
  const dir = mkdtempSync(join(tmpdir(), "tradewind-bench-"));
  try {
    const probe = join(dir, "probe.mjs");
    writeFileSync(
      probe,
      `import module from "node:module";
       module.enableCompileCache(${JSON.stringify(join(dir, "cache"))});
       const load = module.prototype.require;
       const disposable = { dispose() {} };
       const core = { version: "3", hostVersion: "4", Disposable: class {}, log() {}, registerHook: () => disposable,
         setProgrammingModel() {}, getProgrammingModel() {}, registerFunction: () => disposable };
       module.prototype.require = function (id) { return id === "@azure/functions-core" ? core : load.call(this, id); };
       const started = performance.now();
       await import(${urlOf("functions.mjs")});
       const indexed = performance.now();
       await import(${urlOf(composeChunk)});
       console.log(JSON.stringify([indexed - started, performance.now() - indexed]));
       process.exit(0);`,
    );
    const times = Array.from({ length: rounds + 1 }, (): [number, number] =>
      JSON.parse(execFileSync(process.execPath, [probe], { encoding: "utf8" })),
    );
    const median = (part: 0 | 1): string =>
      `${times
        .slice(1)
        .map((time) => time[part])
        .sort((a, b) => a - b)
        [rounds >> 1]?.toFixed(0)} ms`;
    return [
      { name: "cold import of the bundle, without compile cache", value: `${times[0]?.[0].toFixed(0)} ms` },
      { name: `cold import of the bundle, median of ${rounds} processes`, value: median(0), goal: "≤ 60 ms" },
      { name: "and what the first invocation loads after it", value: median(1) },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
