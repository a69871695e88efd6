// Everything optional switched on, for the checks only: live trading, feed, sign-in, private network, address rules, channels.
using 'main.bicep'
import { stages } from 'stages.bicep'

param environmentName = 'all'
param location = 'eastus2'
param sizing = stages.prod
param tags = { owner: 'desk' }
param operatorEmails = ['first@example.com', 'second@example.com']
param onCallPhones = ['+1 5555550100']
param availabilityTest = true
param alertsMuted = true
param tradingMode = 'live'
param liveTrading = 'enabled'
param alpacaTradingOrigin = 'https://api.alpaca.markets'
param alpacaAccountId = 'account-1'
param alpacaDataFeed = 'sip'
param alpacaRequestsPerMinute = 1000
param spareKeys = true
param heartbeatPush = true
param notifyChannels = ['teams', 'slack', 'discord', 'webhook', 'email']
param notifyEmailFrom = 'tradewind@example.com'
param notifyEmailTo = 'first@example.com, second@example.com'
param liveFeed = true
param keyNames = 'ops=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
param easyAuthClientId = '33333333-3333-3333-3333-333333333333'
param allowedIpRanges = ['203.0.113.0/24', '198.51.100.7/32']
param privateNetwork = true
