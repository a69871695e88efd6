// The template as the official compiler sees it, and as the app needs it. Nothing here has been run against Azure.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizings } from "../../tools/cost.ts";
import { readAppFacts, settingsOfOneMachine } from "./appFacts.ts";
import { queueFindings, roleFindings, tableFindings } from "./crossChecks.ts";
import { bicepMissing, copyTemplate, type Resource, type TemplateCopy, valueAt } from "./evaluatedTemplate.ts";
import { postureFindings, valueFindings } from "./postureChecks.ts";
import { secretsOf, settingFindings, settingsOf, wiringFindings } from "./settingChecks.ts";

const root = resolve(import.meta.dirname, "../..");
if (bicepMissing !== undefined) console.warn(bicepMissing);

describe.skipIf(bicepMissing !== undefined)("the template", { timeout: 120_000 }, () => {
  const app = readAppFacts();
  let copy: TemplateCopy;
  const evaluated = new Map<string, readonly Resource[]>();
  const of = (parameters: string): readonly Resource[] => evaluated.get(parameters) ?? [];
  const site = (parameters: string): Resource =>
    of(parameters).find(({ type }) => type === "Microsoft.Web/sites") ?? { id: "", type: "", name: "" };

  beforeAll(async () => {
    copy = copyTemplate();
    for (const parameters of ["dev", "prod", "main", "allOptions"])
      evaluated.set(parameters, await copy.evaluate(parameters));
  }, 300_000);
  afterAll(() => copy.remove());

  test.each(["build", "lint"] as const)("passes %s without a warning", async (command) => {
    expect(await copy.complaints(command)).toEqual([]);
  });

  test("evaluates to the same for azd as for the environment that azd is told of", () => {
    expect(of("main")).toEqual(of("dev"));
    expect(of("dev").length).toBeGreaterThan(25);
  });

  describe.each(["dev", "prod", "allOptions"])("with the parameters of %s", (parameters) => {
    test("sets every app setting the app or the host reads, in a form the app takes, and no other", () => {
      expect(settingFindings(of(parameters), of("allOptions"), app)).toEqual([]);
    });

    test("points each setting at a resource of its own", () => {
      expect(wiringFindings(of(parameters))).toEqual([]);
    });

    test("makes the queues as they are declared, each read by one function in that way", () => {
      expect(queueFindings(of(parameters), app)).toEqual([]);
    });

    test("makes the tables that the stores open", () => {
      expect(tableFindings(of(parameters), app)).toEqual([]);
    });

    test("gives the identity each role it needs, and no other", () => {
      expect(roleFindings(of(parameters), app)).toEqual([]);
    });

    test("holds only values that Azure takes", () => {
      const options = parameters === "allOptions" ? [] : ["Microsoft.Authorization/locks"];
      const findings = valueFindings(of(parameters));
      expect(findings.filter((finding) => !options.some((type) => finding === `the template has no ${type}`))).toEqual(
        [],
      );
    });

    test("is closed to keys, tagged, logged, capped and guarded", () => {
      expect(postureFindings(of(parameters), { locked: parameters !== "dev" })).toEqual([]);
    });

    test("runs on the Node version that the tests run on", () => {
      expect(valueAt(site(parameters), "properties.functionAppConfig.runtime.version")).toBe(app.nodeMajor);
    });
  });

  test.each(["dev", "prod"] as const)("is sized in %s as the cost page counts", (stage) => {
    const storage = of(stage).find(({ type }) => type === "Microsoft.Storage/storageAccounts");
    const memory = valueAt(site(stage), "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB");
    expect(memory).toBe(sizings[stage].instanceGb * 1024);
    expect(storage && valueAt(storage, "sku.name")).toBe(`Standard_${sizings[stage].redundancy.toUpperCase()}`);
  });

  test("trades on paper unless all three settings say live", () => {
    for (const parameters of ["dev", "prod"]) {
      const { TRADEWIND_MODE, TRADEWIND_LIVE_TRADING, ALPACA_TRADING_ORIGIN } = settingsOf(of(parameters));
      expect([TRADEWIND_MODE, TRADEWIND_LIVE_TRADING, ALPACA_TRADING_ORIGIN]).toEqual([
        "paper",
        "disabled",
        "https://paper-api.alpaca.markets",
      ]);
    }
    expect(settingsOf(of("allOptions")).TRADEWIND_MODE).toBe("live");
  });

  test("leaves no option on that was not asked for", () => {
    const optional = ["Microsoft.SignalRService/webPubSub", "Microsoft.Network/virtualNetworks"];
    expect(of("prod").filter(({ type }) => optional.includes(type))).toEqual([]);
    expect(of("allOptions").filter(({ type }) => optional.includes(type))).toHaveLength(2);
    expect(of("prod").some(({ name }) => name.endsWith("/authsettingsV2"))).toBe(false);
    expect(of("allOptions").some(({ name }) => name.endsWith("/authsettingsV2"))).toBe(true);
  });

  test("lets only the named addresses in, and Azure's own question whether the app is alive", () => {
    expect(valueAt(site("prod"), "properties.siteConfig.ipSecurityRestrictionsDefaultAction")).toBe("Allow");
    expect(valueAt(site("allOptions"), "properties.siteConfig.ipSecurityRestrictionsDefaultAction")).toBe("Deny");
    const rules = valueAt(site("allOptions"), "properties.siteConfig.ipSecurityRestrictions");
    expect(rules).toMatchObject([
      { ipAddress: "ApplicationInsightsAvailability", tag: "ServiceTag", action: "Allow" },
      { ipAddress: "203.0.113.0/24", action: "Allow" },
      { ipAddress: "198.51.100.7/32", action: "Allow" },
    ]);
  });

  test("is held against the app in every setting, queue, table and role: how many, is printed", () => {
    const all = of("allOptions");
    const settings = Object.keys(settingsOf(all));
    const ofType = (end: string): readonly Resource[] => all.filter(({ type }) => type.endsWith(end));
    const counted = {
      settings: `${settings.length} set (${settings.filter((name) => !app.settings.includes(name)).length} for the host), ${Object.keys(settingsOfOneMachine).length} left out on purpose`,
      queues: `${ofType("/queues").length} and ${app.triggers.length} triggers on them`,
      tables: ofType("/tables").length,
      roles: ofType("/roleAssignments").length,
      resources: Object.fromEntries(["dev", "prod", "allOptions"].map((each) => [each, of(each).length])),
      alerts: ofType("/metricAlerts").length + ofType("/scheduledQueryRules").length,
    };
    console.info("Held against the app:", JSON.stringify(counted, null, 2));
    for (const name of app.settings) expect([...settings, ...Object.keys(settingsOfOneMachine)]).toContain(name);
    expect(counted).toMatchObject({ tables: app.tables.length });
    expect(ofType("/queues")).toHaveLength(Object.keys(app.queues).length);
  });

  test("needs no secret that docs/azure.md does not tell people to put in", () => {
    const page = readFileSync(resolve(root, "docs/azure.md"), "utf8");
    expect(secretsOf(of("allOptions")).length).toBeGreaterThan(2);
    for (const name of secretsOf(of("allOptions"))) expect(page).toContain(`--name ${name}`);
  });
});
