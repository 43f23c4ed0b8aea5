import { healthOf } from '../world/health.js';
import type { Environment, Instance, Service, Stack } from '../world/records.js';
import type { WorldChange } from '../world/world.js';

/** A resource that has changed since the last publishing. */
export type Changed =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'container'; readonly service: Service; readonly instance: Instance }
  | { readonly kind: 'stack'; readonly stack: Stack }
  | { readonly kind: 'project'; readonly environment: Environment };

/** What has changed in one environment, each resource once, however often it changed (cattle: ResourceChangeEventListenerImpl). */
export class Gathering {
  private readonly changed = new Map<object, Changed>();

  constructor(private readonly health: WeakMap<Service, boolean>) {}

  add(change: WorldChange): void {
    switch (change.kind) {
      case 'instance':
        this.changed.set(change.instance, { ...change, kind: 'container' });
        this.service(change.service);
        return;
      case 'service-touched':
        return this.service(change.service);
      case 'service':
        this.service(change.service);
        if (change.from === 'requested' || change.to === 'removed') this.stack(change.service.stack);
        return;
      case 'stack':
        return this.stack(change.stack);
      case 'environment':
        this.changed.set(change.environment, { kind: 'project', environment: change.environment });
    }
  }

  /** Hands over all of it; a stack is among it also where the health of one of its services has turned. */
  take(): readonly Changed[] {
    for (const changed of this.changed.values()) {
      if (changed.kind !== 'service') continue;
      const healthy = healthOf(changed.service) === 'healthy';
      if ((this.health.get(changed.service) ?? true) !== healthy) this.stack(changed.service.stack);
      this.health.set(changed.service, healthy);
    }
    const all = [...this.changed.values()];
    this.changed.clear();
    return all;
  }

  private service(service: Service): void {
    this.changed.set(service, { kind: 'service', service });
  }

  private stack(stack: Stack): void {
    this.changed.set(stack, { kind: 'stack', stack });
  }
}
