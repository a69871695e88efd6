// Where logs and telemetry go, how much a day may cost at most, and who is told.
import { roles } from 'roles.bicep'

param workspaceName string
param applicationInsightsName string
param actionGroupName string
param location string
param tags object
param principalId string
@description('How long logs are kept. The first 31 days are free, with Application Insights 90.')
@minValue(30)
@maxValue(730)
param retentionDays int
@description('Gigabytes a day after which the workspace takes no more until the next day: a log storm must not cost more than trading.')
param dailyCapGb string
@description('Who gets the alerts by e-mail. Empty: alerts are shown in the portal only.')
param operatorEmails string[]
@description('Whom severity 0 and 1 call by text message too, such as +1 5555550100. Empty: nobody is woken, but by the e-mail.')
param onCallPhones string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: json(dailyCapGb) }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, principalId, roles.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'tradewind'
    emailReceivers: [
      for (email, index) in operatorEmails: {
        name: 'operator${index + 1}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// In addition, for what must not wait until somebody reads their e-mail.
resource onCallGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupName}-on-call'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'tw-on-call'
    smsReceivers: [
      for (phone, index) in onCallPhones: {
        name: 'onCall${index + 1}'
        countryCode: replace(split(phone, ' ')[0], '+', '')
        phoneNumber: split(phone, ' ')[1]
      }
    ]
  }
}

output workspaceId string = workspace.id
output applicationInsightsId string = applicationInsights.id
output connectionString string = applicationInsights.properties.ConnectionString
output actionGroupId string = actionGroup.id
output onCallGroupId string = onCallGroup.id
