import type { EnvironmentDescription, ServiceDescription, StackDescription } from '../fleet.js';
import type { JsonObject } from '../json.js';
import { addContainer } from './containers.js';
import { complete } from './launch-config.js';
import type { LaunchConfig } from './configs.js';
import { Service, type Environment, type Stack } from './records.js';
import { isServiceState } from './states.js';
import { configOf, partsOf, unitsOf } from './units.js';
import type { World } from './world.js';

const LB_IMAGE = 'docker:rancher/lb-service-haproxy:v0.9.14';

/** Adds an environment with everything in it. */
export function buildEnvironment(world: World, description: EnvironmentDescription): Environment {
  const environment: Environment = {
    id: world.counters.account.next(description.id),
    name: description.name,
    uuid: world.ids.uuid(),
    created: world.clock.now(),
    hosts: Array.from({ length: description.hosts ?? 2 }, () => buildHost(world)),
    secrets: new Map(),
    stacks: new Map(),
    services: [],
    state: description.state ?? 'active',
    revision: 0,
  };
  world.environments.set(environment.id, environment);
  for (const stack of description.stacks) buildStack(world, environment, stack);
  return environment;
}

function buildHost(world: World): Environment['hosts'][number] {
  const id = world.counters.host.next();
  return { id, uuid: world.ids.uuid(), name: `host-${id}` };
}

/** Adds a stack with its services. */
export function buildStack(world: World, environment: Environment, description: StackDescription): Stack {
  const stack: Stack = {
    id: world.counters.stack.next(description.id),
    name: description.name,
    uuid: world.ids.uuid(),
    created: world.clock.now(),
    environment,
    system: description.system ?? false,
    externalId: description.externalId ?? null,
    dockerCompose: description.dockerCompose ?? null,
    rancherCompose: description.rancherCompose ?? null,
    services: new Map(),
  };
  environment.stacks.set(stack.name, stack);
  world.stacks.set(stack.id, stack);
  for (const service of description.services) buildService(world, stack, service);
  return stack;
}

/** Adds a service with its containers, as if it had been there for long. */
export function buildService(world: World, stack: Stack, description: ServiceDescription): Service {
  const type = description.type ?? 'service';
  const service = new Service(
    world.counters.service.next(description.id),
    description.name,
    type,
    stack,
    world.ids.uuid(),
    world.clock.now(),
    description.system ?? stack.system,
  );
  const state = description.state ?? 'active';
  if (!isServiceState(state)) throw new Error(`Service ${description.name} has an unknown state ${state}.`);
  service.scale = description.scale ?? 1;
  service.description = description.description ?? null;
  service.metadata = description.metadata ?? null;
  service.retainIp = description.retainIp ?? null;
  service.selectorContainer = description.selectorContainer ?? null;
  service.externalIpAddresses = description.externalIpAddresses ?? null;
  service.startOnCreate = state !== 'inactive';
  service.lbConfig = type === 'loadBalancerService' ? { type: 'lbConfig', portRules: [] } : null;
  configure(world, service, description);
  stack.services.set(service.name, service);
  world.services.set(service.id, service);
  insertById(stack.environment.services, service);
  if (state !== 'inactive' && state !== 'removed') fill(world, service, state);
  world.setState(service, state, 'fleet');
  return service;
}

function insertById(services: Service[], service: Service): void {
  let place = services.length;
  for (let before = services[place - 1]; before !== undefined && before.id > service.id;) {
    place -= 1;
    before = services[place - 1];
  }
  services.splice(place, 0, service);
}

function configure(world: World, service: Service, description: ServiceDescription): void {
  const { upgrade } = description;
  const version = description.version ?? (upgrade === undefined ? '0' : world.ids.uuid());
  service.launchConfig = primaryConfig(world, service, description, version);
  service.secondaries = (description.sidekicks ?? []).map((sidekick) =>
    complete(
      {
        ...sidekick.launchConfig,
        name: sidekick.name,
        imageUuid: imageUuid(sidekick.image),
        ...(sidekick.labels && { labels: sidekick.labels }),
      },
      'secondaryLaunchConfig',
      '0',
    ),
  );
  if (upgrade === undefined) return;
  const previous = { ...service.launchConfig, imageUuid: imageUuid(upgrade.previousImage) };
  service.upgrade = {
    inServiceStrategy: {
      batchSize: upgrade.batchSize ?? 1,
      intervalMillis: upgrade.intervalMillis ?? 2000,
      startFirst: upgrade.startFirst ?? false,
      launchConfig: service.launchConfig,
      secondaryLaunchConfigs: service.secondaries,
      previousLaunchConfig: { ...previous, version: upgrade.previousVersion ?? '0' },
      previousSecondaryLaunchConfigs: service.secondaries,
    },
    toServiceStrategy: null,
  };
}

function primaryConfig(
  world: World,
  service: Service,
  description: ServiceDescription,
  version: string,
): LaunchConfig {
  const image = description.image ?? (service.type === 'loadBalancerService' ? LB_IMAGE : undefined);
  if (image === undefined && service.type !== 'service') {
    return { type: 'launchConfig', ...description.launchConfig };
  }
  const fields: JsonObject = {
    ...(image === undefined ? {} : { imageUuid: imageUuid(image) }),
    ...(description.labels && { labels: description.labels }),
    ...(description.secrets && { secrets: secretsOf(world, service.environment, description.secrets) }),
    ...(description.healthCheck && { healthCheck: healthCheck(description.healthCheck) }),
    ...description.launchConfig,
  };
  return complete(fields, 'launchConfig', version);
}

/** An image as Cattle stores it. */
export function imageUuid(image: string): string {
  return /^(?:docker|sim):/.test(image) ? image : `docker:${image}`;
}

function secretsOf(world: World, environment: Environment, names: readonly string[]): readonly JsonObject[] {
  return names.map((name) => {
    const secret = environment.secrets.get(name) ?? { id: world.counters.secret.next(), name };
    environment.secrets.set(name, secret);
    return { gid: '0', mode: '0400', name, secretId: `1se${secret.id}`, uid: '0' };
  });
}

function healthCheck(check: true | JsonObject): JsonObject {
  return {
    healthyThreshold: 2,
    initializingTimeout: 60_000,
    interval: 2000,
    port: 8080,
    reinitializingTimeout: 60_000,
    responseTimeout: 2000,
    unhealthyThreshold: 3,
    ...(check === true ? {} : check),
  };
}

/** Gives a service its containers, running. */
export function fill(world: World, service: Service, state: string): void {
  const previous = service.upgrade?.inServiceStrategy?.previousLaunchConfig;
  for (const unit of unitsOf(service)) {
    if (previous !== undefined && (state === 'upgraded' || state === 'canceled-upgrade')) {
      addContainer(world, service, unit, '', previous, 'stopped');
    }
    for (const part of partsOf(service)) {
      addContainer(world, service, unit, part, configOf(service, part), 'running');
    }
  }
}
