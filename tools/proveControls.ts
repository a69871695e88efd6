// `npm run prove-controls [-- 7 21]`: takes the rules of each risk control out of a copy of the tree, and shows that tests fail for it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { type Denial, denials, type RuleList, ruleLists } from "../src/core/risk/denials.ts";

const root = resolve(import.meta.dirname, "..");
const copied = ["src", "test", "docs", "tools", "config", "package.json", "tsconfig.json", "vitest.config.ts"];
const lists: Readonly<Record<RuleList, { readonly file: string; readonly name: string }>> = {
  data: { file: "src/core/risk/dataRules.ts", name: "dataRules" },
  precheck: { file: "src/core/risk/precheck.ts", name: "precheckRules" },
  preTrade: { file: "src/core/risk/rules.ts", name: "rules" },
  gate: { file: "src/core/risk/gate.ts", name: "gateRules" },
};
/** Every control has a test of its rules by themselves, and one that sees it through the whole stack. */
const [unit, stack] = ["test/core/risk", "test/controls"];

type Rule = { readonly list: RuleList; readonly name: string };
type Failure = { readonly file: string; readonly test: string };

/** The rules of each control, by its number. */
function rulesByControl(): ReadonlyMap<number, readonly Rule[]> {
  const found = new Map<number, Rule[]>();
  for (const { control, rules } of Object.values<Denial>(denials)) {
    if (control === undefined) continue;
    const those = found.get(control) ?? [];
    for (const list of ruleLists) {
      const name = rules[list];
      const isNew = name !== undefined && !those.some((rule) => rule.list === list && rule.name === name);
      if (isNew) those.push({ list, name });
    }
    found.set(control, those);
  }
  return found;
}

/** The text of a file of rules without one name in its list. Throws Error where the list does not hold it. */
function without(text: string, list: string, rule: string): string {
  const found = new RegExp(`(export const ${list}\\b[^=]*= \\[)([^\\]]*)\\]`).exec(text);
  const names = (found?.[2] ?? "").split(",").map((name) => name.trim());
  if (found === null || !names.includes(rule)) throw new Error(`${list} does not hold ${rule}`);
  const rest = names.filter((name) => name !== rule && name !== "");
  return text.replace(found[0], `${found[1]}${rest.join(", ")}]`);
}

/** Which of a control's tests fail in the copy while these rules are out of it. */
function failuresWithout(copy: string, control: number, rules: readonly Rule[], folders: readonly string[]) {
  const files = [...new Set(rules.map(({ list }) => lists[list].file))];
  for (const { list, name } of rules) {
    const path = join(copy, lists[list].file);
    writeFileSync(path, without(readFileSync(path, "utf8"), lists[list].name, name));
  }
  try {
    return failuresIn(copy, folders, ["-t", `control ${control}:`]);
  } finally {
    for (const file of files) cpSync(join(root, file), join(copy, file));
  }
}

/** Properties are left out: they take longest, and each rule has examples. */
function failuresIn(copy: string, folders: readonly string[], filter: readonly string[] = []): readonly Failure[] {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const options = ["--exclude", "**/assessRisk.test.ts", ...filter, "--reporter=json", `--outputFile=${report}`];
  const { stderr } = spawnSync(process.execPath, [vitest, "run", ...folders, ...options], {
    cwd: copy,
    encoding: "utf8",
  });
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  if (testResults.length === 0) throw new Error(`no test has run: ${stderr}`);
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(copy, name);
    const failed = assertionResults.filter((each) => each.status === "failed");
    if (status === "failed" && failed.length === 0) throw new Error(`${file} cannot be run: ${stderr}`);
    return failed.map(({ fullName }) => ({ file, test: fullName }));
  });
}

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** Takes a control out whole, then each of its rules alone; says what fails, and answers what did not. */
function prove(copy: string, control: number, rules: readonly Rule[]): readonly string[] {
  const failures = failuresWithout(copy, control, rules, [unit, stack]);
  console.log(`control ${control} without ${rules.map(({ list, name }) => `${name} (${list})`).join(", ")}`);
  for (const { file, test } of failures) console.log(`    ${file}: ${test}`);
  const survived = [unit, stack].filter((folder) => !failures.some(({ file }) => file.startsWith(folder)));
  const alone =
    rules.length < 2 ? [] : rules.filter((rule) => failuresWithout(copy, control, [rule], [unit]).length === 0);
  return [
    ...survived.map((folder) => `control ${control}: nothing in ${folder} fails without it`),
    ...alone.map(({ list, name }) => `control ${control}: nothing in ${unit} fails without ${name} (${list}) alone`),
  ];
}

const asked = process.argv.slice(2).map(Number);
const chosen = [...rulesByControl()].filter(([control]) => asked.length === 0 || asked.includes(control));
const copy = mkdtempSync(join(tmpdir(), "tradewind-controls-"));
try {
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const before = failuresIn(copy, [unit, stack]);
  for (const { file, test } of before) console.log(`fails with every rule in place: ${file}: ${test}`);
  const survivors = before.length > 0 ? [] : chosen.flatMap(([control, rules]) => prove(copy, control, rules));
  for (const survivor of survivors) console.log(`SURVIVED ${survivor}`);
  const proven = before.length === 0 && survivors.length === 0 && chosen.length > 0;
  console.log(proven ? `${chosen.length} controls are proven` : "the controls are not proven");
  process.exitCode = proven ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
