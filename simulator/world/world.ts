import { Changes } from '../changes.js';
import type { SimulatorClock } from '../clock.js';
import type { Faults } from '../faults/faults.js';
import type { IdSource } from '../ids.js';
import type { SimulatorSettings } from '../settings.js';
import { numberIn, Counter } from './numbers.js';
import type { Key } from './key.js';
import type { Environment, Instance, Service, ServiceState, Stack } from './records.js';
import { isTransitional } from './states.js';

/** A change in the world: what a client could see from now on. */
export type WorldChange =
  | {
      readonly kind: 'service';
      readonly service: Service;
      readonly from: ServiceState | null;
      readonly to: ServiceState;
      readonly actor: string;
    }
  | { readonly kind: 'service-touched'; readonly service: Service }
  | { readonly kind: 'instance'; readonly service: Service; readonly instance: Instance }
  | { readonly kind: 'stack'; readonly stack: Stack }
  | { readonly kind: 'environment'; readonly environment: Environment };

/** The environment that a change belongs to. */
export function environmentOf(change: WorldChange): Environment {
  if (change.kind === 'environment') return change.environment;
  return change.kind === 'stack' ? change.stack.environment : change.service.environment;
}

/** Everything that Cattle's database would hold, and what it takes to change it. */
export class World {
  readonly changes = new Changes<WorldChange>();
  readonly environments = new Map<number, Environment>();
  readonly stacks = new Map<number, Stack>();
  readonly services = new Map<number, Service>();
  readonly instances = new Map<number, { readonly service: Service; readonly instance: Instance }>();
  readonly keys = new Map<string, Key>();
  /** Services with containers that are not healthy yet. */
  readonly waiting = new Set<Service>();
  readonly counters = {
    account: new Counter(4),
    stack: new Counter(2),
    service: new Counter(6),
    instance: new Counter(20),
    host: new Counter(0),
    secret: new Counter(0),
    log: new Counter(100),
  };

  constructor(
    readonly clock: SimulatorClock,
    readonly ids: IdSource,
    readonly settings: SimulatorSettings,
    readonly faults: Faults,
  ) {
    this.changes.subscribe((change) => {
      environmentOf(change).revision += 1;
    });
  }

  /** A service by `1s7`, or by the names of its environment, stack and itself; throws where there is none. */
  service(idOrEnvironment: string, stack?: string, name?: string): Service {
    const found = this.findService(idOrEnvironment, stack, name);
    if (found !== undefined) return found;
    const path = [idOrEnvironment, stack, name].filter((part) => part !== undefined).join('/');
    throw new Error(`There is no service ${path}.`);
  }

  findService(idOrEnvironment: string, stack?: string, name?: string): Service | undefined {
    if (stack !== undefined && name !== undefined) {
      return this.findEnvironment(idOrEnvironment)?.stacks.get(stack)?.services.get(name);
    }
    const parts = idOrEnvironment.split('/');
    if (parts.length === 3) return this.findService(parts[0] ?? '', parts[1], parts[2]);
    const number = numberIn(idOrEnvironment);
    return number === null ? undefined : this.services.get(number);
  }

  /** An environment by `1a5` or by name; throws where there is none. */
  environment(idOrName: string): Environment {
    const found = this.findEnvironment(idOrName);
    if (found === undefined) throw new Error(`There is no environment ${idOrName}.`);
    return found;
  }

  findEnvironment(idOrName: string): Environment | undefined {
    for (const environment of this.environments.values()) {
      if (environment.name === idOrName && environment.state !== 'removed') return environment;
      if (`1a${environment.id}` === idOrName) return environment;
    }
    return undefined;
  }

  /** Moves a service to a state and tells whoever watches. */
  setState(service: Service, to: ServiceState, actor = 'cattle'): void {
    const from = service.state;
    service.state = to;
    service.transitioning = isTransitional(to) ? 'yes' : 'no';
    service.transitioningMessage = isTransitional(to) ? 'In Progress' : null;
    this.changes.emit({ kind: 'service', service, from, to, actor });
  }

  /** Shows how a process fares: `transitioning` and its message, without a change of state. */
  setProgress(service: Service, transitioning: 'yes' | 'error', message: string): void {
    service.transitioning = transitioning;
    service.transitioningMessage = message;
    this.touch(service);
  }

  /** Says that a service has changed otherwise than in its state. */
  touch(service: Service): void {
    this.changes.emit({ kind: 'service-touched', service });
  }

  log(
    service: Service,
    eventType: string,
    description: string,
    level: 'info' | 'error' = 'info',
    instance: Instance | null = null,
  ): void {
    service.logs.push({
      id: this.counters.log.next(),
      at: this.clock.now(),
      level,
      eventType,
      description,
      instance: instance?.id ?? null,
      transactionId: service.process?.transactionId ?? this.ids.uuid(),
    });
  }
}
