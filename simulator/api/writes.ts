import type { JsonObject } from '../json.js';
import { offeredTo, serviceResource } from '../resources/service-resource.js';
import { emptyCollection } from '../resources/vocabulary.js';
import type { ActionContext } from '../world/action-context.js';
import { perform, updateService } from '../world/actions.js';
import { ApiError } from '../world/api-error.js';
import { numberIn } from '../world/numbers.js';
import { SERVICE_ACTIONS, type ServiceAction } from '../world/states.js';
import type { World } from '../world/world.js';
import { kindOfCollection, type Collection } from './collections.js';
import type { Caller } from '../asking/keys.js';
import type { Reply } from './reply.js';
import type { ApiRequest } from '../asking/request.js';
import { findService, read } from './router.js';

/** Answers any request that has passed authentication. */
export function answer(
  world: World,
  request: ApiRequest,
  caller: Caller,
  conflict: ActionContext['conflict'],
): Reply {
  if (request.method === 'GET') return { status: 200, body: read(world, request, caller) };
  const [segment, id] = request.segments;
  const of = segment === undefined ? undefined : kindOfCollection(segment, request.version);
  if (segment !== undefined && of === undefined && emptyCollection(segment) === undefined) {
    throw ApiError.status(404);
  }
  const context = { actor: caller.name, secrets: caller.secrets, conflict, ownLink: isOwnLink(of) };
  if (request.method === 'POST' && request.action !== null && id !== undefined) {
    return post(world, request, caller, of, id, request.action, context);
  }
  if (of?.name !== 'service' || id === undefined || request.segments.length > 2) throw ApiError.status(405);
  if (caller.role === 'readonly') throw ApiError.status(405);
  if (request.method === 'PUT') return put(world, request, caller, id, context);
  if (request.method === 'DELETE') return remove(world, request, caller, id, context);
  throw ApiError.status(405);
}

/** The order of checks is Cattle's (cattle: ValidationHandler): the action's name before the row, the row before its state. */
function post(
  world: World,
  request: ApiRequest,
  caller: Caller,
  of: Collection | undefined,
  id: string,
  action: string,
  context: ActionContext,
): Reply {
  if (of?.name !== 'service') throw ApiError.invalid('InvalidAction', 'action');
  if (numberIn(id) === null) throw ApiError.status(404);
  if (caller.role === 'readonly' || !isServiceAction(action)) {
    throw ApiError.invalid('InvalidAction', 'action');
  }
  const service = findService(world, caller, id, of.kind);
  if (service.system && offeredTo(service, caller).length === 0) {
    throw ApiError.invalid('ActionNotAvailable', 'action');
  }
  const { action: _, ...parameters } = Object.fromEntries(request.query);
  const body: JsonObject = { ...parameters, ...request.body };
  perform(world, service, action, body, context);
  return { status: 202, body: serviceResource(service, caller, request) };
}

function put(world: World, request: ApiRequest, caller: Caller, id: string, context: ActionContext): Reply {
  const service = world.services.get(numberIn(id) ?? -1);
  // A PUT of an unknown id was answered 500 by a real server.
  if (service === undefined) throw ApiError.status(500);
  findService(world, caller, id);
  updateService(world, service, request.body, context);
  return { status: 200, body: serviceResource(service, caller, request) };
}

function remove(
  world: World,
  request: ApiRequest,
  caller: Caller,
  id: string,
  context: ActionContext,
): Reply {
  const service = findService(world, caller, id);
  perform(world, service, 'remove', {}, context);
  return { status: 200, body: serviceResource(service, caller, request) };
}

function isServiceAction(name: string): name is ServiceAction {
  return (SERVICE_ACTIONS as readonly string[]).includes(name);
}

function isOwnLink(of: Collection | undefined): boolean {
  return of?.kind === 'loadBalancerService';
}
