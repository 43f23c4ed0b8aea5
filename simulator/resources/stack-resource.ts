import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { JsonObject } from '../json.js';
import { healthOf } from '../world/health.js';
import type { LogEntry, Service, Stack } from '../world/records.js';
import { actionLinks, dateFields, linksBelow, linkTo, transitionFields } from './links.js';

const LINKS = `account hosts instances scheduledUpgrades secrets services volumeTemplates volumes`.split(' ');
const ACTIONS = `deactivateservices activateservices upgrade addoutputs update exportconfig remove`.split(
  ' ',
);

/** A stack, or on v1 the same as `environment`, whose links still carry the stack's id. */
export function stackResource(stack: Stack, caller: Caller, request: ApiRequest): JsonObject {
  const v1 = request.version === 'v1';
  const type = v1 ? 'environment' : 'stack';
  const self = linkTo(request, type, `1st${stack.id}`);
  const services = [...stack.services.values()];
  return {
    id: v1 ? `1e${stack.id}` : `1st${stack.id}`,
    type,
    links: {
      self,
      ...linksBelow(self, LINKS),
      composeConfig: v1 ? null : `${self}/composeconfig`,
    },
    actions: caller.role === 'readonly' ? {} : actionLinks(self, ACTIONS),
    baseType: type,
    name: stack.name,
    state: 'active',
    accountId: `1a${stack.environment.id}`,
    answers: null,
    binding: null,
    ...dateFields('created', stack.created),
    description: null,
    dockerCompose: stack.dockerCompose,
    environment: null,
    externalId: stack.externalId,
    group: null,
    healthState: services.every((service) => healthOf(service) === 'healthy') ? 'healthy' : 'degraded',
    kind: type,
    outputs: null,
    previousEnvironment: null,
    previousExternalId: null,
    rancherCompose: stack.rancherCompose,
    removed: null,
    serviceIds: v1 ? null : services.map(({ ref }) => ref),
    startOnCreate: true,
    system: stack.system,
    templates: null,
    ...transitionFields(),
    uuid: stack.uuid,
  };
}

/** A line of a service's log. */
export function serviceLogResource(service: Service, entry: LogEntry, request: ApiRequest): JsonObject {
  const id = `1sl${entry.id}`;
  const self = linkTo(request, 'serviceLog', id);
  const links = entry.instance === null ? ['account', 'service'] : ['account', 'instance', 'service'];
  return {
    id,
    type: 'serviceLog',
    links: { self, ...linksBelow(self, links) },
    actions: {},
    baseType: 'serviceLog',
    accountId: `1a${service.environment.id}`,
    ...dateFields('created', entry.at),
    description: entry.description,
    ...dateFields('endTime', entry.at),
    eventType: entry.eventType,
    instanceId: entry.instance === null ? null : `1i${entry.instance}`,
    kind: 'serviceLog',
    level: entry.level,
    serviceId: service.ref,
    subLog: true,
    transactionId: entry.transactionId,
  };
}
