// Import of the published bundle in a fresh process each time: what indexing waits for, and what the first invocation loads after it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Figure } from "./main.ts";

const rounds = 15;

export async function bundleFigures(): Promise<readonly Figure[]> {
  const times = bundleLoads();
  return [
    { name: "cold import of the bundle, without compile cache", value: `${times[0]?.[0].toFixed(0)} ms` },
    {
      name: `cold import of the bundle, median of ${rounds} processes`,
      value: `${medianOf(times, 0)} ms`,
      goal: "≤ 60 ms",
    },
    { name: "and what the first invocation loads after it", value: `${medianOf(times, 1)} ms` },
    { name: "and the exporter, with a connection string only", value: `${medianOf(times, 2)} ms` },
  ];
}

/** Milliseconds to index, then to compose, then to load the exporter of telemetry. */
type Loads = readonly [indexed: number, composed: number, exporter: number];

export const medianOf = (times: readonly Loads[], part: 0 | 1 | 2): string =>
  `${times
    .slice(1)
    .map((time) => time[part])
    .sort((a, b) => a - b)
    [rounds >> 1]?.toFixed(0)}`;

/** Of each process; the first one finds no compile cache. */
export function bundleLoads(): readonly Loads[] {
  execFileSync(process.execPath, ["tools/build.ts"], { stdio: "ignore" });
  const staging = resolve("dist/app");
  const chunkOf = (start: string): string => {
    const found = readdirSync(staging).find((name) => name.startsWith(`${start}-`));
    if (found === undefined) throw new Error(`the bundle has no chunk ${start}`);
    return found;
  };
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
       await import(${urlOf(chunkOf("compose"))});
       const composed = performance.now();
       await import(${urlOf(chunkOf("azureMonitor"))});
       console.log(JSON.stringify([indexed - started, composed - indexed, performance.now() - composed]));
       process.exit(0);`,
    );
    return Array.from({ length: rounds + 1 }, () =>
      JSON.parse(execFileSync(process.execPath, [probe], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
