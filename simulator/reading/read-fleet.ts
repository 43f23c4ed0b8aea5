import { parse } from 'yaml';

import { Fields } from './fields.js';
import {
  KEY_KINDS,
  SERVICE_TYPES,
  type EnvironmentDescription,
  type FleetDescription,
  type KeyDescription,
  type ServiceDescription,
  type SidekickDescription,
  type StackDescription,
} from '../fleet.js';

/** Reads a fleet from JSON or YAML text; throws with the place of the first mistake. */
export function readFleet(text: string): FleetDescription {
  const fleet = Fields.of(read(text), 'fleet');
  return {
    environments: fleet.list('environments').map(readEnvironment),
    keys: fleet.list('keys').map(readKey),
  };
}

/** JSON is YAML, but read as JSON it takes a tenth of the time. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}

/** Reads one environment. */
export function readEnvironment(fields: Fields): EnvironmentDescription {
  return {
    name: fields.text('name'),
    id: fields.maybeText('id'),
    state: fields.maybeText('state'),
    hosts: fields.maybeNumber('hosts'),
    stacks: fields.list('stacks').map(readStack),
  };
}

function readStack(fields: Fields): StackDescription {
  return {
    name: fields.text('name'),
    id: fields.maybeText('id'),
    system: fields.maybeBoolean('system'),
    externalId: fields.maybeText('externalId'),
    dockerCompose: fields.maybeText('dockerCompose'),
    rancherCompose: fields.maybeText('rancherCompose'),
    services: fields.list('services').map(readService),
  };
}

/** Reads one service's description. */
export function readService(fields: Fields): ServiceDescription {
  const upgrade = fields.maybeObject('upgrade');
  return {
    name: fields.text('name'),
    id: fields.maybeText('id'),
    type: fields.maybeOneOf('type', SERVICE_TYPES),
    image: fields.maybeText('image'),
    scale: fields.maybeNumber('scale'),
    state: fields.maybeText('state'),
    labels: fields.maybeTextMap('labels'),
    sidekicks: fields.list('sidekicks').map(readSidekick),
    healthCheck: readHealthCheck(fields),
    secrets: fields.maybeTexts('secrets'),
    retainIp: fields.maybeBoolean('retainIp'),
    system: fields.maybeBoolean('system'),
    description: fields.maybeText('description'),
    metadata: fields.maybeObject('metadata'),
    selectorContainer: fields.maybeText('selectorContainer'),
    externalIpAddresses: fields.maybeTexts('externalIpAddresses'),
    version: fields.maybeText('version'),
    launchConfig: fields.maybeObject('launchConfig'),
    upgrade: upgrade === undefined ? undefined : readUpgrade(Fields.of(upgrade, 'upgrade')),
  };
}

function readSidekick(fields: Fields): SidekickDescription {
  return {
    name: fields.text('name'),
    image: fields.text('image'),
    labels: fields.maybeTextMap('labels'),
    launchConfig: fields.maybeObject('launchConfig'),
  };
}

function readHealthCheck(fields: Fields): ServiceDescription['healthCheck'] {
  try {
    return fields.maybeBoolean('healthCheck');
  } catch {
    return fields.maybeObject('healthCheck');
  }
}

function readUpgrade(fields: Fields): NonNullable<ServiceDescription['upgrade']> {
  return {
    previousImage: fields.text('previousImage'),
    previousVersion: fields.maybeText('previousVersion'),
    batchSize: fields.maybeNumber('batchSize'),
    intervalMillis: fields.maybeNumber('intervalMillis'),
    startFirst: fields.maybeBoolean('startFirst'),
  };
}

/** Reads one key. */
export function readKey(fields: Fields): KeyDescription {
  return {
    access: fields.text('access'),
    secret: fields.text('secret'),
    kind: fields.oneOf('kind', KEY_KINDS),
    environment: fields.maybeText('environment'),
    environments: fields.maybeTexts('environments'),
    role: fields.maybeOneOf('role', ['owner', 'member', 'restricted']),
    name: fields.maybeText('name'),
  };
}
