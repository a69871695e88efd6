// `npm run cost`: writes the tables of docs/cost.md from docs/prices.json and the app's use of Azure; `-- --check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CostLine, costLines, growth, type Prices, type Sizing, total } from "./costModel.ts";

const file = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
export const sizings: Readonly<Record<"dev" | "prod", Sizing>> = {
  dev: { instanceGb: 0.5, redundancy: "Lrs" },
  prod: { instanceGb: 0.5, redundancy: "Zrs" },
};

const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The page with its three tables written anew between their markers. */
export function withTables(page: string, prices: Prices): string {
  const dev = costLines(prices, sizings.dev);
  const prod = costLines(prices, sizings.prod);
  const inDev = (part: string): CostLine | undefined => dev.find((line) => line.part === part);
  const monthly = table(
    ["part", "counted", "prod", "dev"],
    [
      ...prod.map(({ part, counted, usd }) => [part, counted, dollars(usd), dollars(inDev(part)?.usd ?? 0)]),
      ["**together**", "", `**${dollars(total(prod))}**`, `**${dollars(total(dev))}**`],
    ],
  );
  const more = table(
    ["what", "counted", "a month more"],
    growth(prices).map(({ part, counted, usd }) => [part, counted, dollars(usd)]),
  );
  const listed = table(
    ["price", "US dollars", "for", "free a month", "Azure's page", "held against"],
    Object.entries(prices).map(([name, { usd, per, free, page: on, seen }]) => [
      name,
      String(usd),
      per.toLocaleString("en-US"),
      free.toLocaleString("en-US"),
      `[${on}](https://azure.microsoft.com/pricing/details/${on}/)`,
      seen ?? "**nothing yet**",
    ]),
  );
  return between(between(between(page, "monthly", monthly), "growth", more), "prices", listed);
}

function between(page: string, name: string, content: string): string {
  const marked = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marked.test(page)) throw new Error(`docs/cost.md has no place for ${name}`);
  return page.replace(marked, (_, start: string, end: string) => `${start}${content}\n${end}`);
}

export const readPrices = (): Prices => JSON.parse(readFileSync(file("prices.json"), "utf8")).prices;

if (import.meta.main) {
  const page = readFileSync(file("cost.md"), "utf8");
  const fresh = withTables(page, readPrices());
  if (!process.argv.includes("--check")) writeFileSync(file("cost.md"), fresh);
  else if (fresh !== page) {
    console.error("docs/cost.md is not what docs/prices.json and tools/costModel.ts say: run `npm run cost`.");
    process.exitCode = 1;
  }
}
