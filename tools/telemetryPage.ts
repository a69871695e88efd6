// docs/telemetry.md, made from the catalogue of events and metrics.
import { events, sharedFields } from "../src/core/telemetry/events.ts";
import { type Metric, metrics } from "../src/core/telemetry/metrics.ts";

const intro = `# Telemetry

Made from \`src/core/telemetry\` by \`npm run docs\`: change it there. A name never changes its meaning: alerts and queries hold on to it.

Levels: **error** wakes a person, **warning** is read in the morning, **info** is looked up. On the console an event is one JSON line. With
\`APPLICATIONINSIGHTS_CONNECTION_STRING\` it is also a row of \`AppTraces\` whose \`Properties.event\` is its name and whose other fields stand
beside it, and metrics are rows of \`AppMetrics\`. Values of secrets that the app was given, the account's number
from when the broker has told it, and fields whose names speak of one, are written as \`[redacted]\`.

One trace leads from the tick through the queue to each broker call and each table write: the message on the queue carries the context as
its application property \`traceparent\` (a message without one begins a trace of its own). Rows of one trace share \`OperationId\`.
Spans are named for what is called, such as \`tick\`, \`executeRun\`, \`broker.submit\`, \`table.insert\`, \`runs.enqueueAll\`, and carry, as events do,
those of ${sharedFields.map((name) => `\`${name}\``).join(", ")} that are known.

One run of the local stack, with the minutes around it and its end, sends about 180 spans (97 of 21 names in the trace of the run), 17 log lines of
10 events and every metric below: \`npx vitest run test/e2e/telemetry.test.ts\` receives them on an ingestion endpoint of its own and prints the figures of the
day. \`npm run bench -- telemetry\` says what they cost in time.

A few questions, as queries:

\`\`\`kusto
// What happened to one run?
AppTraces | where Properties.runId == "example@20260615T133500Z" | project TimeGenerated, Properties.event, Properties
// What did one run ask of broker and tables, and how long did it take?
AppDependencies | where Properties.runId == "example@20260615T133500Z" | project TimeGenerated, Name, DurationMs, Success
// Which controls denied most this week?
AppMetrics | where Name == "tradewind.denials" and TimeGenerated > ago(7d) | summarize sum(Sum) by tostring(Properties.code)
\`\`\`
`;

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

export function telemetryPage(): string {
  const eventRows = Object.entries(events)
    .map(([name, { levels, says, fields }]) => `| \`${name}\` | ${levels.join(", ")} | ${says}. | ${code(fields)} |`)
    .join("\n");
  const metricRows = Object.entries<Metric>(metrics)
    .map(([name, { kind, unit, says, from, where, value, attributes }]) => {
      const condition = where === undefined ? "" : ` where \`${where.field}\` is ${code(where.is)}`;
      const source = value === undefined ? code(from) : `${code(from)}: \`${value}\``;
      return `| \`${name}\` | ${kind} | ${unit} | ${says}. | ${source}${condition} | ${code(attributes)} |`;
    })
    .join("\n");
  return `${intro}
## Events

| event | level | means | fields |
|---|---|---|---|
${eventRows}

## Metrics

Each is read off events. Counters say 0 with each tick, so that an alert sees that it is over.

| metric | kind | unit | means | read off | split by |
|---|---|---|---|---|---|
${metricRows}
`;
}
