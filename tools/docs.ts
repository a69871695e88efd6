// `npm run docs`: writes the pages that are made from the code. Tests compare them.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { denialsPage } from "./denialsPage.ts";
import { errorsPage } from "./errorsPage.ts";
import { strategiesPage } from "./strategiesPage.ts";
import { telemetryPage } from "./telemetryPage.ts";

const pages = {
  "denial-codes.md": denialsPage(),
  "errors.md": errorsPage(),
  "strategies.md": strategiesPage(),
  "telemetry.md": telemetryPage(),
};
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
  console.log(`docs/${name} is written`);
}
