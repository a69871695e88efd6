// The package's command: in the packed archive alone, without any dependency, and in the checkout from whatever Node.js starts it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const one = ["sessions", "--from", "2026-06-15", "--to", "2026-06-15"];
const oneDay = "1 session from 2026-06-15 to 2026-06-15";
/** The Node.js of this machine beside the project's own, the oldest that may start npm; where there is none, the project's stands in. */
const otherNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path)) ?? process.execPath;

let dir: string;
let installed: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tradewind-pack-"));
  execFileSync("npm", ["pack", "--pack-destination", dir], { cwd: root, stdio: "ignore" });
  const [archive = ""] = readdirSync(dir);
  // Where a package manager puts it: Node.js reads no TypeScript below node_modules.
  installed = join(dir, "node_modules", "tradewind");
  execFileSync("mkdir", ["-p", installed]);
  execFileSync("tar", ["-xzf", join(dir, archive), "-C", installed, "--strip-components=1"]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (node: string, bin: string, ...args: string[]) =>
  spawnSync(node, [bin, ...args], { cwd: tmpdir(), encoding: "utf8", env: { PATH: "", HOME: dir } });

describe("packed", () => {
  test("the archive holds the command, its bundle and its page, and no sources or settings", () => {
    // npm packs what `main` names, whatever `files` says.
    const packed = ["README.md", "bin", "dist", "docs", "functions", "package.json"];
    expect(readdirSync(installed).sort()).toEqual(packed);
    expect(readdirSync(join(installed, "dist"))).toEqual(["cli"]);
  });

  test.each([
    ["the project's Node.js", process.execPath],
    ["another Node.js", otherNode],
  ])("it runs on %s", (_, node) => {
    const { status, stdout, stderr } = run(node, join(installed, "bin/tradewind.js"), ...one);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(oneDay);
  });

  test("its exit code is the command's, and its name is the package's", () => {
    const { status, stderr } = run(otherNode, join(installed, "bin/tradewind.js"), "sessions", "--from", "never");
    expect(status).toBe(2);
    expect(stderr).toContain("Allowed: tradewind sessions");
  });
});

test("in the checkout the sources run, on the project's own Node.js, with their exit code", () => {
  const bin = join(root, "bin/tradewind.js");
  const good = run(otherNode, bin, ...one);
  expect({ status: good.status, stderr: good.stderr }).toEqual({ status: 0, stderr: "" });
  expect(good.stdout).toContain(oneDay);
  expect(run(otherNode, bin, "status").status).toBe(2);
});
