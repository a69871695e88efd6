// docs/strategies.md, made from the registry: what each strategy does, its parameters and what it needs.
import { strategies } from "../src/core/strategies/registry.ts";
import type { Needs, Strategy } from "../src/core/strategies/strategy.ts";

const intro = `# Strategies

Made from \`src/core/strategies\` by \`npm run docs\`: change it there. The same is answered by \`GET /api/strategies\`.
[How to add one](recipes/add-a-strategy.md).

A task names one or several of them, each with parameters and a weight (\`strategies\`), and a rule that makes one target of what they say
(\`combine\`). A strategy looks at closed bars only, and wishes for weights: 1 is all that the task may invest, 0 is out, less than 0 short.
An equal part of all symbols is one part in as many as the task has, also while some of them are left out of a run.

A strategy that says nothing on a symbol leaves the position as it is, while it is alone. Beside others its silence counts for
nothing: by \`netTargetWeights\` what the others wish is all of the target, and what the silent one had bought is sold. Those that say nothing
in between (both reversions and breakouts, pairs) are better off in a task of their own, or under \`allMustAgree\`.
How sure a strategy is counts in \`weightedVote\` alone.

A strategy that fails is not one that says nothing: no order may come of an error. By \`netTargetWeights\` its part of a position stays as it is,
and the others trade theirs; what cannot be told apart counts as its part. Where sizes are no shares of a weight (all methods but
\`percentOfEquity\` and \`targetWeights\`), and by \`weightedVote\`, a position is opened or closed only where it could not have changed the side,
and one that is on that side already is left alone. So is a symbol by \`firstThatSpeaks\` where it comes before the one that speaks, and by
\`allMustAgree\` always. The record names it and each symbol that was left alone for it, and the run ends as \`partial\`.
`;

/** The page: a table of all, then a section for each. */
export function strategiesPage(): string {
  const rows = strategies.map((strategy) => {
    const { name, title } = strategy;
    return `| [\`${name}\`](#${name.toLowerCase()}) | ${title} | ${needsOf(strategy.needs(strategy.example()))} |`;
  });
  const table = ["| name | what it is | needs, with its defaults |", "|---|---|---|", ...rows].join("\n");
  return `${intro}\n${table}\n${strategies.map(sectionOf).join("")}`;
}

const timeframes = { "1Day": "daily", "5Min": "five-minute" } as const satisfies Partial<
  Record<Needs["timeframe"], string>
>;

function needsOf({ timeframe, bars, quotes }: Needs): string {
  const length = timeframe in timeframes ? timeframes[timeframe as keyof typeof timeframes] : timeframe;
  return `${bars === 0 ? "no bars" : `${bars} ${length} bars`}${quotes === true ? ", quotes" : ""}`;
}

function sectionOf({ name, title, doc, paramsSchema }: Strategy): string {
  const { properties = {}, required = [] } = paramsSchema() as ParamsSchema;
  const rows = Object.entries(properties).map(([parameter, schema]) => {
    const given = required.includes(parameter) ? "must be given" : shown(schema.default);
    return `| \`${parameter}\` | ${given} | ${takenBy(schema)} |`;
  });
  const table =
    rows.length === 0
      ? "It takes no parameters."
      : ["| parameter | default | takes |", "|---|---|---|", ...rows].join("\n");
  return `\n## ${name}\n\n**${title}.** ${doc.replaceAll(/ (?=Source: |Assumes )/g, "\n\n")}\n\n${table}\n`;
}

type ParamsSchema = {
  readonly properties?: Readonly<Record<string, ParamSchema>>;
  readonly required?: readonly string[];
};
type ParamSchema = {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: ParamSchema;
};

const shown = (value: unknown): string => (value === undefined ? "none" : `\`${JSON.stringify(value)}\``);

function takenBy(schema: ParamSchema): string {
  const { type, pattern, multipleOf, additionalProperties } = schema;
  if (schema.enum !== undefined) return schema.enum.map(shown).join(", ");
  if (type === "boolean") return "true or false";
  if (type === "string") return pattern === undefined ? "text" : "a symbol";
  if (type === "object")
    return `for each symbol ${additionalProperties === undefined ? "a value" : takenBy(additionalProperties)}`;
  const step = multipleOf === undefined ? "" : `, a multiple of ${multipleOf}`;
  return `${type === "integer" ? "a whole number" : "a number"}${lowest(schema)}${highest(schema)}${step}`;
}

const lowest = ({ minimum, exclusiveMinimum }: ParamSchema): string =>
  exclusiveMinimum === undefined ? (minimum === undefined ? "" : ` from ${minimum}`) : ` above ${exclusiveMinimum}`;
const highest = ({ maximum, exclusiveMaximum }: ParamSchema): string =>
  exclusiveMaximum === undefined ? (maximum === undefined ? "" : ` to ${maximum}`) : ` below ${exclusiveMaximum}`;
