// The storage account: the app's tables, the host's own blobs, and the container that the app's package is published to.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param principalId string
param workspaceId string
@description('How many copies are kept, and where.')
param redundancy ('Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS')
@description('How long deleted blobs and containers can be brought back. Tables have no such thing: see docs/azure.md.')
param keepDeletedDays int
@description('Whether nobody can delete the account before the lock is taken off.')
param lockData bool
@description('Whether the account is closed to the internet; network.bicep then opens private ways to it.')
param isPrivate bool

@description('As in src/adapters/tables/stores.ts; a test compares them.')
var tableNames = ['TradewindBook', 'TradewindSlots', 'TradewindExecutions', 'TradewindBars']

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
    containerDeleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
  }
}

resource deployments 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = {
  parent: blobs
  name: 'deployments'
  properties: { publicAccess: 'None' }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-04-01' = [
  for table in tableNames: {
    parent: tableService
    name: table
  }
]

// The host keeps its leases, its keys and the timers' status in blobs of its own containers, which it makes itself. The app's tables, and
// the host's table of its own failures, are on the same account.
var accountRoles = [roles.storageBlobDataOwner, roles.storageTableDataContributor]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in accountRoles: {
    scope: account
    name: guid(account.id, principalId, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (lockData) {
  scope: account
  name: 'keep-trading-history'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds every decision and order. Take the lock off only to delete the environment for good.'
  }
}

// Who deleted rows or tables, and when. Reads and writes are left out: a tick alone makes several a minute, and their logs would cost
// more than the tables.
// The version without preview takes one setting a resource, of a fixed name.
#disable-next-line use-recent-api-versions
resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}

// The version without preview takes one setting a resource, of a fixed name.
#disable-next-line use-recent-api-versions
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}

output id string = account.id
output name string = account.name
output tableEndpoint string = 'https://${account.name}.table.${environment().suffixes.storage}'
output deploymentContainerUrl string = 'https://${account.name}.blob.${environment().suffixes.storage}/${deployments.name}'
