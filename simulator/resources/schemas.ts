import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import {
  LAUNCH_CONFIG_DEFAULTS,
  LAUNCH_CONFIG_FIELDS,
  NOT_NULLABLE,
  READ_ONLY_FIELDS,
} from '../world/launch-config-fields.js';
import { SERVICE_ACTIONS } from '../world/states.js';

type Fields = Readonly<Record<string, JsonObject>>;

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

/** A field as schemas write it; `mode` has `c` where it may be set at creation, `u` where later, `!` where never null. */
function field(type: string, mode: string, more: JsonObject = {}): JsonObject {
  return {
    type,
    description: null,
    create: mode.includes('c'),
    update: mode.includes('u'),
    ...(mode.includes('!') ? {} : { nullable: true }),
    readOnCreateOnly: false,
    ...more,
  };
}

/** The schemas that answer questions of capability, by id: what is missing here, the caller may not do. */
export function schemasFor(caller: Caller): Readonly<Record<string, Fields>> {
  return {
    service: serviceFields(caller.role !== 'readonly'),
    launchConfig: launchConfigFields(caller),
    serviceUpgrade: {
      inServiceStrategy: field('inServiceUpgradeStrategy', 'c'),
      toServiceStrategy: field('toServiceUpgradeStrategy', 'c'),
    },
    inServiceUpgradeStrategy: {
      batchSize: field('int', 'c', { default: 1, min: 1 }),
      intervalMillis: field('int', 'c', { default: 2000, min: 100 }),
      launchConfig: field('launchConfig', 'c'),
      previousLaunchConfig: field('launchConfig', ''),
      previousSecondaryLaunchConfigs: field('array[secondaryLaunchConfig]', '!'),
      secondaryLaunchConfigs: field('array[secondaryLaunchConfig]', 'c!'),
      startFirst: field('boolean', 'c!', { default: false }),
    },
    project: {},
    stack: {},
    container: {},
    serviceLog: {},
    ...(caller.secrets ? { secret: {}, secretReference: {} } : {}),
    ...(caller.environment === null ? {} : { subscribe: { eventNames: field('array[string]', 'c') } }),
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

/** One schema by id, in any case; undefined where this caller has none of that name. */
export function schemaResource(id: string, caller: Caller, request: ApiRequest): JsonObject | undefined {
  const found = Object.entries(schemasFor(caller)).find(([name]) => name.toLowerCase() === id.toLowerCase());
  if (found === undefined) return undefined;
  const [name, resourceFields] = found;
  const writes = caller.role !== 'readonly';
  const collection = COLLECTIONS[name];
  const links = { self: `${request.prefix}/schemas/${name}`.toLowerCase() };
  return {
    id: name,
    type: 'schema',
    links:
      collection === undefined
        ? links
        : { ...links, collection: `${request.prefix}/${collection}`.toLowerCase() },
    actions: {},
    pluralName: name === 'subscribe' ? name : `${name}s`,
    resourceFields,
    collectionFilters: {},
    includeableLinks: name === 'service' ? ['instances', 'stack'] : [],
    resourceActions: name === 'service' && writes ? serviceActions() : {},
    collectionActions: {},
    collectionFields: {},
    ...methods(collection !== undefined, writes),
    baseType: 'schema',
  };
}

/** Types without a collection are only parts of others. */
function methods(listed: boolean, writes: boolean): JsonObject {
  if (!listed) return { collectionMethods: writes ? ['POST'] : [], resourceMethods: ['GET'] };
  if (!writes) return { collectionMethods: ['GET'], resourceMethods: ['GET'] };
  return { collectionMethods: ['GET', 'POST'], resourceMethods: ['GET', 'PUT', 'DELETE'] };
}

function launchConfigFields(caller: Caller): Fields {
  const defaults: JsonObject = LAUNCH_CONFIG_DEFAULTS;
  const own = [...LAUNCH_CONFIG_FIELDS]
    .filter(([name]) => isShown(name, caller))
    .map(([name, type]) => {
      const nullable = type !== 'boolean' && name !== 'drainTimeoutMs' && !NOT_NULLABLE.has(name);
      const more = name in defaults ? { default: defaults[name] } : {};
      return [name, field(TYPE_NAMES[type] ?? type, nullable ? 'c' : 'c!', more)] as const;
    });
  const shown = READ_ONLY_FIELDS.map((name) => [name, field('string', '')] as const);
  return Object.fromEntries([...own, ...shown]);
}

function isShown(name: string, caller: Caller): boolean {
  if (name === 'secrets') return caller.secrets;
  return name !== 'environment' || caller.role !== 'readonly';
}

/** Name, type, and whether it may be set and changed (cattle: schema `service`). */
const SERVICE_FIELDS = `accountId:reference[account]: createIndex:int: created:date: description:string:cu
  externalId:string:c healthState:string: id:int: kind:string: name:string:cu removed:date: selectorContainer:string:cu
  selectorLink:string:cu stackId:reference[stack]:c state:enum:! system:boolean:! uuid:string: vip:string:c
  transitioning:enum:! transitioningMessage:string: transitioningProgress:int: scale:int:cu! currentScale:int:!
  scalePolicy:scalePolicy:cu launchConfig:launchConfig:c upgrade:serviceUpgrade:
  secondaryLaunchConfigs:array[secondaryLaunchConfig]:c! metadata:map[json]:cu fqdn:string:
  publicEndpoints:array[publicEndpoint]:cu retainIp:boolean:cu assignServiceIpAddress:boolean:c! startOnCreate:boolean:c
  linkedServices:map[reference[service]]: instanceIds:array[reference[instance]]: lbConfig:lbTargetConfig:cu`;

function serviceFields(writes: boolean): Fields {
  return Object.fromEntries(
    SERVICE_FIELDS.split(/\s+/).map((text) => {
      const [name = '', type = '', mode = ''] = text.split(':');
      return [name, field(type, writes ? mode : mode.replaceAll(/[cu]/g, ''))];
    }),
  );
}

const ACTION_INPUTS: Readonly<Record<string, string>> = {
  upgrade: 'serviceUpgrade',
  restart: 'serviceRestart',
  addservicelink: 'addRemoveServiceLinkInput',
  removeservicelink: 'addRemoveServiceLinkInput',
  setservicelinks: 'setServiceLinksInput',
};

function serviceActions(): JsonObject {
  return Object.fromEntries(
    SERVICE_ACTIONS.map((name) => [name, { input: ACTION_INPUTS[name] ?? null, output: 'service' }]),
  );
}
