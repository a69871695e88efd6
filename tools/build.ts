// `npm run build`: bundles the functions into dist/app, the folder that is published to Azure as it is.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist", "app");

const entry = "tradewind:functions";
const functionFiles = (await Array.fromAsync(glob("functions/*.ts", { cwd: root }))).sort();

rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });

const manifestFile = join(root, "package.json");
const { name, version: released } = JSON.parse(readFileSync(manifestFile, "utf8")) as { name: string; version: string };
/** Such as `0.1.0+0123456789ab`, and `.changed` behind it where that is not all: health and deployment tell one package from another by it. */
const version = [released, ...commitOf()].join("+");

/** Nothing where this is no checkout. */
function commitOf(): readonly string[] {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
    return [`${git("rev-parse", "--short=12", "HEAD")}${isChanged ? ".changed" : ""}`];
  } catch {
    return [];
  }
}

const bundle = await rolldown({
  input: { functions: entry },
  cwd: root,
  platform: "node",
  // The Functions worker provides this module; it is on no registry.
  external: ["@azure/functions-core"],
  plugins: [
    {
      name: "every-function",
      resolveId: (id) => (id === entry ? id : null),
      load: (id) => {
        if (id === entry) return functionFiles.map((file) => `import ${JSON.stringify(join(root, file))};`).join("\n");
        return id === manifestFile ? { code: JSON.stringify({ name, version }), moduleType: "json" } : null;
      },
    },
  ],
  onLog: (level, log, handler) => {
    if (level === "warn" && log.code !== "EVAL") handler(level, log);
  },
});
const { output } = await bundle.write({
  dir: staging,
  format: "esm",
  minify: true,
  entryFileNames: "functions.mjs",
  chunkFileNames: "[name]-[hash].mjs",
});
await bundle.close();

const manifest = { name, version, private: true, type: "module", main: "functions.mjs", engines: { node: ">=24" } };
writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(join(root, "host.json"), join(staging, "host.json"));

const kilobytes = Math.round(
  output.reduce((sum, part) => sum + (part.type === "chunk" ? Buffer.byteLength(part.code) : 0), 0) / 1024,
);
console.log(`dist/app: ${functionFiles.length} function files in ${output.length} chunks, ${kilobytes} kB`);
