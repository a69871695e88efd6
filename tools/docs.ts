// `npm run docs`: writes the pages that are made from the code. Tests compare them.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { denialsPage } from "./denialsPage.ts";
import { errorsPage } from "./errorsPage.ts";

const pages = { "errors.md": errorsPage, "denial-codes.md": denialsPage };

for (const [name, page] of Object.entries(pages)) {
  writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), page());
  console.log(`docs/${name} is written`);
}
