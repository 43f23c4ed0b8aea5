import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import { hasHealthCheck } from '../world/containers.js';
import { labelsOf } from '../world/configs.js';
import type { Instance, Service } from '../world/records.js';
import { actionLinks, dateFields, linksBelow, linkTo, transitionFields } from './links.js';

const LINKS =
  `account credentials healthcheckInstanceHostMaps hosts instanceLabels instanceLinks instances mounts ports
  serviceEvents serviceExposeMaps serviceLogs services targetInstanceLinks volumes stats containerStats`.split(
    /\s+/,
  );

const ACTIONS: Partial<Record<Instance['state'], readonly string[]>> = {
  running: ['restart', 'update', 'stop', 'migrate', 'logs', 'execute', 'proxy'],
  stopped: ['start', 'update', 'error', 'remove', 'logs'],
  error: ['remove'],
  stopping: ['update', 'remove'],
  starting: ['stop', 'error', 'remove'],
  creating: ['remove'],
  removed: ['purge'],
};

/** Fields of a container that come from its launchConfig, in the order of the reply. */
const FIELDS =
  `blkioDeviceOptions blkioWeight build capAdd capDrop cgroupParent command cpuCount cpuPercent cpuPeriod
  cpuQuota cpuRealtimePeriod cpuRealtimeRuntime cpuSet cpuSetMems cpuShares createIndex created dataVolumeMounts
  dataVolumes dataVolumesFrom deploymentUnitUuid description devices diskQuota dns dnsOpt dnsSearch domainName
  entryPoint environment expose externalId extraHosts firstRunning groupAdd healthCheck healthCmd healthInterval
  healthRetries healthState healthTimeout hostId hostname imageUuid instanceTriggeredStop internalVolumes
  ioMaximumBandwidth ioMaximumIOps ip ip6 ipcMode isolation kernelMemory kind labels logConfig lxcConf memory
  memoryReservation memorySwap memorySwappiness milliCpuReservation mounts nativeContainer netAlias networkContainerId
  networkMode oomKillDisable oomScoreAdj pidMode pidsLimit ports primaryIpAddress primaryNetworkId privileged
  publishAllPorts readOnly registryCredentialId removed requestedHostId restartPolicy runInit secrets securityOpt
  serviceId serviceIds shmSize stackId startCount startOnCreate stdinOpen stopSignal stopTimeout storageOpt sysctls
  system tmpfs transitioning transitioningMessage transitioningProgress tty ulimits user userPorts usernsMode uts uuid
  version volumeDriver workingDir`.split(/\s+/);

/** A container of a service; a service account sees no `secrets` but still the mount they need. */
export function instanceResource(
  service: Service,
  instance: Instance,
  caller: Caller,
  request: ApiRequest,
): JsonObject {
  const id = `1i${instance.id}`;
  const self = linkTo(request, 'container', id);
  const own = ownFields(service, instance);
  const hidden = new Set([
    ...(caller.secrets ? [] : ['secrets']),
    ...(caller.role === 'readonly' ? ['environment'] : []),
  ]);
  const fields: Record<string, unknown> = {};
  for (const name of FIELDS) {
    if (hidden.has(name)) continue;
    fields[name] = name in own ? own[name] : (instance.config[name] ?? null);
    if (own[`${name}TS`] !== undefined) fields[`${name}TS`] = own[`${name}TS`];
  }
  return {
    id,
    type: 'container',
    links: { self, ...linksBelow(self, LINKS) },
    actions: caller.role === 'readonly' ? {} : actionLinks(self, ACTIONS[instance.state] ?? []),
    baseType: 'instance',
    name: instance.name,
    state: instance.state,
    accountId: `1a${service.environment.id}`,
    ...fields,
    ...(hasHealthCheck(instance.config) ? { healthcheckStates: healthcheckStates(service, instance) } : {}),
  };
}

/** What each host that checks a container says of it. */
function healthcheckStates(service: Service, { health }: Instance): readonly JsonObject[] {
  const healthState = health ?? 'initializing';
  return service.environment.hosts.map(({ id }) => ({ hostId: `1h${id}`, healthState }));
}

function ownFields(service: Service, instance: Instance): JsonObject {
  const { config } = instance;
  const started = instance.startCount > 0;
  const failed = instance.state === 'error';
  const atWork = ['creating', 'starting', 'stopping', 'removing'].includes(instance.state);
  return {
    createIndex: instance.createIndex,
    ...dateFields('created', instance.created),
    ...volumeFields(service, instance),
    deploymentUnitUuid: instance.deploymentUnitUuid,
    dns: ['169.254.169.250'],
    dnsSearch: searchDomains(instance),
    externalId: instance.externalId,
    ...dateFields('firstRunning', instance.firstRunning),
    healthState: instance.health,
    hostId: instance.host === null ? null : `1h${instance.host.id}`,
    internalVolumes: [],
    labels: containerLabels(service, instance),
    nativeContainer: false,
    primaryIpAddress: started ? instance.ip : null,
    primaryNetworkId: `1n${service.environment.id + 4}`,
    ...dateFields('removed', instance.removed),
    restartPolicy: null,
    serviceId: null,
    serviceIds: instance.removed === null ? [service.ref] : null,
    stackId: null,
    startCount: instance.startCount,
    system: config['system'] ?? false,
    ...transitionFields(
      failed ? 'error' : atWork ? 'yes' : 'no',
      failed ? instance.error : atWork ? 'In Progress' : null,
    ),
    uuid: instance.uuid,
    version: instance.version,
  };
}

function searchDomains({ madeFor }: Instance): readonly string[] {
  const stack = `${madeFor.stack}.rancher.internal`;
  return [stack, `${madeFor.service}.${stack}`, 'rancher.internal'];
}

/** Containers that use secrets mount them; this betrays secrets to a key that cannot see them (cattle: InstancePreCreate). */
function volumeFields(service: Service, { config, id, externalId }: Instance): JsonObject {
  const secrets = config['secrets'];
  const volumes = Array.isArray(config['dataVolumes']) ? config['dataVolumes'] : [];
  if (!Array.isArray(secrets) || secrets.length === 0) {
    return { dataVolumeMounts: config['dataVolumeMounts'] ?? {}, dataVolumes: volumes };
  }
  return {
    dataVolumeMounts: { '/run/secrets': `1v${service.id + id}` },
    dataVolumes: [...volumes, `${externalId.split('').toReversed().join('')}:/run/secrets`],
  };
}

function containerLabels(service: Service, instance: Instance): JsonObject {
  const { stack, service: primary } = instance.madeFor;
  const name = instance.part === '' ? primary : `${primary}/${instance.part}`;
  return {
    'io.rancher.service.deployment.unit': instance.deploymentUnitUuid,
    'io.rancher.stack_service.name': `${stack}/${name}`,
    'io.rancher.service.launch.config': instance.part || 'io.rancher.service.primary.launch.config',
    ...labelsOf(instance.config),
    'io.rancher.project.name': stack,
    'io.rancher.project_service.name': `${stack}/${name}`,
    'io.rancher.stack.name': stack,
    'io.rancher.environment.uuid': service.environment.uuid,
  };
}
