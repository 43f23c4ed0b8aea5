import type {
  EnvironmentDescription,
  FleetDescription,
  KeyDescription,
  ServiceDescription,
} from '../fleet.js';
import { buildEnvironment, buildKey, buildService, buildStack } from './build.js';
import { removeContainer } from './containers.js';
import type { Environment, Key, Service } from './records.js';
import type { Fleet, World } from './world.js';

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

  addEnvironment(description: EnvironmentDescription): Environment {
    return buildEnvironment(this.world, description);
  }

  addService(environment: string, stack: string, description: ServiceDescription): Service {
    const place = this.environment(environment);
    const found = place.stacks.get(stack) ?? buildStack(this.world, place, { name: stack, services: [] });
    const service = buildService(this.world, found, description);
    for (const instance of service.instances) {
      this.world.changes.emit({ kind: 'instance', service, instance });
    }
    return service;
  }

  purgeService(service: Service): void {
    service.process?.end();
    for (const instance of service.instances.toReversed()) removeContainer(this.world, service, instance);
    const { services } = service.environment;
    const place = services.indexOf(service);
    if (place >= 0) services.splice(place, 1);
    service.stack.services.delete(service.name);
    this.world.services.delete(service.id);
    service.removed = this.world.clock.now();
    this.world.setState(service, 'removed', 'purge');
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

  setEnvironmentState(environment: string, state: string): void {
    const changed = this.environment(environment);
    changed.state = state;
    this.world.changes.emit({ kind: 'environment', environment: changed });
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
