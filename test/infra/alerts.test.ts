// The alerts: each reads what the app tells, is explained in the runbook, and is in the template as its table says.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queueDeclarations } from "../../src/config.ts";
import { exchangeDays, exchangeDaysFile } from "../../tools/exchangeDays.ts";
import { type Alerts, metricFindings, namesOf, queryFindings, runbookFindings } from "./alertChecks.ts";
import { bicepMissing, copyTemplate, ofType, type Resource, type TemplateCopy, valueAt } from "./evaluatedTemplate.ts";

const root = resolve(import.meta.dirname, "../..");
const alerts: Alerts = JSON.parse(readFileSync(resolve(root, "infra/alerts.json"), "utf8"));
const runbook = readFileSync(resolve(root, "docs/runbook.md"), "utf8");

const queueNames = Object.keys(queueDeclarations).sort();

const findings = (given: Alerts, page = runbook): readonly string[] => [
  ...metricFindings(given),
  ...queryFindings(given),
  ...runbookFindings(given, page),
];

test("every rule reads a metric or an event of the catalogue, and has its entry in the runbook", () => {
  expect(namesOf(alerts).length).toBeGreaterThanOrEqual(14);
  expect(findings(alerts)).toEqual([]);
});

test("infra/exchangeDays.json is what the calendar says; run `npm run docs` after a change", () => {
  expect(readFileSync(resolve(root, "infra/exchangeDays.json"), "utf8")).toBe(exchangeDaysFile());
});

const drift = alerts.metrics["position-drift"];
const left = alerts.queues["dead-letters-left"];
const heartbeat = alerts.queries["heartbeat-missing"];
const withQuery = (change: (line: string) => string): Alerts => ({
  ...alerts,
  queries: { ...alerts.queries, "heartbeat-missing": { ...heartbeat, query: heartbeat?.query.map(change) } as never },
});
const withQueueMetric = (change: object): Alerts => ({
  ...alerts,
  queues: { "dead-letters-left": { ...left, ...change } as never },
});
const withMetric = (change: object): Alerts => ({
  ...alerts,
  metrics: { ...alerts.metrics, "position-drift": { ...drift, ...change } as never },
});

test.each<readonly [string, Alerts, string]>([
  ["a metric", withMetric({ metric: "tradewind.drift" }), "position-drift: there is no metric tradewind.drift"],
  ["an aggregation", withMetric({ aggregation: "Total" }), "position-drift: a gauge is read by Maximum, not Total"],
  ["a gap", withMetric({ everyMinutes: 60 }), "position-drift: what happens between two windows is never seen"],
  [
    "a value told seldom",
    withMetric({ everyMinutes: 15 }),
    "position-drift: the first value after a long silence is missed where the window is no longer than the interval",
  ],
  [
    "a platform's metric",
    withQueueMetric({ metric: "DeadLetters" }),
    "dead-letters-left: Service Bus counts no DeadLetters",
  ],
  [
    "a platform's aggregation",
    withQueueMetric({ aggregation: "Total" }),
    "dead-letters-left: DeadletteredMessages has no Total",
  ],
  ["an event", withQuery((line) => line.replace("'tick'", "'tock'")), "heartbeat-missing: there is no event tock"],
  [
    "a column",
    withQuery((line) => line.replace("AppTraces", "AppTraces\n| where Level > 1")),
    "heartbeat-missing: no line names a table that is known",
  ],
  [
    "a word",
    withQuery((line) => line.replace("where isOpen", "where Level > 1 and isOpen")),
    "heartbeat-missing: AppTraces has no column Level",
  ],
  [
    "a field",
    withQuery((line) => line.replace("'tick'", "'tick' and Properties.beat > 1")),
    "heartbeat-missing: no event has a field beat",
  ],
  [
    "a rule without an entry",
    { ...alerts, metrics: { ...alerts.metrics, other: drift as never } },
    "other has no entry in the runbook",
  ],
])("what is wrong with %s is found", (_what, given, finding) => {
  expect(findings(given)).toContain(finding);
});

test("an entry of the runbook without a rule, or without what to do, is found", () => {
  const page = runbook.replace("### clock-skew", "### clock-wrong").replace("**Do:** restart the function app.", "");
  expect(findings(alerts, page)).toEqual(
    expect.arrayContaining(["the runbook's clock-wrong is no alert", "the runbook's heartbeat-missing lacks **Do:**"]),
  );
});

describe.skipIf(bicepMissing !== undefined)("in the template", { timeout: 120_000 }, () => {
  let copy: TemplateCopy;
  const evaluated = new Map<string, readonly Resource[]>();
  const of = (parameters: string): readonly Resource[] => evaluated.get(parameters) ?? [];
  const rulesOf = (parameters: string): readonly Resource[] =>
    ["metricAlerts", "scheduledQueryRules"].flatMap((type) => ofType(of(parameters), `Microsoft.Insights/${type}`));

  beforeAll(async () => {
    copy = copyTemplate();
    for (const parameters of ["dev", "prod", "allOptions"]) evaluated.set(parameters, await copy.evaluate(parameters));
  }, 300_000);
  afterAll(() => copy.remove());

  test("each rule is there, with its severity, its window, its anchor and the people to be told", () => {
    const all = [alerts.metrics, alerts.queues, alerts.queries, alerts.availability].flatMap((rules) =>
      Object.entries<{ readonly severity: number; readonly summary: string }>(rules),
    );
    expect(rulesOf("prod")).toHaveLength(all.length);
    for (const [name, { severity, summary }] of all) {
      const rule = rulesOf("prod").find((each) => each.name === `tradewind-prod-${name}`);
      expect(rule, name).toMatchObject({
        properties: {
          severity,
          enabled: true,
          autoMitigate: true,
          description: `${summary} What to do: docs/runbook.md#${name}`,
        },
      });
      const groups = JSON.stringify(rule && valueAt(rule, "properties.actions")).match(/ag-tradewind-prod[a-z-]*/g);
      expect([...new Set(groups)], name).toEqual([
        "ag-tradewind-prod",
        ...(severity <= 1 ? ["ag-tradewind-prod-on-call"] : []),
      ]);
    }
  });

  test("windows and frequencies are such as Azure takes", () => {
    const spans = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"];
    for (const rule of rulesOf("allOptions")) {
      expect(spans).toContain(valueAt(rule, "properties.windowSize"));
      expect(spans.slice(0, 5)).toContain(valueAt(rule, "properties.evaluationFrequency"));
    }
  });

  test("the heartbeat asks for the event of the tick, and the cap is that of the workspace", () => {
    const queries = ofType(of("prod"), "Microsoft.Insights/scheduledQueryRules").map((rule) => JSON.stringify(rule));
    const workspace = ofType(of("prod"), "Microsoft.OperationalInsights/workspaces")[0];
    const cap = workspace && valueAt(workspace, "properties.workspaceCapping.dailyQuotaGb");
    expect(queries.filter((query) => query.includes("== 'tick'"))).toHaveLength(1);
    expect(queries.filter((query) => query.includes(`0.8 * ${cap}`))).toHaveLength(1);
  });

  test("the heartbeat is missed in the sessions of the calendar: on no holiday, and on half days until 13:00", () => {
    const rule = rulesOf("prod").find(({ name }) => name === "tradewind-prod-heartbeat-missing");
    const query = JSON.stringify(rule && valueAt(rule, "properties.criteria.allOf"));
    const { closed, early } = exchangeDays();
    expect(closed).toEqual(expect.arrayContaining(["2026-11-26", "2026-12-25", "2027-01-01", "2030-12-25"]));
    expect(early).toEqual(expect.arrayContaining(["2026-11-27", "2026-12-24"]));
    expect(query).toContain(`day !in (${closed.map((day) => `'${day}'`).join(", ")})`);
    expect(query).toContain(`iff(day in (${early.map((day) => `'${day}'`).join(", ")}), 780, 960)`);
    for (const each of ofType(of("prod"), "Microsoft.Insights/scheduledQueryRules"))
      expect(JSON.stringify(valueAt(each, "properties.criteria.allOf"))).not.toMatch(/\{\w+\}/);
  });

  test("dead letters are looked for in every queue that is declared, and in Service Bus itself", () => {
    const rule = rulesOf("prod").find(({ name }) => name === "tradewind-prod-dead-letters-left");
    const bus = ofType(of("prod"), "Microsoft.ServiceBus/namespaces")[0];
    expect(JSON.stringify(rule && valueAt(rule, "properties.scopes"))).toContain(`${bus?.name}`);
    expect(rule && valueAt(rule, "properties.criteria.allOf")).toMatchObject([
      { metricNamespace: "Microsoft.ServiceBus/namespaces", dimensions: [{ name: "EntityName", values: queueNames }] },
    ]);
  });

  test.each(["dev", "prod", "allOptions"])(
    "the app is asked from outside whether it is alive, in %s too",
    (parameters) => {
      const [asking] = ofType(of(parameters), "Microsoft.Insights/webtests");
      expect(asking).toMatchObject({
        properties: {
          Enabled: true,
          Frequency: 900,
          ValidationRules: { ExpectedHttpStatusCode: 200, ContentValidation: { ContentMatch: '"alive":true' } },
        },
      });
      expect(asking && valueAt(asking, "properties.Request.RequestUrl")).toContain("/api/health/live");
    },
  );

  test("who is on call is called by text message", () => {
    const [group] = ofType(of("allOptions"), "Microsoft.Insights/actionGroups").filter(({ name }) =>
      name.endsWith("on-call"),
    );
    expect(group).toMatchObject({
      properties: { smsReceivers: [{ name: "onCall1", countryCode: "1", phoneNumber: "5555550100" }] },
    });
    const [quiet] = ofType(of("prod"), "Microsoft.Insights/actionGroups").filter(({ name }) =>
      name.endsWith("on-call"),
    );
    expect(quiet && valueAt(quiet, "properties.smsReceivers")).toEqual([]);
  });

  test("nobody is left untold unless that was asked for", () => {
    expect(ofType(of("prod"), "Microsoft.AlertsManagement/actionRules")).toEqual([]);
    expect(ofType(of("allOptions"), "Microsoft.AlertsManagement/actionRules")).toHaveLength(1);
  });
});
