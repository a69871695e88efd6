// `npm run mutate -- [PATH or GLOB …] [--tests FOLDER] [--sample N] [--seed S]`: how many changed versions of src/core its tests notice; by folder, and what survives.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { interval, type Score, scores } from "./mutation/score.ts";

const root = resolve(import.meta.dirname, "..");
const reports = join(root, "reports/mutation");
type Result = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { tests: { type: "string" }, sample: { type: "string" }, seed: { type: "string", default: "1" } },
});
if (values.sample !== undefined && !/^[1-9]\d*$/.test(values.sample))
  throw new Error("--sample takes a number of mutants, such as 500");

/** A folder stands for the files in it. */
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
const mutated = (positionals.length === 0 ? ["src/core"] : positionals).map((path) =>
  isFolder(path) ? join(path, "**/*.ts") : path,
);

/** One line for a mutant that no test noticed: where, what stood there, and what stood there instead. */
function line({ fileName, location: { start, end }, mutatorName, replacement, status }: Result): string {
  const lines = readFileSync(fileName, "utf8")
    .split("\n")
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const text = lines.map((each, index) =>
    each.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
  );
  const short = (code: string): string => code.replace(/\s+/g, " ").slice(0, 100);
  const place = `${relative(root, fileName)}:${start.line}`;
  return `${place} ${status} ${mutatorName}: ${short(text.join(" "))} → ${short(replacement ?? "")}`;
}

function row({ folder, mutants, killed, timeout, survived, noCoverage, percent }: Score): string {
  const cells = [mutants, killed, timeout, survived, noCoverage].map((count) => String(count).padStart(11));
  return `${folder.padEnd(14)}${cells.join("")}${percent.toFixed(1).padStart(9)} %`;
}

function print(results: readonly Result[]): void {
  const survivors = results
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map(line)
    .sort();
  writeFileSync(join(reports, "survivors.txt"), survivors.map((each) => `${each}\n`).join(""));
  const all = scores(results);
  const head = ["mutants", "killed", "timeout", "survived", "no coverage"].map((name) => name.padStart(11));
  const total = all.at(-1);
  const [low, high] = total === undefined ? [] : interval(total).map((bound) => bound.toFixed(1));
  console.log([`${"".padEnd(14)}${head.join("")}      score`, ...all.map(row)].join("\n"));
  if (values.sample !== undefined)
    console.log(`A sample with the seed ${values.seed}: of all mutants ${low} to ${high} % (95 %).`);
  console.log(`Survivors: ${relative(root, reports)}/survivors.txt; everything: mutation.json beside it.`);
}

process.chdir(root);
mkdirSync(reports, { recursive: true });
const { tests = "", sample = "", seed } = values;
Object.assign(process.env, { MUTATION_TESTS: tests, MUTATION_SAMPLE: sample, MUTATION_SEED: seed });
const stryker = new Stryker({
  mutate: mutated,
  testRunner: "vitest",
  vitest: { configFile: "tools/mutation/vitest.config.ts" },
  plugins: ["@stryker-mutator/vitest-runner", "./tools/mutation/plugin.ts"],
  ignorers: ["prose"],
  checkers: values.sample === undefined ? [] : ["sample"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 30,
  // The one it would rewrite for the copy needs no rewriting, and the compiler has no interface to read it with.
  tsconfigFile: "none",
  disableTypeChecks: false,
  ignorePatterns: ["dist", "reports", "infra", ".tradewind", "docs/decisions"],
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: join(reports, "mutation.json") },
  tempDirName: ".stryker",
});
print(await stryker.runMutationTest());
