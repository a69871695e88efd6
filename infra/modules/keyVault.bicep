// The vault of the secrets that people put in: the broker's keys and, if wanted, the address of a webhook. The template never sees a value.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param principalId string
param workspaceId string
param keepDeletedDays int
@description('Whether nobody can delete the vault before the lock is taken off, nor purge what was deleted.')
param lockData bool
param isPrivate bool

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: keepDeletedDays
    // Once on it cannot be turned off, so it is left out rather than false.
    enablePurgeProtection: lockData ? true : null
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, roles.keyVaultSecretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (lockData) {
  scope: vault
  name: 'keep-secrets'
  properties: {
    level: 'CanNotDelete'
    notes: 'Without these secrets nothing trades. Take the lock off only to delete the environment for good.'
  }
}

// The version without preview takes one setting a resource, of a fixed name.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = 'https://${vault.name}${environment().suffixes.keyvaultDns}/'
