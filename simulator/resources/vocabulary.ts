/** Collections of the API that a link may name; those without data here answer an empty list. */
const SHARED = `accounts apiKeys auditLogs backupTargets backups certificates composeProjects composeServices
  containerEvents containers credentials dnsServices externalDnsEvents externalEvents externalHostEvents
  externalServiceEvents externalServices externalStoragePoolEvents externalVolumeEvents genericObjects
  healthcheckInstanceHostMaps hostTemplates hosts identities images instanceLinks instances ipAddresses
  kubernetesServices kubernetesStacks labels loadBalancerServices machineDrivers machines mounts networkDriverServices
  networkDrivers networkPolicyRuleWithins networks passwords physicalHosts ports projectMembers projectTemplates
  projects pullTasks regions register registrationTokens registries registryCredentials scheduledUpgrades schemas
  secrets self serviceConsumeMaps serviceEvents serviceExposeMaps serviceLogs serviceProxies services settings snapshots
  stacks storageDriverServices storageDrivers storagePools subnets subscribe typeDocumentations virtualMachines
  volumeTemplates volumes`.split(/\s+/);

const NOT_ON_V1 = new Set(
  `genericObjects hostTemplates networkDriverServices networkDrivers networkPolicyRuleWithins projectTemplates regions
  scheduledUpgrades secrets serviceLogs stacks storageDriverServices storageDrivers subnets volumeTemplates`.split(
    /\s+/,
  ),
);

const RELATED =
  `auditLogs backupTargets backups certificates containerEvents credentials externalEvents genericObjects
  healthcheckInstanceHostMaps hostTemplates hosts images instanceLinks instances ipAddresses labels mounts
  networkDrivers networks physicalHosts ports projectMembers projectTemplates regions scheduledUpgrades secrets
  serviceConsumeMaps serviceEvents serviceExposeMaps serviceLogs services snapshots stacks storageDrivers storagePools
  subnets volumeTemplates volumes`.split(/\s+/);

/** What a caller's schema has beside the common part. */
export interface Reach {
  /** Keys of environments may subscribe at the base; people may not. */
  readonly subscribe: boolean;
  /** Service accounts have no secrets. */
  readonly secrets: boolean;
}

/** Links of the API's base, by version and by what the caller's schema has. */
export function baseLinks(version: 'v1' | 'v2-beta', reach: Reach): readonly string[] {
  const all = version === 'v1' ? [...SHARED.filter((name) => !NOT_ON_V1.has(name)), 'environments'] : SHARED;
  return all.filter((name) => isWithin(name, reach)).toSorted();
}

/** Links of a project: what belongs to it, then the other collections of its schema. */
export function projectLinks(version: 'v1' | 'v2-beta', reach: Reach): readonly string[] {
  const own = relatedLinks(version, reach);
  const others = baseLinks(version, reach).filter((name) => name !== 'self' && !RELATED.includes(name));
  return [...own, ...others];
}

/** Links to what belongs to an account. */
export function relatedLinks(version: 'v1' | 'v2-beta', reach: Reach): readonly string[] {
  const own = version === 'v1' ? RELATED.filter((name) => !NOT_ON_V1.has(name)) : RELATED;
  const all = reach.subscribe ? own : [...own, 'userPreferences'];
  return all.filter((name) => isWithin(name, reach)).toSorted();
}

function isWithin(name: string, reach: Reach): boolean {
  if (name === 'subscribe') return reach.subscribe;
  return name !== 'secrets' || reach.secrets;
}

/** The type of a collection that exists but has no data here; undefined where Cattle answers 404. */
export function emptyCollection(segment: string): string | undefined {
  const name = SHARED.find((plural) => plural.toLowerCase() === segment.toLowerCase());
  if (name === undefined) return undefined;
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/s$/, '');
}
