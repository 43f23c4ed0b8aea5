import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { HandClock as SimulatedTime } from '../../simulator/clock.js';
import type { FleetDescription } from '../../simulator/fleet.js';
import { Simulator, type SimulatorOptions } from '../../simulator/simulator.js';
import type { Clock } from '../../src/common/clock.js';
import { CommonModule } from '../../src/common/common.module.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Environment, Service, ServiceRef } from '../../src/domain/service.js';
import { OwnContainer } from '../../src/rancher/own-container.js';
import { RancherModule } from '../../src/rancher/rancher.module.js';
import { RancherService } from '../../src/rancher/rancher.service.js';
import { ImpatientClock } from '../fakes/cattle-stub.js';

export interface LeafOptions {
  readonly fleet: FleetDescription;
  readonly simulator?: Omit<SimulatorOptions, 'fleet' | 'clock'>;
  /** Access key; its secret has `-secret` after it. */
  readonly key?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Id of the container that the updater runs in. */
  readonly own?: string;
}

/** The leaf for Rancher, put together as in the service, on a simulated Rancher whose time a test turns. */
export class RancherLeaf {
  readonly output: string[] = [];
  private started: TestingModule | null = null;

  private constructor(
    readonly cattle: Simulator,
    readonly time: SimulatedTime,
  ) {}

  static async start(options: LeafOptions): Promise<RancherLeaf> {
    const time = new SimulatedTime();
    const cattle = await Simulator.start({ ...options.simulator, fleet: options.fleet, clock: time });
    const leaf = new RancherLeaf(cattle, time);
    await leaf.restart(options);
    return leaf;
  }

  /** Another updater on the same Rancher. */
  async restart(options: Omit<LeafOptions, 'fleet' | 'simulator'> = {}): Promise<void> {
    await this.started?.close();
    const { key = 'environment', variables = {}, clock = new ImpatientClock(), own } = options;
    const module = Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          CATTLE_URL: this.cattle.url,
          CATTLE_ACCESS_KEY: key,
          CATTLE_SECRET_KEY: `${key}-secret`,
          ...variables,
        }),
        CommonModule.forRoot({ clock, output: { write: (line) => this.output.push(line) } }),
        RancherModule,
      ],
    });
    module
      .overrideProvider(OwnContainer)
      .useValue({ isKnown: own !== undefined, is: (id: string) => id === own });
    this.started = await module.compile();
  }

  get rancher(): RancherService {
    return this.get(RancherService);
  }

  /** A part of the leaf. */
  get<T>(type: Type<T>): T {
    if (!this.started) throw new Error('the leaf is not started');
    return this.started.get(type);
  }

  /** Runs the hooks that run when the service starts. */
  async init(): Promise<void> {
    await this.started?.init();
  }

  async close(): Promise<void> {
    await this.started?.close();
    await this.cattle.close();
  }

  /** The environment of that name. */
  async environment(name: string): Promise<Environment> {
    const found = (await this.rancher.environments()).find((environment) => environment.name === name);
    if (!found) throw new Error(`the environment ${name} is not selected`);
    return found;
  }

  /** Looks at a service by its names. */
  look(environment: string, stack: string, name: string): Promise<Service> {
    return this.rancher.look(this.ref(environment, stack, name));
  }

  ref(environment: string, stack: string, name: string): ServiceRef {
    const service = this.cattle.fleet.service(environment, stack, name);
    return { backend: 'cattle', environment: `1a${service.environment.id}`, id: service.ref };
  }

  /** The bodies of all actions that Rancher was asked for, oldest first. */
  get actions(): readonly { readonly path: string; readonly body: unknown }[] {
    return this.cattle.journal.requests
      .filter(({ method }) => method === 'POST')
      .map(({ path, query, body }) => ({ path: `${path}?${query}`, body }));
  }
}
