// `npm run docs`: writes the pages that are made from the code. A test compares them.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { errorsPage } from "./errorsPage.ts";

writeFileSync(fileURLToPath(new URL("../docs/errors.md", import.meta.url)), errorsPage());
console.log("docs/errors.md is written");
