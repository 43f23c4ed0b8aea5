import { Inject, Injectable } from '@nestjs/common';
import { UpdaterError } from '../common/errors.js';
import type { Environment, Inspection, Service, ServiceRef, Sighting } from '../domain/service.js';
import { RancherBackend, type Check, type StartOrder } from './rancher.backend.js';

export const BACKENDS = Symbol('BACKENDS');

/** Everything the service does on Rancher; sends each call to the backend that the service or environment belongs to. */
@Injectable()
export class RancherService {
  constructor(@Inject(BACKENDS) private readonly backends: readonly RancherBackend[]) {}

  /** See `RancherBackend.environments`; fails as a whole if one backend fails. */
  async environments(): Promise<readonly Environment[]> {
    const lists = await Promise.all(
      this.backends.map(async (backend) =>
        (await backend.environments()).map((environment) => ({ ...environment, backend: backend.name })),
      ),
    );
    return lists.flat();
  }

  candidates(environment: Environment, repository: string): Promise<readonly Service[]> {
    return this.backend(environment.backend).candidates(environment, repository);
  }

  look(service: ServiceRef): Promise<Service> {
    return this.backend(service.backend).look(service);
  }

  inspect(service: Service): Promise<Inspection> {
    return this.backend(service.ref.backend).inspect(service);
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

  async check(): Promise<readonly Check[]> {
    return (await Promise.all(this.backends.map((backend) => backend.check()))).flat();
  }

  private backend(name: string): RancherBackend {
    const found = this.backends.find((backend) => backend.name === name);
    if (found) return found;
    throw new UpdaterError('rancher.error', `there is no backend named "${name}"`);
  }
}
