// The function app on Flex Consumption: its plan, its settings, and who may reach it.

param name string
param planName string
param location string
param tags object
param identityId string
param deploymentContainerUrl string
param appSettings object
param instanceMemoryMb (512 | 2048 | 4096)
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int
@description('Address ranges that may call the app, such as 203.0.113.0/24. Empty: everyone, with a key.')
param allowedIpRanges string[]
@description('The subnet that the app goes out by. Empty: none.')
param subnetId string
@description('The Entra application that callers sign in to. Empty: function keys alone.')
param easyAuthClientId string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

var allowRules = [
  for (range, index) in allowedIpRanges: { name: 'caller${index + 1}', ipAddress: range, action: 'Allow', priority: 100 + index }
]
// What asks from outside whether the app is alive comes from Azure's own addresses.
var availabilityRule = {
  name: 'availability'
  ipAddress: 'ApplicationInsightsAvailability'
  tag: 'ServiceTag'
  action: 'Allow'
  priority: 90
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // By this tag `azd deploy` finds the app of the service in azure.yaml.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(allowedIpRanges) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(allowedIpRanges) ? [] : concat([availabilityRule], allowRules)
      scmIpSecurityRestrictionsUseMain: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        // None: the tick wakes its own instance every minute, and a run may wait the seconds of a cold start. See docs/azure.md.
        alwaysReady: []
        instanceMemoryMB: instanceMemoryMb
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: appSettings
  }

  // Publishing goes by the identity of who publishes, not by a password of the app.
  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPublishingPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource signIn 'config' = if (!empty(easyAuthClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
        // Who asks whether it is alive has no account.
        excludedPaths: ['/api/health', '/api/health/live']
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: easyAuthClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: { allowedAudiences: [easyAuthClientId, 'api://${easyAuthClientId}'] }
        }
      }
      httpSettings: { requireHttps: true }
      login: { tokenStore: { enabled: false } }
    }
  }
}

output name string = app.name
output hostName string = app.properties.defaultHostName
