// The alerts: one rule for each entry of alerts.json, which a test holds against the app's catalogue and the runbook.

param environmentName string
param location string
param tags object
param workspaceId string
param applicationInsightsId string
param serviceBusId string
param actionGroupId string
@description('Who is called as well where the severity is 0 or 1.')
param onCallGroupId string
param appUrl string
param dailyCapGb string
@description('Whether Azure asks the app from outside whether it is alive. Costs as much as all other alerts: see docs/cost.md.')
param hasAvailabilityTest bool
@description('Whether nobody is told for now, as during a change: rules still fire, and are shown in the portal.')
param isMuted bool

var alerts = loadJsonContent('../alerts.json')
var exchange = loadJsonContent('../exchangeDays.json')
var queueNames = objectKeys(loadJsonContent('../../config/queues.json'))

func described(name string, summary string) string => '${summary} What to do: docs/runbook.md#${name}'
func quoted(days string[]) string => join(map(days, day => '\'${day}\''), ', ')
func minutes(amount int) string => amount % 1440 == 0 ? 'P${amount / 1440}D' : amount % 60 == 0 ? 'PT${amount / 60}H' : 'PT${amount}M'

var everyone = [{ actionGroupId: actionGroupId }]
var everyoneAndOnCall = [{ actionGroupId: actionGroupId }, { actionGroupId: onCallGroupId }]

// What a query of the table leaves open.
var blanks = {
  dailyCapGb: dailyCapGb
  closedDays: quoted(exchange.closed)
  earlyDays: quoted(exchange.early)
}

resource metricRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in items(alerts.metrics): {
    name: 'tradewind-${environmentName}-${alert.key}'
    location: 'global'
    tags: tags
    properties: {
      description: described(alert.key, alert.value.summary)
      severity: alert.value.severity
      enabled: true
      // Told once when it begins and once when it is over, and not again in between.
      autoMitigate: true
      scopes: [applicationInsightsId]
      evaluationFrequency: minutes(alert.value.everyMinutes)
      windowSize: minutes(alert.value.windowMinutes)
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.key
            metricNamespace: 'azure.applicationinsights'
            metricName: alert.value.metric
            timeAggregation: alert.value.aggregation
            operator: alert.value.operator
            threshold: alert.value.threshold
            dimensions: []
            // The metric is not there before the app has sent it once.
            skipMetricValidation: true
          }
        ]
      }
      actions: alert.value.severity <= 1 ? everyoneAndOnCall : everyone
    }
  }
]

// What Service Bus itself counts, for each queue by itself: seen also where the function that reads it does not run.
resource queueRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in items(alerts.queues): {
    name: 'tradewind-${environmentName}-${alert.key}'
    location: 'global'
    tags: tags
    properties: {
      description: described(alert.key, alert.value.summary)
      severity: alert.value.severity
      enabled: true
      autoMitigate: true
      scopes: [serviceBusId]
      evaluationFrequency: minutes(alert.value.everyMinutes)
      windowSize: minutes(alert.value.windowMinutes)
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.key
            metricNamespace: 'Microsoft.ServiceBus/namespaces'
            metricName: alert.value.metric
            timeAggregation: alert.value.aggregation
            operator: alert.value.operator
            threshold: alert.value.threshold
            dimensions: [{ name: 'EntityName', operator: 'Include', values: queueNames }]
          }
        ]
      }
      actions: alert.value.severity <= 1 ? everyoneAndOnCall : everyone
    }
  }
]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in items(alerts.queries): {
    name: 'tradewind-${environmentName}-${alert.key}'
    location: location
    tags: tags
    properties: {
      displayName: 'tradewind-${environmentName}-${alert.key}'
      description: described(alert.key, alert.value.summary)
      severity: alert.value.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: minutes(alert.value.everyMinutes)
      windowSize: minutes(alert.value.windowMinutes)
      // A table is not there before its first row.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: reduce(
              items(blanks),
              join(alert.value.query, '\n'),
              (query, blank) => replace(query, '{${blank.key}}', blank.value)
            )
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: alert.value.severity <= 1 ? [actionGroupId, onCallGroupId] : [actionGroupId] }
    }
  }
]

// The dead man's switch that does not depend on the app's own telemetry.
resource availabilityTests 'Microsoft.Insights/webtests@2022-06-15' = [
  for alert in items(alerts.availability): if (hasAvailabilityTest) {
    name: 'tradewind-${environmentName}-${alert.key}'
    location: location
    tags: union(tags, { 'hidden-link:${applicationInsightsId}': 'Resource' })
    kind: 'standard'
    properties: {
      SyntheticMonitorId: 'tradewind-${environmentName}-${alert.key}'
      Name: alert.key
      Description: described(alert.key, alert.value.summary)
      Enabled: true
      Kind: 'standard'
      Frequency: alert.value.everyMinutes * 60
      Timeout: 60
      RetryEnabled: true
      // One place is enough: it is the app that is asked for, not the way to it.
      Locations: [{ Id: 'us-va-ash-azr' }]
      Request: { RequestUrl: '${appUrl}${alert.value.path}', HttpVerb: 'GET', ParseDependentRequests: false }
      ValidationRules: {
        ExpectedHttpStatusCode: 200
        SSLCheck: true
        SSLCertRemainingLifetimeCheck: 7
        ContentValidation: { ContentMatch: alert.value.content, IgnoreCase: false, PassIfTextFound: true }
      }
    }
  }
]

resource availabilityRules 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (alert, index) in items(alerts.availability): if (hasAvailabilityTest) {
    name: 'tradewind-${environmentName}-${alert.key}'
    location: 'global'
    tags: tags
    properties: {
      description: described(alert.key, alert.value.summary)
      severity: alert.value.severity
      enabled: true
      autoMitigate: true
      scopes: [availabilityTests[index].id, applicationInsightsId]
      evaluationFrequency: 'PT5M'
      windowSize: minutes(2 * alert.value.everyMinutes)
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        webTestId: availabilityTests[index].id
        componentId: applicationInsightsId
        failedLocationCount: 1
      }
      actions: alert.value.severity <= 1 ? everyoneAndOnCall : everyone
    }
  }
]

resource muting 'Microsoft.AlertsManagement/actionRules@2021-08-08' = if (isMuted) {
  name: 'tradewind-${environmentName}-muted'
  location: 'global'
  tags: tags
  properties: {
    description: 'Nobody is told of alerts, until alertsMuted is false again.'
    enabled: true
    scopes: [resourceGroup().id]
    actions: [{ actionType: 'RemoveAllActionGroups' }]
  }
}
