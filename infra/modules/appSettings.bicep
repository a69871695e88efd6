// Every app setting, by the names in src/environment.ts and those that the Functions host reads; a test compares them with both.

param identityClientId string
param storageName string
param tableEndpoint string
param serviceBusNamespace string
param keyVaultUri string
param applicationInsightsConnectionString string
param tradingMode string
param liveTrading string
param alpacaTradingOrigin string
param alpacaAccountId string
param alpacaDataFeed string
param alpacaRequestsPerMinute int
param spareKeys bool
param heartbeatPush bool
param notifyChannels string[]
param notifyEmailFrom string
param notifyEmailTo string
param easyAuthClientId string
param keyNames string

// Without a version: the newest value is taken within a day, or at once after a restart.
func secret(vaultUri string, name string) string => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${name})'

var host = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // The triggers' own connection, which the host opens.
  ServiceBusConnection__credential: 'managedidentity'
  ServiceBusConnection__clientId: identityClientId
}

var app = {
  AZURE_CLIENT_ID: identityClientId
  ServiceBusConnection__fullyQualifiedNamespace: serviceBusNamespace
  TablesConnection__endpoint: tableEndpoint
  TRADEWIND_MODE: tradingMode
  TRADEWIND_LIVE_TRADING: liveTrading
  ALPACA_TRADING_ORIGIN: alpacaTradingOrigin
  ALPACA_DATA_ORIGIN: 'https://data.alpaca.markets'
  ALPACA_DATA_FEED: alpacaDataFeed
  ALPACA_REQUESTS_PER_MINUTE: string(alpacaRequestsPerMinute)
  ALPACA_KEY_ID: secret(keyVaultUri, 'alpaca-key-id')
  ALPACA_SECRET_KEY: secret(keyVaultUri, 'alpaca-secret-key')
}

// A webhook is always signed here.
var channelSecrets = {
  teams: { NOTIFY_TEAMS_URL: 'notify-teams-url' }
  slack: { NOTIFY_SLACK_URL: 'notify-slack-url' }
  discord: { NOTIFY_DISCORD_URL: 'notify-discord-url' }
  webhook: { NOTIFY_WEBHOOK_URL: 'notify-webhook-url', NOTIFY_WEBHOOK_SECRET: 'notify-webhook-secret' }
  email: { NOTIFY_SMTP_URL: 'notify-smtp-url' }
}
var secretNames = reduce(notifyChannels, {}, (all, channel) => union(all, channelSecrets[channel]))
var channels = mapValues(secretNames, name => secret(keyVaultUri, name))

// An empty setting counts as absent in the app, but a reference to a secret that is not there does not.
var optional = union(
  empty(alpacaAccountId) ? {} : { ALPACA_ACCOUNT_ID: alpacaAccountId },
  empty(easyAuthClientId) ? {} : { TRADEWIND_EASY_AUTH: 'true' },
  empty(keyNames) ? {} : { TRADEWIND_KEY_NAMES: keyNames },
  spareKeys
    ? {
        ALPACA_SPARE_KEY_ID: secret(keyVaultUri, 'alpaca-spare-key-id')
        ALPACA_SPARE_SECRET_KEY: secret(keyVaultUri, 'alpaca-spare-secret-key')
      }
    : {},
  heartbeatPush ? { TRADEWIND_HEARTBEAT_URL: secret(keyVaultUri, 'heartbeat-url') } : {},
  contains(notifyChannels, 'email') ? { NOTIFY_EMAIL_FROM: notifyEmailFrom, NOTIFY_EMAIL_TO: notifyEmailTo } : {},
  channels
)

output appSettings object = union(host, app, optional)
