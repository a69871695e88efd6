// Holds the alerts' table against the app's catalogue, the runbook and what queries can see: each check answers its findings, one sentence each.
import { events, sharedFields } from "../../src/core/telemetry/events.ts";
import { type Metric, metrics } from "../../src/core/telemetry/metrics.ts";
import { platformMetrics } from "./azureCatalogue.ts";

type Rule = { readonly severity: number; readonly everyMinutes: number; readonly summary: string };
type MetricRule = Rule & { readonly metric: string; readonly aggregation: string; readonly windowMinutes: number };
type QueryRule = Rule & { readonly event?: string; readonly query: readonly string[]; readonly windowMinutes: number };
export type Alerts = {
  readonly metrics: Readonly<Record<string, MetricRule>>;
  /** Read off what Service Bus counts, for each queue. */
  readonly queues: Readonly<Record<string, MetricRule>>;
  readonly queries: Readonly<Record<string, QueryRule>>;
  readonly availability: Readonly<Record<string, Rule & { readonly path: string; readonly content: string }>>;
};

export const namesOf = ({ metrics: byMetric, queues, queries, availability }: Alerts): readonly string[] =>
  [byMetric, queues, queries, availability].flatMap((rules) => Object.keys(rules));

/** The aggregation that reads each kind of metric right: a counter adds up, of a gauge the worst counts. */
const aggregations: Readonly<Record<Metric["kind"], string>> = {
  counter: "Total",
  gauge: "Maximum",
  histogram: "Maximum",
};

export function metricFindings({ metrics: rules, queues }: Alerts): string[] {
  const catalogue: Readonly<Record<string, Metric>> = metrics;
  return [
    ...Object.entries(rules).flatMap(([name, rule]) => {
      const known = catalogue[rule.metric];
      if (known === undefined) return [`${name}: there is no metric ${rule.metric}`];
      return [
        ...aggregationFindings(name, rule, known),
        ...windowFindings(name, rule),
        // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-troubleshoot-metric
        ...(known.kind === "counter" || rule.windowMinutes > rule.everyMinutes
          ? []
          : [
              `${name}: the first value after a long silence is missed where the window is no longer than the interval`,
            ]),
      ];
    }),
    ...Object.entries(queues).flatMap(([name, rule]) => {
      const known = platformMetrics[rule.metric];
      if (known === undefined) return [`${name}: Service Bus counts no ${rule.metric}`];
      const isKnown = known.aggregations.includes(rule.aggregation);
      return [
        ...(isKnown ? [] : [`${name}: ${rule.metric} has no ${rule.aggregation}`]),
        ...windowFindings(name, rule),
      ];
    }),
  ];
}

function aggregationFindings(name: string, { aggregation }: MetricRule, { kind }: Metric): string[] {
  const expected = aggregations[kind];
  return aggregation === expected ? [] : [`${name}: a ${kind} is read by ${expected}, not ${aggregation}`];
}

const windowFindings = (name: string, { everyMinutes, windowMinutes }: MetricRule): string[] =>
  everyMinutes <= windowMinutes ? [] : [`${name}: what happens between two windows is never seen`];

/** Columns by table: https://learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces and .../usage */
const columns: Readonly<Record<string, readonly string[]>> = {
  AppTraces: ["TimeGenerated", "Message", "Properties", "SeverityLevel", "OperationId", "ParentId"],
  Usage: ["TimeGenerated", "DataType", "IsBillable", "Quantity"],
};
/** The words of the query language that the rules use; another one is added here by whoever has looked it up. */
const words =
  "let where summarize and or in between iff tostring count sum now datetime_utc_to_local format_datetime hourofday datetime_part dayofweek d".split(
    " ",
  );

export function queryFindings({ queries }: Alerts): string[] {
  const names: readonly string[] = Object.keys(events);
  const fields = new Set<string>(["event", ...sharedFields, ...Object.values(events).flatMap((event) => event.fields)]);
  return Object.entries(queries).flatMap(([name, { event, query }]) => {
    const text = query.join("\n");
    const told = [...text.matchAll(/Properties\.event\) == '([^']*)'/g)].map(([, asked = ""]) => asked);
    const bare = text
      .replace(/'[^']*'|\{(?:dailyCapGb|closedDays|earlyDays)\}/g, "")
      .replace(/Properties\.(\w+)/g, "Properties");
    const table = Object.keys(columns).find((each) => query.includes(each));
    if (table === undefined) return [`${name}: no line names a table that is known`];
    const own = [...bare.matchAll(/(?:let |summarize )(\w+) =/g)].map(([, each = ""]) => each);
    const known = new Set([table, ...(columns[table] ?? []), ...words, ...own]);
    return [
      ...[...new Set([...told, ...(event === undefined ? [] : [event])])]
        .filter((asked) => !names.includes(asked))
        .map((asked) => `${name}: there is no event ${asked}`),
      ...(event === told[0] ? [] : [`${name}: its query asks for ${told[0]}, not ${event}`]),
      ...[...text.matchAll(/Properties\.(\w+)/g)]
        .filter(([, field = ""]) => !fields.has(field))
        .map(([, field]) => `${name}: no event has a field ${field}`),
      ...[...bare.matchAll(/[A-Za-z_]\w*/g)]
        .filter(([word]) => !known.has(word))
        .map(([word]) => `${name}: ${table} has no column ${word}`),
    ];
  });
}

/** Each rule has an entry under "Alerts" in the runbook that says all three things, and each entry a rule. */
export function runbookFindings(alerts: Alerts, runbook: string): string[] {
  const section = /^## Alerts$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(runbook)?.[1] ?? "";
  const entries = new Map(
    section
      .split(/^### /m)
      .slice(1)
      .map((text) => [text.split("\n")[0] ?? "", text]),
  );
  const names = namesOf(alerts);
  return [
    ...names.filter((name) => !entries.has(name)).map((name) => `${name} has no entry in the runbook`),
    ...[...entries.keys()].filter((name) => !names.includes(name)).map((name) => `the runbook's ${name} is no alert`),
    ...[...entries].flatMap(([name, text]) =>
      ["**Means:**", "**Look at:**", "**Do:**"]
        .filter((part) => !text.includes(part))
        .map((part) => `the runbook's ${name} lacks ${part}`),
    ),
  ];
}
