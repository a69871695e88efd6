// docs/simulator.md against what there is: every route, flag and fault, and none that is not there.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { routes } from "../../src/simulator/alpacaWire.ts";
import { faultKinds } from "../../src/simulator/faults.ts";
import { parseSimulatorFlags } from "../../src/simulator/simulatorFlags.ts";

const page = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");
const section = (title: string): string => page.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
const all = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? "").sort();

test("names every route once", () => {
  const named = all(section("Routes"), /`((?:GET|POST|PATCH|PUT|DELETE) \/[^`]+)`/g);
  expect(named).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

test("names every kind of fault once, at the start of its row", () => {
  const cells = all(section("Faults"), /^\| (`[a-z][^|]*) \|/gm).map((cell) => cell.split(" with ")[0] ?? "");
  expect(all(cells.join(" "), /`(\w+)`/g)).toEqual([...faultKinds].sort());
});

test("names every flag, and its default", () => {
  const help = parseSimulatorFlags(["--help"]);
  const flags = all("text" in help ? help.text : "", /^ {2}(--[a-z-]+)/gm);
  expect(all(page, /^\| `(--[a-z-]+)/gm)).toEqual(flags);
  expect(page).toMatch(/^\| `--port N` .* \| 4010 \|$/m);
  expect(parseSimulatorFlags([])).toMatchObject({ port: 4010, speed: 1, seed: 1, cash: "100000" });
});
