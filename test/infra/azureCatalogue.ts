// What Azure takes where the compiler lets anything pass: role ids, open enumerations, ranges, and the settings that the host itself reads.

// Read in November 2026, each from the page named.

/** Built-in roles by id: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const roleNames: Readonly<Record<string, string>> = {
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
  "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": "Azure Service Bus Data Receiver",
  "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": "Azure Service Bus Data Sender",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
  "12cf5a90-567b-43ae-8102-96cf46c7d9b4": "Web PubSub Service Owner",
};

/**
 * Settings that the host or the platform reads, not the app: https://learn.microsoft.com/azure/azure-functions/functions-app-settings and
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
 */
export const hostSettings: readonly string[] = [
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__clientId",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "ServiceBusConnection__credential",
  "ServiceBusConnection__clientId",
];

/** What Flex Consumption refuses or ignores: https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations */
export const settingsRefusedByFlex: readonly string[] = [
  "ENABLE_ORYX_BUILD",
  "FUNCTIONS_EXTENSION_VERSION",
  "FUNCTIONS_MAX_HTTP_CONCURRENCY",
  "FUNCTIONS_WORKER_PROCESS_COUNT",
  "FUNCTIONS_WORKER_RUNTIME",
  "FUNCTIONS_WORKER_RUNTIME_VERSION",
  "SCM_DO_BUILD_DURING_DEPLOYMENT",
  "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
  "WEBSITE_CONTENTOVERVNET",
  "WEBSITE_CONTENTSHARE",
  "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
  "WEBSITE_NODE_DEFAULT_VERSION",
  "WEBSITE_RUN_FROM_PACKAGE",
  "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
  "WEBSITE_TIME_ZONE",
  "WEBSITE_VNET_ROUTE_ALL",
];

type Rule = { readonly type: string; readonly path: string } & (
  | { readonly oneOf: readonly unknown[] }
  | { readonly from: number; readonly to: number }
  | { readonly like: RegExp }
);

/**
 * Values of properties, by resource type and path: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan,
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules and the template reference of each resource.
 */
export const rules: readonly Rule[] = [
  { type: "Microsoft.Web/serverfarms", path: "sku.name", oneOf: ["FC1"] },
  { type: "Microsoft.Web/serverfarms", path: "sku.tier", oneOf: ["FlexConsumption"] },
  { type: "Microsoft.Web/serverfarms", path: "properties.reserved", oneOf: [true] },
  { type: "Microsoft.Web/sites", path: "kind", oneOf: ["functionapp,linux"] },
  { type: "Microsoft.Web/sites", path: "name", like: /^[a-z\d][a-z\d-]{0,58}[a-z\d]$/ },
  { type: "Microsoft.Web/sites", path: "properties.functionAppConfig.runtime.name", oneOf: ["node"] },
  { type: "Microsoft.Web/sites", path: "properties.functionAppConfig.runtime.version", oneOf: ["22", "24"] },
  {
    type: "Microsoft.Web/sites",
    path: "properties.functionAppConfig.deployment.storage.type",
    oneOf: ["blobContainer"],
  },
  {
    type: "Microsoft.Web/sites",
    path: "properties.functionAppConfig.deployment.storage.authentication.type",
    oneOf: ["UserAssignedIdentity", "SystemAssignedIdentity"],
  },
  {
    type: "Microsoft.Web/sites",
    path: "properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB",
    oneOf: [512, 2048, 4096],
  },
  // Newer documents allow less than 40; 40 is what every version takes.
  {
    type: "Microsoft.Web/sites",
    path: "properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount",
    from: 40,
    to: 1000,
  },
  { type: "Microsoft.Authorization/roleAssignments", path: "properties.principalType", oneOf: ["ServicePrincipal"] },
  { type: "Microsoft.Authorization/locks", path: "properties.level", oneOf: ["CanNotDelete"] },
  { type: "Microsoft.Storage/storageAccounts", path: "name", like: /^[a-z\d]{3,24}$/ },
  { type: "Microsoft.Storage/storageAccounts", path: "kind", oneOf: ["StorageV2"] },
  { type: "Microsoft.Storage/storageAccounts/tableServices/tables", path: "name", like: /\/[A-Za-z][A-Za-z\d]{2,62}$/ },
  {
    type: "Microsoft.Storage/storageAccounts/blobServices",
    path: "properties.deleteRetentionPolicy.days",
    from: 1,
    to: 365,
  },
  {
    type: "Microsoft.ServiceBus/namespaces",
    path: "name",
    like: /^[A-Za-z][A-Za-z\d-]{4,48}[A-Za-z\d](?<!-sb|-mgmt)$/,
  },
  { type: "Microsoft.ServiceBus/namespaces", path: "sku.name", oneOf: ["Standard", "Premium"] },
  { type: "Microsoft.ServiceBus/namespaces/queues", path: "properties.maxDeliveryCount", from: 1, to: 2000 },
  { type: "Microsoft.ServiceBus/namespaces/queues", path: "properties.maxSizeInMegabytes", oneOf: [1024, 2048, 5120] },
  { type: "Microsoft.KeyVault/vaults", path: "name", like: /^[a-zA-Z][a-zA-Z\d-]{1,22}[a-zA-Z\d]$/ },
  { type: "Microsoft.KeyVault/vaults", path: "properties.softDeleteRetentionInDays", from: 7, to: 90 },
  { type: "Microsoft.OperationalInsights/workspaces", path: "properties.retentionInDays", from: 30, to: 730 },
  { type: "Microsoft.OperationalInsights/workspaces", path: "properties.sku.name", oneOf: ["PerGB2018"] },
  { type: "Microsoft.Insights/components", path: "properties.IngestionMode", oneOf: ["LogAnalytics"] },
  { type: "Microsoft.Insights/actionGroups", path: "properties.groupShortName", like: /^.{1,12}$/ },
  { type: "Microsoft.SignalRService/webPubSub", path: "sku.name", oneOf: ["Free_F1", "Standard_S1"] },
  // https://learn.microsoft.com/azure/private-link/private-endpoint-dns
  {
    type: "Microsoft.Network/privateDnsZones",
    path: "name",
    oneOf: ["blob", "table"]
      .map((part) => `privatelink.${part}.core.windows.net`)
      .concat("privatelink.vaultcore.azure.net"),
  },
  {
    type: "Microsoft.Network/virtualNetworks",
    path: "properties.subnets.0.properties.delegations.0.properties.serviceName",
    oneOf: ["Microsoft.App/environments"],
  },
];

/** The log categories of what is logged, from the monitoring reference of each service, such as https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage-reference */
export const logCategories: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Storage/storageAccounts/tableServices": ["StorageRead", "StorageWrite", "StorageDelete"],
  "Microsoft.Storage/storageAccounts/blobServices": ["StorageRead", "StorageWrite", "StorageDelete"],
  "Microsoft.ServiceBus/namespaces": ["OperationalLogs", "VNetAndIPFilteringLogs", "RuntimeAuditLogs"],
  "Microsoft.KeyVault/vaults": ["AuditEvent", "AzurePolicyEvaluationDetails"],
};

/** What the platform counts by itself, with its aggregations and dimensions: https://learn.microsoft.com/azure/service-bus-messaging/monitor-service-bus-reference#metrics */
export const platformMetrics: Readonly<
  Record<string, { readonly aggregations: readonly string[]; readonly dimensions: readonly string[] }>
> = {
  DeadletteredMessages: { aggregations: ["Average", "Minimum", "Maximum"], dimensions: ["EntityName"] },
};

/** Which part of a service a private endpoint may open: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
export const privateParts: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Storage/storageAccounts": ["blob", "table", "queue", "file", "web", "dfs"],
  "Microsoft.KeyVault/vaults": ["vault"],
};
/** The longest lock of a message and the span of duplicate detection, in seconds: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
export const serviceBusLimits = { lockSeconds: 300, duplicatesFromSeconds: 20, duplicatesToSeconds: 7 * 86_400 };
