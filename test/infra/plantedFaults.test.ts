// Proves the checks of the template: each kind of fault, planted in a copy of it or in what the app expects, is found.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppFacts, readAppFacts } from "./appFacts.ts";
import { queueFindings, roleFindings, tableFindings } from "./crossChecks.ts";
import { bicepMissing, copyTemplate, type Resource, type TemplateCopy } from "./evaluatedTemplate.ts";
import { postureFindings, valueFindings } from "./postureChecks.ts";
import { settingFindings, wiringFindings } from "./settingChecks.ts";

const planted: readonly (readonly [file: string, from: string, to: string, found: string])[] = [
  [
    "modules/appSettings.bicep",
    "  ALPACA_DATA_FEED:",
    "  ALPACA_DATAFEED:",
    "setting ALPACA_DATAFEED is in the template, but neither the app nor the host reads it",
  ],
  [
    "modules/appSettings.bicep",
    "  ALPACA_REQUESTS_PER_MINUTE:",
    "  WEBSITE_RUN_FROM_PACKAGE:",
    "setting WEBSITE_RUN_FROM_PACKAGE is refused by Flex Consumption",
  ],
  [
    "modules/appSettings.bicep",
    "  ServiceBusConnection__clientId: identityClientId\n",
    "",
    "setting ServiceBusConnection__clientId is missing: a trigger connects by it",
  ],
  [
    "modules/appSettings.bicep",
    "TRADEWIND_LIVE_TRADING: liveTrading",
    "TRADEWIND_LIVE_TRADING: 'yes'",
    'setting TRADEWIND_LIVE_TRADING does not suit the app: expected one of "enabled"|"disabled"',
  ],
  [
    "modules/appSettings.bicep",
    "secret(keyVaultUri, 'alpaca-key-id')",
    "secret('https://other.vault.azure.net/', 'alpaca-key-id')",
    "setting ALPACA_KEY_ID refers to another vault",
  ],
  [
    "modules/appSettings.bicep",
    "AzureWebJobsStorage__accountName: storageName",
    "AzureWebJobsStorage__accountName: 'other'",
    "AzureWebJobsStorage__accountName is other, not sttw",
  ],
  [
    "modules/serviceBus.bicep",
    "queue.value.lockSeconds",
    "(queue.value.lockSeconds / 2)",
    "queue runs: lockDuration is 30, not 60",
  ],
  [
    "modules/serviceBus.bicep",
    "requiresSession: queue.value.requiresSession",
    "requiresSession: false",
    "queue runs: requiresSession is false, not true",
  ],
  [
    "modules/serviceBus.bicep",
    "maxDeliveryCount: queue.value.maxDeliveryCount",
    "maxDeliveryCount: 5000",
    "namespaces/queues runs: properties.maxDeliveryCount cannot be 5000",
  ],
  [
    "modules/serviceBus.bicep",
    "disableLocalAuth: true",
    "disableLocalAuth: false",
    "properties.disableLocalAuth must be true",
  ],
  [
    "modules/storage.bicep",
    "'TradewindSlots'",
    "'TradewindSlot'",
    "table TradewindSlots is in the app, but not in the template",
  ],
  [
    "modules/storage.bicep",
    "[roles.storageBlobDataOwner, roles.storageTableDataContributor]",
    "[roles.storageBlobDataOwner, roles.serviceBusDataSender]",
    "role Storage Table Data Contributor on storageAccounts is needed, but not given",
  ],
  [
    "modules/storage.bicep",
    "allowSharedKeyAccess: false",
    "allowSharedKeyAccess: true",
    "properties.allowSharedKeyAccess must be false",
  ],
  [
    "modules/storage.bicep",
    "category: 'StorageDelete'",
    "category: 'StorageErase'",
    "has no log category StorageErase",
  ],
  ["modules/storage.bicep", "if (lockData)", "if (!lockData)", "is not locked"],
  [
    "modules/roles.bicep",
    "4633458b-17de-408a-b874-0445c86b69e6",
    "4633458b-17de-408a-b874-0445c86b69e7",
    "role unknown 4633458b-17de-408a-b874-0445c86b69e7 on vaults is given, but the app has no use for it",
  ],
  ["modules/identity.bicep", "tags: tags", "tags: {}", "lacks the tags"],
  [
    "modules/keyVault.bicep",
    "principalType: 'ServicePrincipal'",
    "principalType: 'Robot'",
    'properties.principalType cannot be "Robot"',
  ],
  [
    "modules/functionApp.bicep",
    "name: 'node', version: '24'",
    "name: 'nodejs', version: '26'",
    'properties.functionAppConfig.runtime.name cannot be "nodejs"',
  ],
  [
    "modules/functionApp.bicep",
    "userAssignedIdentityResourceId: identityId",
    "userAssignedIdentityResourceId: plan.id",
    "the package's identity is",
  ],
  [
    "modules/functionApp.bicep",
    "alwaysReady: []",
    "alwaysReady: [{ name: 'http', instanceCount: 1 }]",
    "scaleAndConcurrency.alwaysReady.length must be 0",
  ],
  [
    "modules/monitoring.bicep",
    "workspaceCapping: { dailyQuotaGb: json(dailyCapGb) }",
    "workspaceCapping: { dailyQuotaGb: -1 }",
    "the workspace has no daily cap of 1 GB or less",
  ],
  [
    "modules/storage.bicep",
    "publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'",
    "publicNetworkAccess: 'Enabled'",
    "properties.publicNetworkAccess must be Disabled, for it has a private way in",
  ],
  [
    "modules/keyVault.bicep",
    "defaultAction: isPrivate ? 'Deny' : 'Allow'",
    "defaultAction: 'Allow'",
    "properties.networkAcls.defaultAction must be Deny, for it has a private way in",
  ],
  [
    "modules/functionApp.bicep",
    "requireAuthentication: true",
    "requireAuthentication: false",
    "sign-in: globalValidation.requireAuthentication must be true",
  ],
  [
    "modules/functionApp.bicep",
    "['/api/health', '/api/health/live']",
    "['/api/health', '/api/health/live', '/api/tasks']",
    'sign-in: globalValidation.excludedPaths must be ["/api/health","/api/health/live"]',
  ],
  [
    "modules/webPubSub.bicep",
    "principalId: principalId",
    "principalId: '44444444-4444-4444-4444-444444444444'",
    "a role is given to somebody else than the app's identity",
  ],
  [
    "modules/network.bicep",
    "privatelink.vaultcore.azure.net",
    "privatelink.vault.azure.net",
    'name cannot be "privatelink.vault.azure.net"',
  ],
  [
    "modules/network.bicep",
    "serviceName: 'Microsoft.App/environments'",
    "serviceName: 'Microsoft.Web/serverFarms'",
    'serviceName cannot be "Microsoft.Web/serverFarms"',
  ],
  [
    "modules/network.bicep",
    "part: 'table', id: storageId",
    "part: 'tables', id: storageId",
    "Microsoft.Storage/storageAccounts has no part tables",
  ],
];

/** What the compiler itself must not let pass: it says so in a warning, and would exit with 0. */
const warned: readonly (readonly [file: string, from: string, to: string, found: RegExp])[] = [
  [
    "modules/serviceBus.bicep",
    "disableLocalAuth:",
    "disableLocalAuthentication:",
    /BCP037.*disableLocalAuthentication/,
  ],
  ["modules/storage.bicep", "storageAccounts@2026-04-01'", "storageAccounts@2023-01-01'", /use-recent-api-versions/],
  ["modules/storage.bicep", "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 1", /BCP036/],
  [
    "modules/storage.bicep",
    "output id string = account.id",
    "output id string = account.id\noutput key string = account.listKeys().keys[0].value",
    /outputs-should-not-contain-secrets/,
  ],
  ["modules/identity.bicep", "param tags object", "param tags object\nparam unused string = ''", /no-unused-params/],
];

describe.skipIf(bicepMissing !== undefined)("a planted fault", { timeout: 120_000 }, () => {
  const app = readAppFacts();
  let clean: readonly Resource[];
  let copy: TemplateCopy;
  let findings: readonly string[];

  beforeAll(async () => {
    copy = copyTemplate();
    clean = await copy.evaluate("allOptions");
    for (const [file, from, to] of planted) copy.replace(file, from, to);
    const faulty = await copy.evaluate("allOptions");
    findings = [
      ...settingFindings(faulty, faulty, app),
      ...wiringFindings(faulty),
      ...queueFindings(faulty, app),
      ...tableFindings(faulty, app),
      ...roleFindings(faulty, app),
      ...valueFindings(faulty),
      ...postureFindings(faulty, { locked: true }),
    ];
  }, 300_000);
  afterAll(() => copy.remove());

  test.each(planted)("in %s is found: %s → %s", (_file, _from, _to, found) => {
    expect(findings).toContainEqual(expect.stringContaining(found));
  });

  test("in what the compiler warns of is an error", async () => {
    const warnings = copyTemplate();
    for (const [file, from, to] of warned) warnings.replace(file, from, to);
    const complaints = (await warnings.complaints("lint")).join("\n");
    warnings.remove();
    for (const [, , , found] of warned) expect(complaints).toMatch(found);
  });

  /** What others may add to the app, or take out of it, without a thought of the template. */
  const changes: readonly (readonly [string, Partial<AppFacts>, string])[] = [
    [
      "a setting",
      { settings: [...app.settings, "TRADEWIND_NEW"] },
      "setting TRADEWIND_NEW is in src/environment.ts, but the template never sets it",
    ],
    [
      "a setting taken out",
      { settings: app.settings.filter((name) => name !== "TRADEWIND_CLOCK_FILE") },
      "setting TRADEWIND_CLOCK_FILE is listed as one that the template leaves out, and is not one",
    ],
    [
      "a queue",
      { queues: { ...app.queues, feed: app.queues.notifications } as AppFacts["queues"] },
      "queue feed is in config/queues.json, but not in the template",
    ],
    [
      "a table",
      { tables: [...app.tables, "TradewindFeed"] },
      "table TradewindFeed is in the app, but not in the template",
    ],
    [
      "a trigger on an undeclared queue",
      {
        triggers: [
          ...app.triggers,
          {
            function: "f",
            queue: "other",
            isDeadLetter: false,
            isSessionsEnabled: false,
            connection: "ServiceBusConnection",
          },
        ],
      },
      "function f reads queue other, which config/queues.json does not declare",
    ],
    [
      "a trigger with another connection",
      { triggers: app.triggers.map((trigger) => ({ ...trigger, connection: "Bus" })) },
      "setting Bus__fullyQualifiedNamespace is missing: a trigger connects by it",
    ],
    [
      "a trigger without sessions",
      { triggers: app.triggers.map((trigger) => ({ ...trigger, isSessionsEnabled: false })) },
      "function executeRun and queue runs differ on sessions",
    ],
    [
      "a queue that nothing reads",
      { triggers: app.triggers.filter(({ queue }) => queue !== "notifications") },
      "queue notifications is read by 0 functions, not by one",
    ],
    [
      "no extension bundle",
      { hostJson: { ...app.hostJson, extensionBundle: undefined } },
      "host.json: without extension bundle 4 the host does not know Service Bus triggers",
    ],
    [
      "a longer time-out",
      { hostJson: { ...app.hostJson, functionTimeout: "00:10:00" } },
      "host.json: a run may last longer than its lock is renewed",
    ],
  ];
  test.each(changes)("in the app is found: %s", (_what, change, found) => {
    const changed = { ...app, ...change };
    const all = [
      ...settingFindings(clean, clean, changed),
      ...queueFindings(clean, changed),
      ...tableFindings(clean, changed),
      ...roleFindings(clean, changed),
    ];
    expect(all).toContain(found);
  });
});
