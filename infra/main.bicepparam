// What azd reads: everything comes from its environment (`azd env set NAME VALUE`).
using 'main.bicep'
import { stages } from 'stages.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param sizing = stages[readEnvironmentVariable('TRADEWIND_STAGE', 'dev')]
param operatorEmails = split(readEnvironmentVariable('TRADEWIND_OPERATOR_EMAILS', ''), ',')
