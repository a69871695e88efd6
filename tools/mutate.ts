// `npm run mutate -- [PATH …] [--sample N] [--seed S] [--workers N] [--all-tests]`: which changes of src/core no test notices, and the score by folder.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { boundsOf, isHalfTried, type Score, scoresOf, totalOf } from "./mutation/score.ts";

const root = resolve(import.meta.dirname, "..");
const reports = join(root, "reports/mutation");
type Result = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    "all-tests": { type: "boolean", default: false },
  },
});
const { sample, seed, workers, "all-tests": withAllTests } = values;

/** The files of the core under these paths, by the folder of `src/core` that they lie in. Throws Error for a path that is none of it. */
function filesByFolder(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const files = paths.flatMap((path) => {
    if (!/^src\/core(\/|$)/.test(path)) throw new Error(`${path} is not in src/core`);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
  });
  return Map.groupBy(
    files.filter((file) => file.endsWith(".ts")),
    (file) => file.split("/")[2] ?? "",
  );
}

const linesOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + readFileSync(file, "utf8").split("\n").length, 0);

/** Changes one folder's files, and tries each change against the folder's own tests: those of others that use it take many times as long. */
function run(folder: string, files: readonly string[], drawn: number | undefined): Promise<readonly Result[]> {
  const tests = withAllTests ? "test/core" : `test/core/${folder}`;
  Object.assign(process.env, { MUTATION_TESTS: tests, MUTATION_SAMPLE: drawn ?? "", MUTATION_SEED: seed });
  return new Stryker({
    mutate: [...files],
    testRunner: "vitest",
    vitest: { configFile: "tools/mutation/vitest.config.ts" },
    plugins: ["@stryker-mutator/vitest-runner", "./tools/mutation/plugin.ts"],
    ignorers: ["prose"],
    checkers: drawn === undefined ? [] : ["sample"],
    coverageAnalysis: "perTest",
    concurrency: Number(workers),
    timeoutMS: 20_000,
    dryRunTimeoutMinutes: 30,
    // It would be rewritten for the copy, which it need not be, by an interface that this compiler does not have.
    tsconfigFile: "none",
    disableTypeChecks: false,
    ignorePatterns: ["dist", "reports", "infra", ".tradewind"],
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: join(reports, `${folder}.json`) },
    tempDirName: ".stryker",
  }).runMutationTest();
}

/** One line for a mutant that no test noticed: where, what stood there, and what stood there instead. */
function line({ fileName, location: { start, end }, mutatorName, replacement, status }: Result): string {
  const lines = readFileSync(fileName, "utf8").split("\n");
  const given = lines.slice(start.line - 1, end.line);
  const last = given.length - 1;
  const text = given.map((each, index) =>
    each.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
  );
  const short = (code: string): string => code.replace(/\s+/g, " ").slice(0, 100);
  const place = `${relative(root, fileName)}:${start.line}`;
  return `${place} ${status} ${mutatorName}: ${short(text.join(" "))} → ${short(replacement ?? "")}`;
}

const columns = ["there", "run", "killed", "timeout", "survived", "no coverage"];
function row({ folder, percent, ...score }: Score): string {
  const counts = [score.there, score.run, score.killed, score.timeout, score.survived, score.noCoverage];
  return [
    folder.padEnd(14),
    ...counts.map((count) => String(count).padStart(12)),
    `${percent.toFixed(1).padStart(8)} %`,
  ].join("");
}

process.chdir(root);
for (const [name, value] of Object.entries({ sample, workers })) {
  if (value !== undefined && !/^[1-9]\d*$/.test(value)) throw new Error(`--${name} takes a whole number of 1 or more`);
}
const folders = filesByFolder(positionals.length === 0 ? ["src/core"] : positionals);
const allLines = linesOf([...folders.values()].flat());
mkdirSync(reports, { recursive: true });
const results: Result[] = [];
for (const [folder, files] of folders) {
  const drawn = sample === undefined ? undefined : Math.ceil((Number(sample) * linesOf(files)) / allLines);
  results.push(...(await run(folder, files, drawn)));
}
const unnoticed = results.filter(({ status }) => status === "Survived" || status === "NoCoverage").map(line);
writeFileSync(join(reports, "survivors.txt"), unnoticed.map((each) => `${each}\n`).join(""));
const scores = scoresOf(results);
console.log(["".padEnd(14), ...columns.map((name) => name.padStart(12)), "score".padStart(10)].join(""));
for (const score of [...scores, totalOf(scores)]) console.log(row(score));
const [low, high] = boundsOf(scores).map((bound) => bound.toFixed(1));
if (sample !== undefined)
  console.log(`Drawn with the seed ${seed}: with 95 % confidence all of it scores ${low} to ${high} %.`);
const halfTried = results.filter(isHalfTried).length;
if (halfTried > 0)
  console.log(
    `Of the survivors ${halfTried} were not tried by every test that reaches them: some tests' names change.`,
  );
console.log(
  `What no test noticed: ${relative(root, join(reports, "survivors.txt"))}; everything: a JSON file a folder beside it.`,
);
