/** How a launchConfig field is read (cattle: schema `launchConfig`, role user). */
const TYPES = [
  'int',
  'string',
  'boolean',
  'strings',
  'map',
  'maps',
  'object',
  'objects',
  'host',
  'reference',
  'references',
] as const;

export type FieldType = (typeof TYPES)[number];

const NAMES: Readonly<Record<FieldType, string>> = {
  int: `blkioWeight count cpuCount cpuPercent cpuPeriod cpuQuota cpuRealtimePeriod cpuRealtimeRuntime cpuShares
    diskQuota healthInterval healthRetries healthTimeout ioMaximumBandwidth ioMaximumIOps kernelMemory memory memoryMb
    memoryReservation memorySwap memorySwappiness milliCpuReservation oomScoreAdj pidsLimit shmSize stopTimeout vcpu
    drainTimeoutMs`,
  string: `cgroupParent cpuSet cpuSetMems description domainName hostname imageUuid ip ip6 ipcMode isolation
    networkMode requestedIpAddress stopSignal user userdata usernsMode uts volumeDriver workingDir networkLaunchConfig
    instanceTriggeredStop kind pidMode`,
  boolean: 'oomKillDisable privileged publishAllPorts readOnly runInit startOnCreate stdinOpen tty',
  strings: `command dataVolumes devices dns dnsOpt dnsSearch entryPoint expose extraHosts groupAdd healthCmd netAlias
    ports securityOpt dataVolumesFromLaunchConfigs capAdd capDrop`,
  map: 'environment labels lxcConf storageOpt sysctls tmpfs',
  maps: 'blkioDeviceOptions dataVolumeMounts instanceLinks',
  object: 'build healthCheck logConfig',
  objects: 'secrets ulimits disks',
  host: 'requestedHostId',
  reference: 'networkContainerId registryCredentialId stackId',
  references: 'dataVolumesFrom networkIds',
};

/** Every field that a client may set; all others are dropped without a word. */
export const LAUNCH_CONFIG_FIELDS: ReadonlyMap<string, FieldType> = new Map(
  TYPES.flatMap((type) => NAMES[type].split(/\s+/).map((name) => [name, type] as const)),
);

/** Fields that only the server sets; they are shown, never taken. */
export const READ_ONLY_FIELDS =
  `accountId createIndex created deploymentUnitUuid externalId firstRunning healthState
  hostId id mounts nativeContainer primaryIpAddress primaryNetworkId removed serviceId serviceIds startCount state
  system transitioning transitioningMessage transitioningProgress userPorts uuid version`.split(/\s+/);

/** What Cattle fills in when a field is absent, or null although it has a default. */
export const LAUNCH_CONFIG_DEFAULTS = {
  instanceTriggeredStop: 'stop',
  kind: 'container',
  networkMode: 'managed',
  privileged: false,
  publishAllPorts: false,
  readOnly: false,
  runInit: false,
  startOnCreate: true,
  stdinOpen: false,
  tty: false,
  vcpu: 1,
  drainTimeoutMs: 0,
} as const;

export const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  instanceTriggeredStop: ['stop', 'remove'],
  kind: ['container', 'virtualMachine'],
  pidMode: ['host'],
};

/** Fields that may not be null and have no default. */
export const NOT_NULLABLE: ReadonlySet<string> = new Set(['environment', 'labels']);

/** Types that Cattle writes into nested objects. */
export const NESTED_TYPES: Readonly<Record<string, string>> = {
  healthCheck: 'instanceHealthCheck',
  logConfig: 'logConfig',
  build: 'dockerBuild',
  secrets: 'secretReference',
  ulimits: 'ulimit',
  disks: 'virtualMachineDisk',
};
