// The list of denials: it holds every code, every rule of every list, and docs/denial-codes.md and docs/risk-limits.md say the same.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { riskLimitsSchema, scopedLimitsSchema } from "../../../src/core/model/limits.ts";
import { denialCodes } from "../../../src/core/model/risk.ts";
import { dataRules } from "../../../src/core/risk/dataRules.ts";
import { denials, type RuleList, ruleLists } from "../../../src/core/risk/denials.ts";
import { gateRules } from "../../../src/core/risk/gate.ts";
import { precheckRules } from "../../../src/core/risk/precheck.ts";
import { rules } from "../../../src/core/risk/rules.ts";
import { denialsPage } from "../../../tools/denialsPage.ts";

const docs = resolve(import.meta.dirname, "../../../docs");
const page = (name: string): string => readFileSync(resolve(docs, name), "utf8");

test("every code is listed, in the order of the controls, and all 26 controls are", () => {
  expect(Object.keys(denials)).toEqual(denialCodes);
  const controls = Object.values(denials).flatMap(({ control }) => control ?? []);
  expect(controls).toEqual(controls.toSorted((a, b) => a - b));
  expect([...new Set(controls)]).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
});

test("every rule of every list has its code, and every rule that is named is in its list", () => {
  const lists: Readonly<Record<RuleList, readonly { readonly name: string }[]>> = {
    data: dataRules,
    precheck: precheckRules,
    preTrade: rules,
    gate: gateRules,
  };
  // Reasons not to run that are no control.
  const others = ["disabled", "slotExpired", "noMarketData"];
  for (const list of ruleLists) {
    const named = new Set(Object.values(denials).flatMap((denial) => denial.rules[list] ?? []));
    const there = lists[list].map(({ name }) => name).filter((name) => !others.includes(name));
    expect([...named].sort()).toEqual(there.sort());
  }
});

test("docs/denial-codes.md is the one that npm run docs writes", () => {
  expect(page("denial-codes.md")).toBe(denialsPage());
});

test("docs/risk-limits.md has a row for each limit, and the settings that the denials name are limits", () => {
  const rows = [...page("risk-limits.md").matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name);
  const groups = ["breakers"];
  const limits = Object.keys(riskLimitsSchema.shape).filter((name) => !groups.includes(name));
  expect(rows.filter((name) => !name?.startsWith("breakers.")).toSorted()).toEqual(limits.toSorted());
  const named = Object.values(denials).flatMap(({ settings }) => settings.filter((name) => /^[\w.]+$/.test(name)));
  expect(named.filter((name) => !rows.includes(name))).toEqual([]);
});

test("docs/risk-limits.md marks the limits that symbols, strategies and tasks can have of their own", () => {
  const marked = [...page("risk-limits.md").matchAll(/^\| `(\w+)` \|.*\| yes \|/gm)].map(([, name]) => name);
  expect(marked.toSorted()).toEqual(Object.keys(scopedLimitsSchema.shape).toSorted());
});
