// `npm run build` and `npm pack`: bundles the commands into dist/cli, one folder without dependencies for any Node.js from 20.19 on.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const staging = join(root, "dist", "cli");
rmSync(staging, { recursive: true, force: true });

const bundle = await rolldown({
  input: { tradewind: join(root, "src", "cli", "main.ts") },
  cwd: root,
  platform: "node",
  transform: { target: "node20.19" },
});
const { output } = await bundle.write({
  dir: staging,
  format: "esm",
  minify: true,
  entryFileNames: "[name].mjs",
  chunkFileNames: "[name]-[hash].mjs",
});
await bundle.close();

const kilobytes = Math.round(
  output.reduce((sum, part) => sum + (part.type === "chunk" ? Buffer.byteLength(part.code) : 0), 0) / 1024,
);
console.log(`dist/cli: ${output.length} chunks, ${kilobytes} kB`);
