// `npm run docs`: writes the pages that are made from the code. Tests compare them.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { denialsPage } from "./denialsPage.ts";
import { errorsPage } from "./errorsPage.ts";
import { exchangeDaysFile } from "./exchangeDays.ts";
import { strategiesPage } from "./strategiesPage.ts";
import { telemetryPage } from "./telemetryPage.ts";

const pages = {
  "docs/denial-codes.md": denialsPage(),
  "docs/errors.md": errorsPage(),
  "docs/strategies.md": strategiesPage(),
  "docs/telemetry.md": telemetryPage(),
  "infra/exchangeDays.json": exchangeDaysFile(),
};
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), text);
  console.log(`${name} is written`);
}
