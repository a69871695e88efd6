// Everything Tradewind needs in Azure, in a resource group of its own. Start reading docs/azure.md.
targetScope = 'subscription'

import { Sizing } from 'stages.bicep'

@description('The name of this environment, such as dev or prod. It is part of every name.')
@minLength(2)
@maxLength(12)
param environmentName string
param location string
@description('More tags for every resource, such as an owner or a cost centre.')
param tags object = {}

@description('Paper or live. Live takes all three settings, and the account.')
param tradingMode ('paper' | 'live') = 'paper'
param liveTrading ('enabled' | 'disabled') = 'disabled'
param alpacaTradingOrigin ('https://paper-api.alpaca.markets' | 'https://api.alpaca.markets') = 'https://paper-api.alpaca.markets'
@description('The account that must answer, or nothing trades. Empty: any, on paper only.')
param alpacaAccountId string = ''
param alpacaDataFeed ('iex' | 'sip') = 'iex'
@minValue(1)
@maxValue(99999)
param alpacaRequestsPerMinute int = 200
@description('Whether a second pair of broker keys is in the secrets alpaca-spare-key-id and alpaca-spare-secret-key.')
param spareKeys bool = false
@description('Where people are told. The address of each is a secret, notify-slack-url and so on; see docs/notifications.md.')
param notifyChannels ('teams' | 'slack' | 'discord' | 'webhook' | 'email')[] = []
@description('From whom and to whom e-mail goes; several addresses with commas between. Only with the channel email.')
param notifyEmailFrom string = ''
param notifyEmailTo string = ''

param sizing Sizing
@description('Who gets the alerts by e-mail.')
param operatorEmails string[] = []
@description('Whom the alerts of severity 0 and 1 call by text message too: country code, a space and the number, such as +1 5555550100.')
param onCallPhones string[] = []
@description('Whether Azure asks the app from outside whether it is alive, every quarter of an hour: what notices that the whole app is gone.')
param availabilityTest bool = true
@description('Whether each tick is told to an outside monitor too, whose address is the secret heartbeat-url.')
param heartbeatPush bool = false
@description('Whether nobody is told of alerts for now, as during a change.')
param alertsMuted bool = false

@description('Whether the live feed to browsers is there.')
param liveFeed bool = false
@description('The Entra application that callers sign in to, beside the function key. Empty: keys alone.')
param easyAuthClientId string = ''
@description('Names of function keys, as TRADEWIND_KEY_NAMES takes them: name=SHA-256 of the key, with commas between.')
param keyNames string = ''
@description('Address ranges that may call the app. Empty: everyone, with a key.')
param allowedIpRanges string[] = []
@description('Whether storage and vault are closed to the internet. Costs more than all the rest: see docs/cost.md.')
param privateNetwork bool = false

var token = uniqueString(subscription().id, environmentName, location)
var allTags = union({ app: 'tradewind', environment: environmentName, 'azd-env-name': environmentName }, tags)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-tradewind-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-tradewind-${environmentName}', location: location, tags: allTags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-tradewind-${environmentName}'
    applicationInsightsName: 'appi-tradewind-${environmentName}'
    actionGroupName: 'ag-tradewind-${environmentName}'
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    retentionDays: sizing.logRetentionDays
    dailyCapGb: sizing.dailyLogCapGb
    operatorEmails: filter(operatorEmails, email => !empty(trim(email)))
    onCallPhones: filter(onCallPhones, phone => !empty(trim(phone)))
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'sttw${token}'
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    redundancy: sizing.storageRedundancy
    keepDeletedDays: sizing.keepDeletedDays
    lockData: sizing.lockData
    isPrivate: privateNetwork
  }
}

module serviceBus 'modules/serviceBus.bicep' = {
  scope: group
  params: {
    name: 'sbns-tradewind-${token}'
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/keyVault.bicep' = {
  scope: group
  params: {
    name: 'kv-tw-${token}'
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    keepDeletedDays: sizing.keepDeletedDays
    lockData: sizing.lockData
    isPrivate: privateNetwork
  }
}

module webPubSub 'modules/webPubSub.bicep' = if (liveFeed) {
  scope: group
  params: { name: 'wps-tradewind-${token}', location: location, tags: allTags, principalId: identity.outputs.principalId }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'vnet-tradewind-${environmentName}'
    location: location
    tags: allTags
    storageId: storage.outputs.id
    keyVaultId: keyVault.outputs.id
  }
}

module settings 'modules/appSettings.bicep' = {
  scope: group
  params: {
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    tableEndpoint: storage.outputs.tableEndpoint
    serviceBusNamespace: serviceBus.outputs.fullyQualifiedNamespace
    keyVaultUri: keyVault.outputs.uri
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    tradingMode: tradingMode
    liveTrading: liveTrading
    alpacaTradingOrigin: alpacaTradingOrigin
    alpacaAccountId: alpacaAccountId
    alpacaDataFeed: alpacaDataFeed
    alpacaRequestsPerMinute: alpacaRequestsPerMinute
    spareKeys: spareKeys
    heartbeatPush: heartbeatPush
    notifyChannels: notifyChannels
    notifyEmailFrom: notifyEmailFrom
    notifyEmailTo: notifyEmailTo
    easyAuthClientId: easyAuthClientId
    keyNames: keyNames
  }
}

module functionApp 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: 'func-tradewind-${token}'
    planName: 'plan-tradewind-${environmentName}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    appSettings: settings.outputs.appSettings
    instanceMemoryMb: sizing.instanceMemoryMb
    maximumInstanceCount: sizing.maximumInstanceCount
    allowedIpRanges: allowedIpRanges
    subnetId: network.?outputs.appSubnetId ?? ''
    easyAuthClientId: easyAuthClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    serviceBusId: serviceBus.outputs.id
    actionGroupId: monitoring.outputs.actionGroupId
    onCallGroupId: monitoring.outputs.onCallGroupId
    appUrl: 'https://${functionApp.outputs.hostName}'
    dailyCapGb: sizing.dailyLogCapGb
    hasAvailabilityTest: availabilityTest
    isMuted: alertsMuted
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = functionApp.outputs.name
output FUNCTION_APP_URL string = 'https://${functionApp.outputs.hostName}'
output KEY_VAULT_NAME string = keyVault.outputs.name
