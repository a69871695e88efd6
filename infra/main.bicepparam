// What azd reads: everything comes from its environment (`azd env set NAME VALUE`).
using 'main.bicep'
import { stages } from 'stages.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param sizing = stages[readEnvironmentVariable('TRADEWIND_STAGE', 'dev')]
param operatorEmails = split(readEnvironmentVariable('TRADEWIND_OPERATOR_EMAILS', ''), ',')
param onCallPhones = split(readEnvironmentVariable('TRADEWIND_ON_CALL_PHONES', ''), ',')

// Going live takes all four: docs/azure.md.
param tradingMode = readEnvironmentVariable('TRADEWIND_MODE', 'paper')
param liveTrading = readEnvironmentVariable('TRADEWIND_LIVE_TRADING', 'disabled')
param alpacaTradingOrigin = readEnvironmentVariable('ALPACA_TRADING_ORIGIN', 'https://paper-api.alpaca.markets')
param alpacaAccountId = readEnvironmentVariable('ALPACA_ACCOUNT_ID', '')
