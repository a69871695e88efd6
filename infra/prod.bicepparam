// The environment that trades: on paper, until the lines of docs/azure.md under "Going live" are added here.
using 'main.bicep'
import { stages } from 'stages.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param sizing = stages.prod
param operatorEmails = split(readEnvironmentVariable('TRADEWIND_OPERATOR_EMAILS', ''), ',')
param onCallPhones = split(readEnvironmentVariable('TRADEWIND_ON_CALL_PHONES', ''), ',')
