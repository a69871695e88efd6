// The queues, as config/queues.json declares them for the app and its stand-in too.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param principalId string
param workspaceId string

var declared = items(loadJsonContent('../../config/queues.json'))

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  // Sessions and duplicate detection begin with this tier.
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    // Private endpoints and address rules begin with the Premium tier: this one is guarded by identity alone.
    publicNetworkAccess: 'Enabled'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for queue in declared: {
    parent: namespace
    name: queue.key
    properties: {
      requiresSession: queue.value.requiresSession
      lockDuration: 'PT${queue.value.lockSeconds}S'
      maxDeliveryCount: queue.value.maxDeliveryCount
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'PT${queue.value.duplicateDetectionMinutes}M'
      deadLetteringOnMessageExpiration: true
      maxSizeInMegabytes: 1024
    }
  }
]

// On each queue, not on the namespace: a queue that is added later by hand is none of the app's business.
resource receivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in declared: {
    scope: queues[index]
    name: guid(queues[index].id, principalId, roles.serviceBusDataReceiver)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataReceiver)
    }
  }
]

resource senders 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, index) in declared: {
    scope: queues[index]
    name: guid(queues[index].id, principalId, roles.serviceBusDataSender)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender)
    }
  }
]

// The version without preview takes one setting a resource, of a fixed name.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
  }
}

output id string = namespace.id
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
