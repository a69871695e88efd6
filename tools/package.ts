// `npm run package`: builds the folder that is published as it is, and refuses one that Azure would not run.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const stagingFolder = join(root, "dist", "app");

/** What is wrong with a folder that is to be published, one sentence each. */
export function stagingFaults(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const missing = ["host.json", "package.json", "functions.mjs"].filter((name) => !names.includes(name));
  if (missing.length > 0) return missing.map((name) => `${name} is missing`);
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const { main, dependencies } = read("package.json");
  return [
    // Settings of one machine, or packages that hide what the bundle lacks.
    ...names
      .filter((name) => !/^(host\.json|package\.json|[\w.-]+\.mjs)$/.test(name))
      .map((name) => `${name} does not belong here`),
    ...(main === "functions.mjs" ? [] : [`package.json starts ${main}`]),
    ...(dependencies === undefined ? [] : ["package.json asks for packages: nothing is installed in Azure"]),
    ...(read("host.json").extensionBundle === undefined
      ? ["host.json names no extension bundle: Service Bus triggers would not be known"]
      : []),
  ];
}

/** A short name for exactly these files, to tell one package from another. */
function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 12);
}

if (import.meta.main) {
  execFileSync(process.execPath, [join(root, "tools", "build.ts")], { stdio: "inherit" });
  const faults = stagingFaults(stagingFolder);
  for (const fault of faults) console.error(`dist/app: ${fault}.`);
  if (faults.length > 0) process.exitCode = 1;
  else {
    const files = readdirSync(stagingFolder);
    const bytes = files.reduce((sum, name) => sum + statSync(join(stagingFolder, name)).size, 0);
    console.log(`dist/app: ${files.length} files, ${Math.round(bytes / 1024)} kB, package ${digestOf(stagingFolder)}`);
  }
}
