import type { Caller } from '../asking/keys.js';
import type { ApiRequest } from '../asking/request.js';
import type { Instance, LogEntry, Service } from '../world/records.js';
import type { ListOf } from './collection.js';
import { field, nothing } from './filters.js';
import { instanceResource } from './instance-resource.js';
import { serviceLogResource } from './stack-resource.js';

/** A container together with its service. */
export interface Placed {
  readonly service: Service;
  readonly instance: Instance;
}

const INSTANCE_COLUMNS =
  `agentId allocationState compute deploymentUnitUuid description dnsInternal dnsSearchInternal
  domain firstRunning healthUpdated hostname imageId instanceTriggeredStop memoryMb memoryReservation
  milliCpuReservation nativeContainer networkContainerId registryCredentialId removeTime removed serviceId
  serviceIndexId stackId system token userdata zoneId`.split(/\s+/);

/** Containers. */
export function instanceList(caller: Caller, request: ApiRequest): ListOf<Placed> {
  return {
    resourceType: 'instance',
    createTypes: ['container'],
    fields: {
      ...Object.fromEntries(INSTANCE_COLUMNS.map((name) => [name, nothing<Placed>()])),
      accountId: field('reference', ({ service }) => service.environment.id),
      createIndex: field('number', ({ instance }) => instance.createIndex),
      created: field('date', ({ instance }) => instance.created),
      externalId: field('text', ({ instance }) => instance.externalId),
      healthState: field('text', ({ instance }) => instance.health),
      id: field('number', ({ instance }) => instance.id),
      kind: field('text', () => 'container'),
      name: field('text', ({ instance }) => instance.name),
      startCount: field('number', ({ instance }) => instance.startCount),
      state: field('enum', ({ instance }) => instance.state),
      uuid: field('text', ({ instance }) => instance.uuid),
      version: field('text', ({ instance }) => instance.version),
    },
    render: ({ service, instance }) => instanceResource(service, instance, caller, request),
  };
}

/** A line of a log together with its service. */
export interface Logged {
  readonly service: Service;
  readonly entry: LogEntry;
}

/** Service logs. */
export function logList(request: ApiRequest): ListOf<Logged> {
  return {
    resourceType: 'serviceLog',
    createTypes: [],
    fields: {
      accountId: field('reference', ({ service }) => service.environment.id),
      created: field('date', ({ entry }) => entry.id),
      description: field('text', ({ entry }) => entry.description),
      endTime: field('date', ({ entry }) => entry.at),
      eventType: field('text', ({ entry }) => entry.eventType),
      id: field('number', ({ entry }) => entry.id),
      instanceId: field('reference', ({ entry }) => entry.instance),
      kind: field('text', () => 'serviceLog'),
      level: field('text', ({ entry }) => entry.level),
      serviceId: field('reference', ({ service }) => service.id),
      subLog: field('enum', () => true),
      transactionId: field('text', ({ entry }) => entry.transactionId),
    },
    render: ({ service, entry }) => serviceLogResource(service, entry, request),
  };
}
