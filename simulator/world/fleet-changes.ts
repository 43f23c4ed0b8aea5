import { fill, imageUuid } from './build.js';
import { removeContainer } from './containers.js';
import { renameIn } from './key.js';
import { withVersion } from './launch-config.js';
import type { Environment, Service, Stack } from './records.js';
import type { World } from './world.js';

const GONE = 'removed';

/** Gives an environment another name; keys go with it. */
export function renameEnvironment(world: World, environment: Environment, name: string): void {
  refuseTaken(name, world.findEnvironment(name));
  renameIn(world.keys.values(), environment.name, name);
  environment.name = name;
  world.changes.emit({ kind: 'environment', environment });
}

/** Takes an environment away, its services first. */
export function removeEnvironment(world: World, environment: Environment): void {
  environment.state = GONE;
  for (const service of environment.services.toReversed()) purgeService(world, service);
  for (const { id } of environment.stacks.values()) world.stacks.delete(id);
  environment.stacks.clear();
  renameIn(world.keys.values(), environment.name, `1a${environment.id}`);
  world.changes.emit({ kind: 'environment', environment });
}

export function renameStack(world: World, stack: Stack, name: string): void {
  const { stacks } = stack.environment;
  refuseTaken(name, stacks.get(name));
  stacks.delete(stack.name);
  stack.name = name;
  stacks.set(name, stack);
  world.changes.emit({ kind: 'stack', stack });
}

export function renameService(world: World, service: Service, name: string): void {
  const { services } = service.stack;
  refuseTaken(name, services.get(name));
  services.delete(service.name);
  service.name = name;
  services.set(name, service);
  world.touch(service);
}

/** Throws where something has the name already. */
export function refuseTaken(name: string, known: object | undefined): void {
  if (known !== undefined) throw new Error(`The name ${name} is taken.`);
}

/** Puts another image in, as if an upgrade and its end took no time; a stopped service stays stopped. */
export function setImage(world: World, service: Service, image: string): void {
  const stopped = service.state === 'inactive';
  const { launchConfig: previous, secondaries } = service;
  const wanted = { ...previous, imageUuid: imageUuid(image) };
  service.process?.end();
  service.pendingUpgrade = null;
  service.launchConfig = withVersion(wanted, world.ids.uuid());
  service.upgrade = {
    inServiceStrategy: {
      batchSize: 1,
      intervalMillis: 2000,
      startFirst: false,
      launchConfig: service.launchConfig,
      secondaryLaunchConfigs: secondaries,
      previousLaunchConfig: previous,
      previousSecondaryLaunchConfigs: secondaries,
    },
    toServiceStrategy: null,
  };
  removeContainers(world, service);
  if (!stopped) fill(world, service, 'active');
  tellOfContainers(world, service);
  world.setState(service, stopped ? 'inactive' : 'active', 'fleet');
}

/** Ends a service: its containers go, and it no longer stands in any list. */
export function removeService(world: World, service: Service, actor: string): void {
  removeContainers(world, service);
  service.removed = world.clock.now();
  const { services } = service.environment;
  const place = services.lastIndexOf(service);
  if (place >= 0) services.splice(place, 1);
  if (service.stack.services.get(service.name) === service) service.stack.services.delete(service.name);
  world.setState(service, GONE, actor);
}

/** The same, and its row goes, too. */
export function purgeService(world: World, service: Service): void {
  service.process?.end();
  world.services.delete(service.id);
  removeService(world, service, 'purge');
}

function removeContainers(world: World, service: Service): void {
  for (const instance of service.instances.toReversed()) removeContainer(world, service, instance);
}

export function tellOfContainers(world: World, service: Service): void {
  for (const instance of service.instances) world.changes.emit({ kind: 'instance', service, instance });
}
