// The live feed to browsers, on the free tier: 20 connections and 20,000 messages a day.
import { roles } from 'roles.bicep'

param name string
param location string
param tags object
param principalId string

resource feed 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Free_F1', tier: 'Free', capacity: 1 }
  properties: {
    disableLocalAuth: true
    tls: { clientCertEnabled: false }
  }
}

resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: feed
  name: guid(feed.id, principalId, roles.webPubSubServiceOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.webPubSubServiceOwner)
  }
}

output endpoint string = 'https://${feed.properties.hostName}'
