import type { JsonObject } from '../json.js';
import { collection, type ListOf } from '../resources/collection.js';
import { instanceResource } from '../resources/instance-resource.js';
import { linksBelow } from '../resources/links.js';
import { instanceList, logList } from '../resources/container-lists.js';
import * as lists from '../resources/lists.js';
import { projectResource } from '../resources/project-resource.js';
import { schemaResource, schemasFor } from '../resources/schemas.js';
import { serviceResource } from '../resources/service-resource.js';
import { stackResource } from '../resources/stack-resource.js';
import { baseLinks, emptyCollection } from '../resources/vocabulary.js';
import { ApiError } from '../world/api-error.js';
import { numberIn } from '../world/numbers.js';
import type { Service } from '../world/records.js';
import type { World } from '../world/world.js';
import { sees, type Caller } from '../asking/keys.js';
import { isRole, kindOfCollection, type Collection } from './collections.js';
import type { ApiRequest } from '../asking/request.js';
import {
  accountsFor,
  instancesFor,
  logsFor,
  projectsFor,
  seesEnvironment,
  servicesFor,
  stacksFor,
} from './rows.js';

/** Answers a GET: a resource, a list, or what hangs below a resource. */
export function read(world: World, request: ApiRequest, caller: Caller): JsonObject {
  const [segment, id, link] = request.segments;
  if (segment === undefined) return apiVersion(request, caller);
  const found = kindOfCollection(segment, request.version);
  if (found === undefined) return emptyList(request, segment);
  if (id === undefined) return list(world, request, caller, found);
  if (link !== undefined) return linked(world, request, caller, found, id, link);
  return resource(world, request, caller, found, id);
}

function apiVersion(request: ApiRequest, caller: Caller): JsonObject {
  const self = `${request.origin}/${request.version}`.toLowerCase();
  const names = baseLinks(request.version, {
    subscribe: caller.environment !== null,
    secrets: caller.secrets,
  });
  return {
    id: request.version,
    type: 'apiVersion',
    links: { ...linksBelow(self, names), self: request.rawPath === '/' ? `${request.origin}/` : self },
    actions: {},
    baseType: 'apiVersion',
  };
}

function emptyList(request: ApiRequest, segment: string): JsonObject {
  const resourceType = emptyCollection(segment);
  if (resourceType === undefined || request.segments.length > 1) throw ApiError.status(404);
  return collection(request, [], { resourceType, createTypes: [], fields: {}, render: () => ({}) });
}

function list(
  world: World,
  request: ApiRequest,
  caller: Caller,
  { name, kind }: Collection,
  more: Partial<Pick<ListOf<Service>, 'fields' | 'paged' | 'createDefaults'>> = {},
): JsonObject {
  switch (name) {
    case 'service': {
      const all = servicesFor(world, request, caller);
      const rows = kind === 'service' ? all : all.filter(({ type }) => type === kind);
      return collection(request, rows, { ...lists.serviceList(caller, request, kind), ...more });
    }
    case 'stack':
      return collection(request, stacksFor(world, caller), lists.stackList(caller, request));
    case 'instance':
      return collection(request, instancesFor(world, caller), instanceList(caller, request));
    case 'project':
      return collection(request, projectsFor(world, request, caller), lists.projectList(caller, request));
    case 'account':
      return collection(request, accountsFor(world, caller), lists.accountList(caller, request));
    case 'serviceLog':
      return collection(request, logsFor(world, request, caller), logList(request));
    case 'schema':
      return schemaList(request, caller);
    case 'subscribe':
      return subscribe(request, caller);
    default:
      return name satisfies never;
  }
}

function resource(world: World, request: ApiRequest, caller: Caller, of: Collection, id: string): JsonObject {
  switch (of.name) {
    case 'service': {
      const service = findService(world, caller, id, of.kind);
      return serviceResource(service, caller, request);
    }
    case 'stack': {
      const stack = world.stacks.get(numberIn(id) ?? -1);
      if (stack === undefined || !seesEnvironment(caller, stack.environment)) break;
      return stackResource(stack, caller, request);
    }
    case 'instance': {
      const placed = world.instances.get(numberIn(id) ?? -1);
      if (placed === undefined || !sees(caller, placed.service)) break;
      return instanceResource(placed.service, placed.instance, caller, request);
    }
    case 'project':
    case 'account':
      return project(world, request, caller, id);
    case 'schema': {
      const schema = schemaResource(id, caller, request);
      if (schema !== undefined) return schema;
      break;
    }
    case 'serviceLog':
    case 'subscribe':
      break;
  }
  throw ApiError.status(404);
}

/** A service by id, also a removed one; 404 for those of others. */
export function findService(world: World, caller: Caller, id: string, kind = 'service'): Service {
  const service = world.services.get(numberIn(id) ?? -1);
  if (service === undefined || !sees(caller, service)) throw ApiError.status(404);
  if (kind !== 'service' && service.type !== kind) throw ApiError.status(404);
  return service;
}

function project(world: World, request: ApiRequest, caller: Caller, id: string): JsonObject {
  const environment = world.environments.get(numberIn(id) ?? -1);
  if (environment === undefined) throw ApiError.status(404);
  const visible = caller.kind === 'admin' || caller.memberOf.includes(environment);
  if (!visible) throw ApiError.status(404);
  return projectResource(environment, caller, request);
}

function linked(
  world: World,
  request: ApiRequest,
  caller: Caller,
  of: Collection,
  id: string,
  link: string,
): JsonObject {
  if (of.name === 'project') {
    project(world, request, caller, id);
    const environment = world.environment(`1a${numberIn(id)}`);
    const inside = kindOfCollection(link, request.version);
    if (inside === undefined) return emptyList({ ...request, segments: [link] }, link);
    const within = { ...caller, environment, everything: false };
    return list(world, request, within, inside, {
      fields: {},
      paged: false,
      createDefaults: { accountId: `1a${environment.id}` },
    });
  }
  if (of.name === 'stack' && isRole(link, 'services')) {
    const found = resource(world, request, caller, of, id);
    const stack = world.stacks.get(numberIn(String(found['id'])) ?? -1);
    return collection(request, [...(stack?.services.values() ?? [])], lists.serviceList(caller, request));
  }
  if (of.name !== 'service') throw ApiError.status(404);
  return linkedToService(request, caller, findService(world, caller, id, of.kind), link);
}

function linkedToService(request: ApiRequest, caller: Caller, service: Service, link: string): JsonObject {
  if (isRole(link, 'instances')) {
    const rows = service.instances.map((instance) => ({ service, instance }));
    return collection(request, rows, instanceList(caller, request));
  }
  if (isRole(link, 'servicelogs')) {
    const rows = service.logs.map((entry) => ({ service, entry }));
    return collection(request, rows, logList(request));
  }
  if (isRole(link, 'stack') || isRole(link, 'environment'))
    return stackResource(service.stack, caller, request);
  const empty = { createTypes: [], fields: {}, render: () => ({}) };
  return collection(request, [], { resourceType: emptyCollection(link) ?? link, ...empty });
}

function schemaList(request: ApiRequest, caller: Caller): JsonObject {
  const names = Object.keys(schemasFor(caller)).toSorted();
  const rows = names.flatMap((name): readonly JsonObject[] => {
    const schema = schemaResource(name, caller, request);
    return schema === undefined ? [] : [schema];
  });
  const of = { createTypes: [], fields: {}, render: (row: JsonObject) => row, paged: false };
  return collection(request, rows, { resourceType: 'schema', ...of });
}

/** Without a websocket there is nothing to subscribe to: an empty list (seen on a real server; the source reads as 404). */
function subscribe(request: ApiRequest, caller: Caller): JsonObject {
  if (caller.environment === null) throw ApiError.status(404);
  const fields = { eventNames: { type: 'text' as const, read: () => null } };
  const of = { createTypes: [], fields, render: () => ({}), paged: false };
  return collection(request, [], { resourceType: 'subscribe', ...of });
}
