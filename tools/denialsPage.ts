// docs/denial-codes.md, made from the one list of denials.
import type { ExclusionCode } from "../src/core/model/market.ts";
import type { DenialCode } from "../src/core/model/risk.ts";
import type { SkipCode } from "../src/core/model/run.ts";
import { type Denial, denials, type RuleList, ruleLists } from "../src/core/risk/denials.ts";

const intro = `# Denial codes

Made from \`src/core/risk/denials.ts\` by \`npm run docs\`: change it there.

Why a symbol, an order or a whole run was denied. A code never changes its meaning. It stands in the record of the run
(\`GET /api/scheduler/executions/{id}\`): beside an excluded symbol, in the verdict on an order, in the outcome of an order that was
withheld, or as the code of a run that was skipped. Each verdict holds the figure, the limit and the headroom of every rule, not only of the one
that denied. Limits are set in \`risk_limits\` ([Risk limits](risk-limits.md)).

Where a rule looks:

- **data**: at the data of one symbol, before the strategies see it. The symbol is excluded and the others trade.
- **precheck**: before anything is decided. The run is skipped.
- **pre-trade**: at each order of the batch, with what the orders before it will hold. The order is denied, or cut to what fits.
- **gate**: at each order, immediately before it is sent, with new prices and switches. The order is withheld. Exits of what is held pass the
  window and the prices, and a plan that is resumed passes the gate again.

*Lowers*: "passes" where what can only lower exposure is never denied, and of a larger order that part passes. The others stop it too, on purpose:
what is wrong with the price, the account, the symbol or the number of orders is as wrong with a sale; a halt stops everything; and an order
in doubt, or one of the other side, could be doubled or undone by a sale.
`;

const placeNames: Readonly<Record<RuleList, string>> = {
  data: "data",
  precheck: "precheck",
  preTrade: "pre-trade",
  gate: "gate",
};

/** What ends an order, a symbol or a run and is no control. */
const otherReasons: Readonly<
  Record<
    Exclude<SkipCode | ExclusionCode, DenialCode> | "PLAN_STALE" | "NOT_FUNDED" | "NOTHING_TO_PROTECT",
    readonly [what: string, means: string]
  >
> = {
  TASK_DISABLED: ["run", "The task has been disabled since its slot was due"],
  HOLIDAY: ["run", "It is a holiday of the trading window"],
  BLACKOUT: ["run", "The window is blacked out at this time"],
  SLOT_EXPIRED: ["run, order", "It began, or would be sent, later than the grace of its window allows"],
  NO_MARKET_DATA: ["run", "No symbol has data fit to decide on, or one has not and the task wants all of them"],
  NO_DATA: ["symbol", "The feed has neither a bar nor a price"],
  NO_PRICE: ["symbol", "The feed has no trade of today"],
  NOT_ENOUGH_HISTORY: ["symbol", "It has fewer bars than its strategies need"],
  BAD_DATA: ["symbol", "A bar or a price is impossible, or a bar leaves both its neighbours and comes back"],
  ADJUSTMENT_MISMATCH: ["symbol", "Its bars and its position are not adjusted for the same splits"],
  PLAN_STALE: ["order", "The account has changed since the plan was made"],
  NOT_FUNDED: ["order", "The sells that were to fund it have not filled, or brought too little"],
  NOTHING_TO_PROTECT: ["order", "An exit found no shares that are free"],
};

export function denialsPage(): string {
  const entries = Object.entries<Denial>(denials);
  const controls = entries.map(([code, denial]) => row(code, denial)).join("\n");
  const others = Object.entries(otherReasons)
    .map(([code, [what, means]]) => `| \`${code}\` | ${what} | ${means}. |`)
    .join("\n");
  return `${intro}
| control | code | means | settings | where | lowers | what to do |
|---|---|---|---|---|---|---|
${controls}

## Other reasons

| code | of | means |
|---|---|---|
${others}
`;
}

function row(code: string, { control, means, settings, rules, letsReduce, remedy }: Denial): string {
  const where = ruleLists.flatMap((list) => (rules[list] === undefined ? [] : placeNames[list])).join(", ");
  const set = settings.map((name) => (/^[\w.]+$/.test(name) ? `\`${name}\`` : name)).join(", ");
  const lowers = letsReduce ? "passes" : "";
  return `| ${control ?? ""} | \`${code}\` | ${means}. | ${set} | ${where || "everywhere"} | ${lowers} | ${remedy} |`;
}
