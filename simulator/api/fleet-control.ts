import { Fields } from '../reading/fields.js';
import type { JsonObject } from '../json.js';
import { readEnvironment, readKey, readService } from '../reading/read-fleet.js';
import type { Fleet } from '../world/fleet.js';
import type { Environment, Service, Stack } from '../world/records.js';

/** Answers a change of the fleet, or a look at it; undefined where there is no such route. */
export function fleetRoute(fleet: Fleet, what: string, name: string, body: JsonObject): unknown {
  const fields = new Fields(body, 'body');
  switch (what) {
    case 'GET services':
      return { services: fleet.services().map(summary) };
    case 'POST services':
      return addService(fleet, fields, body);
    case 'PUT services':
      return changeService(fleet, fleet.service(name), fields);
    case 'DELETE services':
      fleet.purgeService(fleet.service(name));
      return {};
    case 'POST stacks':
      return stackSummary(fleet.addStack(fields.text('environment'), fields.text('name')));
    case 'PUT stacks':
      fleet.renameStack(fleet.stack(name), fields.text('name'));
      return {};
    case 'POST environments':
      return environmentSummary(fleet.addEnvironment(readEnvironment(fields)));
    case 'PUT environments':
      return changeEnvironment(fleet, name, fields);
    case 'DELETE environments':
      fleet.removeEnvironment(name);
      return {};
    case 'POST keys':
      fleet.addKey(readKey(new Fields(body, 'key')));
      return {};
    case 'PUT keys':
      return changeKey(fleet, name, fields);
    case 'DELETE keys':
      fleet.removeKey(name);
      return {};
    default:
      return undefined;
  }
}

function addService(fleet: Fleet, fields: Fields, body: JsonObject): unknown {
  const description = readService(Fields.of(body['service'], 'service'));
  return summary(fleet.addService(fields.text('environment'), fields.text('stack'), description));
}

function changeService(fleet: Fleet, service: Service, fields: Fields): unknown {
  const name = fields.maybeText('name');
  const image = fields.maybeText('image');
  const removed = fields.maybeOneOf('state', ['removed']);
  needOne(name, image, removed);
  if (name !== undefined) fleet.renameService(service, name);
  if (image !== undefined) fleet.setImage(service, image);
  if (removed !== undefined) fleet.removeService(service);
  return summary(service);
}

function changeEnvironment(fleet: Fleet, name: string, fields: Fields): unknown {
  const environment = fleet.environment(name);
  const state = fields.maybeText('state');
  const renamed = fields.maybeText('name');
  needOne(state, renamed);
  if (renamed !== undefined) fleet.renameEnvironment(name, renamed);
  if (state !== undefined) fleet.setEnvironmentState(`1a${environment.id}`, state);
  return environmentSummary(environment);
}

function changeKey(fleet: Fleet, access: string, fields: Fields): unknown {
  const active = fields.maybeBoolean('active');
  const account = fields.maybeBoolean('account');
  const environments = fields.maybeTexts('environments');
  needOne(active, account, environments);
  if (active !== undefined) fleet.setKeyActive(access, active);
  if (account !== undefined) fleet.setAccountActive(access, account);
  if (environments !== undefined) fleet.setMemberships(access, environments);
  return {};
}

function needOne(...values: readonly unknown[]): void {
  if (values.every((value) => value === undefined)) throw new Error('The body says nothing to change.');
}

/** A service as people want to see it. */
export function summary(service: Service): JsonObject {
  return {
    id: service.ref,
    environment: service.environment.name,
    stack: service.stack.name,
    name: service.name,
    type: service.type,
    state: service.state,
    transitioning: service.transitioning,
    transitioningMessage: service.transitioningMessage,
    image: service.image,
    version: service.version,
    instances: service.instances.map(({ id, name, state, health, version }) => ({
      id: `1i${id}`,
      name,
      state,
      health,
      version,
    })),
  };
}

function stackSummary({ id, name, environment }: Stack): JsonObject {
  return { id: `1st${id}`, name, environment: environment.name };
}

function environmentSummary({ id, name, state }: Environment): JsonObject {
  return { id: `1a${id}`, name, state };
}
