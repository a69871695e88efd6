// Loads an app as the Node worker does: the files that package.json's `main` names, then the appStart hooks.
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Worker } from "./coreModule.ts";

/** Loads every file of `main` in `scriptRoot`. A file that throws leaves no functions at all: the failure is logged, the host goes on. */
export async function loadApp(worker: Worker, scriptRoot: string): Promise<void> {
  const { main, esm } = readPackage(worker, scriptRoot);
  let current: string | undefined;
  try {
    const files = main === undefined ? [] : globSync(main.replace(/^\.\//, ""), { cwd: scriptRoot }).sort();
    if (main !== undefined && files.length === 0) {
      throw new Error(/[*?{[]/.test(main) ? "Found zero files matching the supplied pattern" : "File does not exist");
    }
    for (const file of files) {
      current = file;
      worker.loading(join(scriptRoot, file));
      await loadFile(join(scriptRoot, file), esm);
    }
    worker.loading(undefined);
    await worker.runHooks("appStart", {
      hookData: worker.appLevelHookData,
      appHookData: worker.appHookData,
      functionAppDirectory: scriptRoot,
    });
    worker.lock(false);
  } catch (failure) {
    worker.lock(true);
    const reason = failure instanceof Error ? failure.message : String(failure);
    const stack = failure instanceof Error ? `\n${failure.stack}` : "";
    worker.log("error", "system", `Worker was unable to load entry point "${current ?? main}": ${reason}${stack}`);
  }
}

async function loadFile(file: string, esm: boolean): Promise<void> {
  if (/\.c[jt]s$/.test(file) || (!esm && !/\.m[jt]s$/.test(file))) createRequire(file)(file);
  else await import(pathToFileURL(file).href);
}

function readPackage(worker: Worker, scriptRoot: string): { readonly main: string | undefined; readonly esm: boolean } {
  try {
    const content: unknown = JSON.parse(readFileSync(join(scriptRoot, "package.json"), "utf8"));
    const { main, type } = typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
    return { main: typeof main === "string" ? main : undefined, esm: type === "module" };
  } catch (failure) {
    worker.log("warning", "system", `Worker failed to load package.json: ${String(failure)}`);
    return { main: undefined, esm: false };
  }
}
