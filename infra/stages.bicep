// What differs between an environment to try things in and the one that trades.

@export()
type Sizing = {
  @description('512 has a quarter of a core, 2048 a whole one: how long a cold start and a plan take goes by the core.')
  instanceMemoryMb: 512 | 2048 | 4096
  @description('An upper bound for what callers can make it cost. The runs of one account never use more than one instance.')
  maximumInstanceCount: int
  storageRedundancy: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
  @description('Whether storage and vault cannot be deleted before somebody takes the lock off.')
  lockData: bool
  @description('How long deleted blobs, secrets and the vault itself can be brought back: 7 to 90 days.')
  keepDeletedDays: int
  @description('How long logs are kept: 30 to 730 days.')
  logRetentionDays: int
  @description('Gigabytes of logs a day, after which no more are taken until the next day.')
  dailyLogCapGb: string
}

@export()
var stages { dev: Sizing, prod: Sizing } = {
  dev: {
    instanceMemoryMb: 512
    maximumInstanceCount: 40
    storageRedundancy: 'Standard_LRS'
    lockData: false
    keepDeletedDays: 7
    logRetentionDays: 30
    dailyLogCapGb: '0.2'
  }
  prod: {
    instanceMemoryMb: 512
    maximumInstanceCount: 40
    storageRedundancy: 'Standard_ZRS'
    lockData: true
    keepDeletedDays: 90
    logRetentionDays: 90
    dailyLogCapGb: '0.5'
  }
}
