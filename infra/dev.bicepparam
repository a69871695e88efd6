// An environment to try things in: paper trading on the smallest instance, and it can be deleted again.
using 'main.bicep'
import { stages } from 'stages.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'eastus2')
param sizing = stages.dev
param operatorEmails = split(readEnvironmentVariable('TRADEWIND_OPERATOR_EMAILS', ''), ',')
param onCallPhones = split(readEnvironmentVariable('TRADEWIND_ON_CALL_PHONES', ''), ',')
