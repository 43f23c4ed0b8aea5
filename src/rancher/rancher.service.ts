import { Inject, Injectable } from '@nestjs/common';
import { merge, type Observable } from 'rxjs';
import { UpdaterError } from '../common/errors.js';
import type { Environment, Inspection, Service, ServiceRef, Sighting } from '../domain/service.js';
import {
  RancherBackend,
  type Check,
  type FleetStanding,
  type RancherCall,
  type StartOrder,
} from './rancher.backend.js';

export const BACKENDS = Symbol('BACKENDS');

const NO_FLEET: FleetStanding = {
  environments: 0,
  unheard: [],
  services: 0,
  namedAgo: 0,
  silentFor: 0,
  listedAgo: 0,
};

/** Everything the service does on Rancher; sends each call to the backend that the service or environment belongs to. */
@Injectable()
export class RancherService {
  /** Every request that was sent to any Rancher, once it is over. */
  readonly calls$: Observable<RancherCall>;
  /** See `RancherBackend.changed$`. */
  readonly changed$: Observable<ServiceRef>;

  constructor(@Inject(BACKENDS) private readonly backends: readonly RancherBackend[]) {
    this.calls$ = merge(...backends.map(({ calls$ }) => calls$));
    this.changed$ = merge(...backends.map(({ changed$ }) => changed$));
  }

  /** See `RancherBackend.environments`; fails as a whole if one backend fails. */
  async environments(signal?: AbortSignal): Promise<readonly Environment[]> {
    const lists = await Promise.all(
      this.backends.map(async (backend) =>
        (await backend.environments(signal)).map((environment) => ({
          ...environment,
          backend: backend.name,
        })),
      ),
    );
    return lists.flat();
  }

  candidates(
    environment: Environment,
    repository: string,
    signal?: AbortSignal,
  ): Promise<readonly Service[]> {
    return this.backend(environment.backend).candidates(environment, repository, signal);
  }

  look(service: ServiceRef, signal?: AbortSignal): Promise<Service> {
    return this.backend(service.backend).look(service, signal);
  }

  inspect(service: Service, signal?: AbortSignal): Promise<Inspection> {
    return this.backend(service.ref.backend).inspect(service, signal);
  }

  observe(service: ServiceRef, signal: AbortSignal): AsyncIterable<Sighting> {
    return this.backend(service.backend).observe(service, signal);
  }

  start(service: Service, order: StartOrder): Promise<string> {
    return this.backend(service.ref.backend).start(service, order);
  }

  finish(service: ServiceRef): Promise<void> {
    return this.backend(service.backend).finish(service);
  }

  rollBack(service: ServiceRef): Promise<void> {
    return this.backend(service.backend).rollBack(service);
  }

  /** How well the services of all backends are known, together; asks nothing. */
  fleet(): FleetStanding {
    return this.backends.map((backend) => backend.fleet()).reduce(together, NO_FLEET);
  }

  async check(): Promise<readonly Check[]> {
    return (await Promise.all(this.backends.map((backend) => backend.check()))).flat();
  }

  /**
   * The reference of a service whose environment and id somebody names, of the first backend that has such ids.
   *
   * @throws UpdaterError `request.invalid` where none has: in the words of each.
   */
  referenceTo(environment: string, id: string): ServiceRef {
    const named = this.backends.map((backend) => backend.referenceTo(environment, id));
    const found = named.find((one) => one.ok);
    if (found) return found.service;
    const problems = named.flatMap((one) => (one.ok ? [] : [one.problem]));
    throw new UpdaterError('request.invalid', problems.join('; or '));
  }

  private backend(name: string): RancherBackend {
    const found = this.backends.find((backend) => backend.name === name);
    if (found) return found;
    throw new UpdaterError('rancher.error', `there is no backend named "${name}"`);
  }
}

/** Counts add up; of ages the highest tells. */
function together(one: FleetStanding, other: FleetStanding): FleetStanding {
  return {
    environments: one.environments + other.environments,
    unheard: [...one.unheard, ...other.unheard],
    services: one.services + other.services,
    namedAgo: Math.max(one.namedAgo, other.namedAgo),
    silentFor: Math.max(one.silentFor, other.silentFor),
    listedAgo: Math.max(one.listedAgo, other.listedAgo),
  };
}
