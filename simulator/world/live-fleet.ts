import type {
  EnvironmentDescription,
  FleetDescription,
  KeyDescription,
  ServiceDescription,
} from '../fleet.js';
import { buildKey } from './build-key.js';
import { buildEnvironment, buildService, buildStack } from './build.js';
import * as changes from './fleet-changes.js';
import type { Fleet } from './fleet.js';
import type { Key } from './key.js';
import { numberIn } from './numbers.js';
import type { Environment, Service, Stack } from './records.js';
import type { World } from './world.js';

/** The fleet as tests hold it, on top of the world. */
export class LiveFleet implements Fleet {
  private constructor(private readonly world: World) {}

  /** Builds the described fleet; ids that it chooses itself are kept free. */
  static load(world: World, description: FleetDescription): LiveFleet {
    reserve(world, description);
    for (const environment of description.environments) buildEnvironment(world, environment);
    for (const key of description.keys ?? []) buildKey(world, key);
    return new LiveFleet(world);
  }

  service(idOrEnvironment: string, stack?: string, name?: string): Service {
    return this.world.service(idOrEnvironment, stack, name);
  }

  findService(idOrEnvironment: string, stack?: string, name?: string): Service | undefined {
    return this.world.findService(idOrEnvironment, stack, name);
  }

  environment(idOrName: string): Environment {
    return this.world.environment(idOrName);
  }

  services(environment?: string): readonly Service[] {
    if (environment !== undefined) return this.environment(environment).services;
    return [...this.world.environments.values()].flatMap(({ services }) => services);
  }

  stack(idOrPath: string): Stack {
    const [environment = '', name = ''] = idOrPath.split('/');
    const found =
      this.world.stacks.get(numberIn(idOrPath) ?? -1) ??
      this.world.findEnvironment(environment)?.stacks.get(name);
    if (found === undefined) throw new Error(`There is no stack ${idOrPath}.`);
    return found;
  }

  addEnvironment(description: EnvironmentDescription): Environment {
    const environment = buildEnvironment(this.world, description);
    this.world.changes.emit({ kind: 'environment', environment });
    return environment;
  }

  removeEnvironment(environment: string): void {
    changes.removeEnvironment(this.world, this.environment(environment));
  }

  renameEnvironment(environment: string, name: string): void {
    changes.renameEnvironment(this.world, this.environment(environment), name);
  }

  setEnvironmentState(environment: string, state: string): void {
    const changed = this.environment(environment);
    changed.state = state;
    this.world.changes.emit({ kind: 'environment', environment: changed });
  }

  addStack(environment: string, name: string): Stack {
    const place = this.environment(environment);
    changes.refuseTaken(name, place.stacks.get(name));
    const stack = buildStack(this.world, place, { name, services: [] });
    this.world.changes.emit({ kind: 'stack', stack });
    return stack;
  }

  renameStack(stack: Stack, name: string): void {
    changes.renameStack(this.world, stack, name);
  }

  addService(environment: string, stack: string, description: ServiceDescription): Service {
    const found = this.environment(environment).stacks.get(stack) ?? this.addStack(environment, stack);
    const service = buildService(this.world, found, description);
    changes.tellOfContainers(this.world, service);
    return service;
  }

  renameService(service: Service, name: string): void {
    changes.renameService(this.world, service, name);
  }

  setImage(service: Service, image: string): void {
    changes.setImage(this.world, service, image);
  }

  removeService(service: Service): void {
    service.process?.end();
    changes.removeService(this.world, service, 'fleet');
  }

  purgeService(service: Service): void {
    changes.purgeService(this.world, service);
  }

  addKey(description: KeyDescription): void {
    buildKey(this.world, description);
  }

  removeKey(access: string): void {
    this.world.keys.delete(access);
  }

  setKeyActive(access: string, active: boolean): void {
    this.key(access).active = active;
  }

  setAccountActive(access: string, active: boolean): void {
    this.key(access).accountActive = active;
  }

  setMemberships(access: string, environments: readonly string[]): void {
    const { world } = this;
    this.key(access).environments = environments.map((name) => world.environment(name).name);
  }

  private key(access: string): Key {
    const key = this.world.keys.get(access);
    if (key === undefined) throw new Error(`There is no key ${access}.`);
    return key;
  }
}

function reserve(world: World, { environments }: FleetDescription): void {
  for (const environment of environments) {
    world.counters.account.reserve(environment.id);
    for (const stack of environment.stacks) {
      world.counters.stack.reserve(stack.id);
      for (const service of stack.services) world.counters.service.reserve(service.id);
    }
  }
}
