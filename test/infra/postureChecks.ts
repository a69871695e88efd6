// Holds the evaluated template against Azure's own values and against what every environment must be like: locked, logged, tagged, without shared keys.
import { logCategories, privateParts, rules } from "./azureCatalogue.ts";
import { type Resource, valueAt } from "./evaluatedTemplate.ts";

type Resources = readonly Resource[];
const shortName = ({ type, name }: Resource): string =>
  `${type.split("/").slice(1).join("/")} ${name.split("/").at(-1)}`;

/** Values that Azure would not take. */
export function valueFindings(resources: Resources): string[] {
  return [
    ...resources.flatMap((resource) =>
      rules
        .filter(({ type }) => type === resource.type)
        .filter((rule) => !fits(rule, valueAt(resource, rule.path)))
        .map(({ path }) => `${shortName(resource)}: ${path} cannot be ${JSON.stringify(valueAt(resource, path))}`),
    ),
    ...rules
      .filter(({ type }) => !optional.includes(type) && !resources.some((each) => each.type === type))
      .map(({ type }) => `the template has no ${type}`),
    ...diagnosticSettings(resources).flatMap(({ scope, categories }) =>
      categories
        .filter((category) => !logCategories[scope.type]?.includes(category))
        .map((category) => `${shortName(scope)} has no log category ${category}`),
    ),
    ...resources.filter(({ type }) => type === "Microsoft.Network/privateEndpoints").flatMap(partFindings),
  ];
}

/** What only an option brings. */
const optional: readonly string[] = [
  "Microsoft.SignalRService/webPubSub",
  "Microsoft.Network/privateDnsZones",
  "Microsoft.Network/virtualNetworks",
];

function fits(rule: (typeof rules)[number], value: unknown): boolean {
  if ("oneOf" in rule) return rule.oneOf.includes(value);
  if ("like" in rule) return typeof value === "string" && rule.like.test(value);
  return typeof value === "number" && value >= rule.from && value <= rule.to;
}

function partFindings(endpoint: Resource): string[] {
  const connections = valueAt(endpoint, "properties.privateLinkServiceConnections") as
    | readonly {
        readonly properties: { readonly privateLinkServiceId: string; readonly groupIds: readonly string[] };
      }[]
    | undefined;
  return (connections ?? []).flatMap(({ properties: { privateLinkServiceId, groupIds } }) => {
    const type = typeOf(privateLinkServiceId);
    return groupIds
      .filter((part) => !privateParts[type]?.includes(part))
      .map((part) => `${shortName(endpoint)}: ${type} has no part ${part}`);
  });
}

/** `Microsoft.Storage/storageAccounts/blobServices` of an id. */
function typeOf(id: string): string {
  const [provider = "", ...parts] = id.split("/providers/").at(-1)?.split("/") ?? [];
  return [provider, ...parts.filter((_, index) => index % 2 === 0)].join("/");
}

function diagnosticSettings(
  resources: Resources,
): { readonly scope: Resource; readonly categories: readonly string[] }[] {
  const suffix = /\/providers\/Microsoft\.Insights\/diagnosticSettings\/[^/]+$/;
  return resources
    .filter(({ type }) => type === "Microsoft.Insights/diagnosticSettings")
    .flatMap((setting) => {
      const scope = resources.find(({ id }) => id === setting.id.replace(suffix, ""));
      const logs = valueAt(setting, "properties.logs") as readonly { category: string; enabled: boolean }[];
      return scope === undefined
        ? []
        : [{ scope, categories: logs.filter((log) => log.enabled).map((log) => log.category) }];
    });
}

/** What holds in every environment: type, path, value. */
const always: readonly (readonly [string, string, unknown])[] = [
  ["Microsoft.Storage/storageAccounts", "properties.allowSharedKeyAccess", false],
  ["Microsoft.Storage/storageAccounts", "properties.allowBlobPublicAccess", false],
  ["Microsoft.Storage/storageAccounts", "properties.supportsHttpsTrafficOnly", true],
  ["Microsoft.Storage/storageAccounts", "properties.minimumTlsVersion", "TLS1_2"],
  ["Microsoft.Storage/storageAccounts/blobServices", "properties.deleteRetentionPolicy.enabled", true],
  ["Microsoft.Storage/storageAccounts/blobServices", "properties.containerDeleteRetentionPolicy.enabled", true],
  ["Microsoft.ServiceBus/namespaces", "properties.disableLocalAuth", true],
  ["Microsoft.ServiceBus/namespaces", "properties.minimumTlsVersion", "1.2"],
  ["Microsoft.KeyVault/vaults", "properties.enableRbacAuthorization", true],
  ["Microsoft.KeyVault/vaults", "properties.enableSoftDelete", true],
  ["Microsoft.OperationalInsights/workspaces", "properties.features.disableLocalAuth", true],
  ["Microsoft.Insights/components", "properties.DisableLocalAuth", true],
  ["Microsoft.SignalRService/webPubSub", "properties.disableLocalAuth", true],
  ["Microsoft.Web/sites", "identity.type", "UserAssigned"],
  ["Microsoft.Web/sites", "properties.httpsOnly", true],
  ["Microsoft.Web/sites", "properties.siteConfig.minTlsVersion", "1.2"],
  ["Microsoft.Web/sites", "properties.functionAppConfig.scaleAndConcurrency.alwaysReady.length", 0],
  ["Microsoft.Web/sites/basicPublishingCredentialsPolicies", "properties.allow", false],
];
const logged = Object.keys(logCategories);
const untagged =
  /roleAssignments$|locks$|diagnosticSettings$|\/(config|queues|tables|containers|default|blobServices|tableServices|basicPublishingCredentialsPolicies|privateDnsZoneGroups)$/;

/** `locked`: whether data must be guarded against deletion, as where it trades. */
export function postureFindings(resources: Resources, { locked }: { readonly locked: boolean }): string[] {
  const logs = diagnosticSettings(resources).map(({ scope }) => scope.type);
  const cap = resources.find(({ type }) => type === "Microsoft.OperationalInsights/workspaces");
  const capGb = cap && valueAt(cap, "properties.workspaceCapping.dailyQuotaGb");
  return [
    ...resources.flatMap((resource) =>
      always
        .filter(([type, path, value]) => type === resource.type && valueAt(resource, path) !== value)
        .map(([, path, value]) => `${shortName(resource)}: ${path} must be ${value}`),
    ),
    ...(typeof capGb === "number" && capGb > 0 && capGb <= 1 ? [] : ["the workspace has no daily cap of 1 GB or less"]),
    ...logged.filter((type) => !logs.includes(type)).map((type) => `${type} logs nothing`),
    ...resources
      .filter(({ type }) => !untagged.test(type))
      .filter((resource) => ["app", "environment", "azd-env-name"].some((tag) => !valueAt(resource, `tags.${tag}`)))
      .map((resource) => `${shortName(resource)} lacks the tags`),
    ...(locked ? lockFindings(resources) : []),
    ...principalFindings(resources),
    ...(resources.some(({ type }) => type === "Microsoft.Network/privateEndpoints") ? openFindings(resources) : []),
    ...resources.flatMap(signInFindings),
  ];
}

/** Nobody but the app's identity is given a role. */
function principalFindings(resources: Resources): string[] {
  const identity = resources.find(({ type }) => type === "Microsoft.ManagedIdentity/userAssignedIdentities");
  return resources
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments")
    .filter((role) => !String(valueAt(role, "properties.principalId")).includes(identity?.id ?? "none"))
    .map(() => "a role is given to somebody else than the app's identity");
}

/** What has a private way in has no other. */
const openFindings = (resources: Resources): string[] =>
  resources
    .filter(({ type }) => ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"].includes(type))
    .flatMap((resource) =>
      [
        ["properties.publicNetworkAccess", "Disabled"],
        ["properties.networkAcls.defaultAction", "Deny"],
      ]
        .filter(([path = "", value]) => valueAt(resource, path) !== value)
        .map(([path, value]) => `${shortName(resource)}: ${path} must be ${value}, for it has a private way in`),
    );

/** Where callers sign in, everybody does, but for who asks whether it is alive. */
function signInFindings(resource: Resource): string[] {
  if (!resource.name.endsWith("/authsettingsV2")) return [];
  const expected: readonly (readonly [string, unknown])[] = [
    ["platform.enabled", true],
    ["globalValidation.requireAuthentication", true],
    ["globalValidation.unauthenticatedClientAction", "Return401"],
    ["globalValidation.excludedPaths", ["/api/health", "/api/health/live"]],
    ["httpSettings.requireHttps", true],
  ];
  return expected
    .filter(([path, value]) => JSON.stringify(valueAt(resource, `properties.${path}`)) !== JSON.stringify(value))
    .map(([path, value]) => `sign-in: ${path} must be ${JSON.stringify(value)}`);
}

function lockFindings(resources: Resources): string[] {
  const locks = resources.filter(({ type }) => type === "Microsoft.Authorization/locks").map(({ id }) => id);
  return [
    ...resources
      .filter(({ type }) => ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"].includes(type))
      .filter(({ id }) => !locks.some((lock) => lock.startsWith(`${id}/providers/Microsoft.Authorization/locks/`)))
      .map((resource) => `${shortName(resource)} is not locked`),
    ...resources
      .filter(({ type }) => type === "Microsoft.KeyVault/vaults")
      .filter((vault) => valueAt(vault, "properties.enablePurgeProtection") !== true)
      .map((vault) => `${shortName(vault)} can be purged`),
  ];
}
