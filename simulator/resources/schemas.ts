import type { Caller } from '../api/keys.js';
import type { ApiRequest } from '../api/request.js';
import type { JsonObject } from '../json.js';
import {
  LAUNCH_CONFIG_DEFAULTS,
  LAUNCH_CONFIG_FIELDS,
  READ_ONLY_FIELDS,
} from '../world/launch-config-fields.js';
import { SERVICE_ACTIONS } from '../world/states.js';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  strings: 'array[string]',
  map: 'map[string]',
  maps: 'map[json]',
  object: 'json',
  objects: 'array[json]',
  host: 'reference[host]',
  reference: 'reference[instance]',
  references: 'array[reference[instance]]',
};

type Fields = Readonly<Record<string, JsonObject>>;

/** The schemas that answer questions of capability; their ids, and who has them. */
export function schemasFor(caller: Caller): Readonly<Record<string, Fields>> {
  const subscribes = caller.environment !== null;
  const upgrade = { nullable: true, create: true, update: false };
  return {
    service: serviceFields(),
    launchConfig: launchConfigFields(caller),
    serviceUpgrade: {
      inServiceStrategy: { type: 'inServiceUpgradeStrategy', ...upgrade },
      toServiceStrategy: { type: 'toServiceUpgradeStrategy', ...upgrade },
    },
    inServiceUpgradeStrategy: strategyFields(),
    project: {},
    stack: {},
    container: {},
    serviceLog: {},
    ...(caller.secrets ? { secret: {}, secretReference: {} } : {}),
    ...(subscribes ? { subscribe: { eventNames: { type: 'array[string]' } } } : {}),
  };
}

/** One schema by id, in any case; undefined where this caller has none of that name. */
export function schemaResource(id: string, caller: Caller, request: ApiRequest): JsonObject | undefined {
  const found = Object.entries(schemasFor(caller)).find(([name]) => name.toLowerCase() === id.toLowerCase());
  if (found === undefined) return undefined;
  const [name, resourceFields] = found;
  const reads = caller.role === 'readonly';
  const collection = COLLECTIONS[name];
  return {
    id: name,
    type: 'schema',
    links: {
      self: `${request.prefix}/schemas/${name}`.toLowerCase(),
      ...(collection === undefined ? {} : { collection: `${request.prefix}/${collection}`.toLowerCase() }),
    },
    actions: {},
    pluralName: `${name}s`,
    resourceFields,
    collectionFilters: {},
    includeableLinks: name === 'service' ? ['instances', 'stack'] : [],
    resourceActions: name === 'service' && !reads ? serviceActions() : {},
    collectionActions: {},
    collectionFields: {},
    collectionMethods: reads ? ['GET'] : ['GET', 'POST'],
    resourceMethods: reads ? ['GET'] : ['GET', 'PUT', 'DELETE'],
    baseType: 'schema',
  };
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  service: 'services',
  project: 'projects',
  stack: 'stacks',
  container: 'containers',
  serviceLog: 'servicelogs',
  subscribe: 'subscribe',
};

function launchConfigFields(caller: Caller): Fields {
  const fields = [...LAUNCH_CONFIG_FIELDS].filter(([name]) => isShown(name, caller));
  const own = fields.map(([name, type]) => [
    name,
    {
      type: TYPE_NAMES[type] ?? type,
      default: (LAUNCH_CONFIG_DEFAULTS as JsonObject)[name] ?? null,
      create: true,
      update: false,
      nullable: name !== 'labels' && name !== 'environment',
    },
  ]);
  const shown = READ_ONLY_FIELDS.map((name) => [name, { type: 'string', create: false, update: false }]);
  return Object.fromEntries([...own, ...shown]) as Fields;
}

function isShown(name: string, caller: Caller): boolean {
  if (name === 'secrets') return caller.secrets;
  return name !== 'environment' || caller.role !== 'readonly';
}

function strategyFields(): Fields {
  const given = { create: true, update: false };
  const shown = { create: false, update: false };
  return {
    batchSize: { type: 'int', default: 1, min: 1, nullable: true, ...given },
    intervalMillis: { type: 'int', default: 2000, min: 100, nullable: true, ...given },
    launchConfig: { type: 'launchConfig', nullable: true, ...given },
    previousLaunchConfig: { type: 'launchConfig', nullable: true, ...shown },
    previousSecondaryLaunchConfigs: { type: 'array[secondaryLaunchConfig]', ...shown },
    secondaryLaunchConfigs: { type: 'array[secondaryLaunchConfig]', ...given },
    startFirst: { type: 'boolean', default: false, ...given },
  };
}

function serviceFields(): Fields {
  const names =
    `accountId createIndex created description externalId healthState id kind name removed selectorContainer
    selectorLink stackId state system uuid vip transitioning transitioningMessage transitioningProgress scale
    currentScale scalePolicy launchConfig upgrade secondaryLaunchConfigs metadata fqdn publicEndpoints retainIp
    assignServiceIpAddress startOnCreate linkedServices instanceIds lbConfig`.split(/\s+/);
  const changeable = new Set([
    'description',
    'name',
    'scale',
    'scalePolicy',
    'metadata',
    'retainIp',
    'lbConfig',
  ]);
  return Object.fromEntries(
    names.map((name) => [name, { type: SERVICE_TYPES[name] ?? 'string', update: changeable.has(name) }]),
  );
}

const SERVICE_TYPES: Readonly<Record<string, string>> = {
  scale: 'int',
  currentScale: 'int',
  createIndex: 'int',
  launchConfig: 'launchConfig',
  secondaryLaunchConfigs: 'array[secondaryLaunchConfig]',
  upgrade: 'serviceUpgrade',
  metadata: 'map[json]',
  instanceIds: 'array[reference[instance]]',
  stackId: 'reference[stack]',
};

function serviceActions(): JsonObject {
  return Object.fromEntries(
    SERVICE_ACTIONS.map((name) => [
      name,
      { input: name === 'upgrade' ? 'serviceUpgrade' : null, output: 'service' },
    ]),
  );
}
