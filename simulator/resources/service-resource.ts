import type { Caller } from '../asking/keys.js';
import { one, type ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import { healthOf } from '../world/health.js';
import type { LaunchConfig } from '../world/configs.js';
import type { Service } from '../world/records.js';
import { actionsOf } from '../world/states.js';
import { unitsOf } from '../world/units.js';
import { upgradeField, visible } from './config-view.js';
import { actionLinks, dateFields, linksBelow, linkTo, transitionFields } from './links.js';

const LINKS = [
  'account',
  'configItemStatuses',
  'consumedbyservices',
  'consumedservices',
  'instances',
  'networkDrivers',
  'serviceExposeMaps',
  'serviceLogs',
  'stack',
  'storageDrivers',
];

const WITH_STATS = new Set(['service', 'loadBalancerService']);

/** Types to which Cattle adds `environmentId` on v1 (cattle: CompatibilityOutputFilter). */
const PATCHED_ON_V1 = new Set([
  'service',
  'kubernetesService',
  'composeService',
  'loadBalancerService',
  'dnsService',
  'externalService',
]);

/** A service as this caller sees it: links, actions and fields depend on the key and the URL. */
export function serviceResource(service: Service, caller: Caller, request: ApiRequest): JsonObject {
  const self = linkTo(request, service.type, service.ref);
  const actions = actionLinks(self, offeredTo(service, caller));
  const renamed = one(request.headers['x-api-action-links']) === 'true';
  const v1 = request.version === 'v1' && PATCHED_ON_V1.has(service.type);
  return {
    id: service.ref,
    type: service.type,
    links: links(service, self, request, v1, caller.everything),
    ...(renamed ? {} : { actions }),
    baseType: 'service',
    ...(renamed ? { actionLinks: actions } : {}),
    name: service.name,
    state: service.state,
    ...FIELDS[service.type](fieldsOf(service, caller)),
    ...(v1 ? { environmentId: `1e${service.stack.id}` } : {}),
  };
}

/** The actions that this caller may see: none for readers, none on system services for restricted members. */
export function offeredTo(service: Service, caller: Caller): readonly string[] {
  if (caller.role === 'readonly') return [];
  if (service.system && caller.role === 'restricted') return [];
  return actionsOf(service);
}

function links(
  service: Service,
  self: string,
  request: ApiRequest,
  v1: boolean,
  everything: boolean,
): JsonObject {
  const hidden = v1 ? 'stack' : '';
  const names = LINKS.filter((name) => name !== hidden && (everything || name !== 'configItemStatuses'));
  return {
    self,
    ...linksBelow(self, names),
    ...(v1 ? { environment: `${request.prefix}/environment/1e${service.stack.id}`.toLowerCase() } : {}),
    ...(WITH_STATS.has(service.type) ? { containerStats: `${self}/containerstats` } : {}),
  };
}

function fieldsOf(service: Service, caller: Caller): Record<string, unknown> {
  const show = (config: LaunchConfig): JsonObject => visible(config, caller);
  return {
    accountId: `1a${service.environment.id}`,
    assignServiceIpAddress: false,
    createIndex: service.createIndex,
    ...dateFields('created', service.created),
    currentScale: currentScale(service),
    ...(caller.everything ? { data: { fields: {} } } : {}),
    description: service.description,
    externalId: null,
    externalIpAddresses: service.externalIpAddresses,
    fqdn: null,
    healthCheck: null,
    healthState: healthOf(service),
    hostname: null,
    instanceIds: idsOrNull(service),
    kind: service.type,
    launchConfig: show(service.launchConfig),
    lbConfig: service.lbConfig,
    linkedServices: service.linkedServices,
    metadata: service.metadata,
    networkDriver: null,
    publicEndpoints: publicEndpoints(service),
    ...(caller.everything ? { removeTime: null } : {}),
    ...dateFields('removed', service.removed),
    retainIp: service.retainIp,
    scale: service.scale,
    scalePolicy: null,
    secondaryLaunchConfigs: service.secondaries.map(show),
    selectorContainer: service.selectorContainer,
    selectorLink: null,
    stackId: `1st${service.stack.id}`,
    startOnCreate: service.startOnCreate,
    storageDriver: null,
    system: service.system,
    ...transitionFields(service.transitioning, service.transitioningMessage),
    upgrade: upgradeField(service, show),
    uuid: service.uuid,
    vip: null,
  };
}

const COMMON = ['externalIpAddresses', 'healthCheck', 'hostname', 'networkDriver', 'storageDriver'];
const SCALED = ['createIndex', 'currentScale', 'lbConfig', 'publicEndpoints', 'scale', 'scalePolicy', 'vip'];

function without(names: readonly string[]): (fields: JsonObject) => JsonObject {
  const left = new Set(names);
  return (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => !left.has(name)));
}

function but(...kept: readonly string[]): readonly string[] {
  return COMMON.filter((name) => !kept.includes(name));
}

/** Which fields each kind of service has. */
const FIELDS: Readonly<Record<Service['type'], (fields: JsonObject) => JsonObject>> = {
  service: without(but()),
  loadBalancerService: without([...but(), 'createIndex', 'selectorContainer']),
  dnsService: without([...but(), ...SCALED, 'selectorContainer']),
  externalService: without([
    ...but('externalIpAddresses', 'healthCheck', 'hostname'),
    ...SCALED,
    'assignServiceIpAddress',
    'retainIp',
    'selectorContainer',
    'selectorLink',
  ]),
  networkDriverService: without(but('networkDriver')),
  storageDriverService: without(but('storageDriver')),
  kubernetesService: without([...but(), ...SCALED, 'launchConfig', 'secondaryLaunchConfigs', 'upgrade']),
  composeService: without([...but(), ...SCALED, 'secondaryLaunchConfigs', 'upgrade']),
};

/** How many units there are; a service that was made stopped never shows one, a removed one its last. */
function currentScale(service: Service): number | null {
  if (!service.startOnCreate) return null;
  if (service.state === 'removed') return unitsOf(service).length;
  return new Set(service.instances.map(({ unit }) => unit)).size;
}

function idsOrNull(service: Service): readonly string[] | null {
  const ids = service.instances.map(({ id }) => `1i${id}`);
  return ids.length === 0 ? null : ids;
}

function publicEndpoints(service: Service): readonly JsonObject[] | null {
  const ports = service.launchConfig['ports'];
  if (!Array.isArray(ports) || ports.length === 0) return null;
  const running = service.instances.filter(({ part, state }) => part === '' && state === 'running');
  const open = ports.flatMap((port) => {
    const match = /(?:^|:)(\d+):\d+/.exec(String(port));
    return match === null ? [] : [Number(match[1])];
  });
  const endpoints = running.flatMap((instance) =>
    open.map((port) => ({
      type: 'publicEndpoint',
      hostId: `1h${instance.host?.id ?? 0}`,
      instanceId: `1i${instance.id}`,
      ipAddress: `192.168.0.${(instance.host?.id ?? 0) % 250}`,
      port,
      serviceId: service.ref,
    })),
  );
  return endpoints.length === 0 ? null : endpoints;
}
