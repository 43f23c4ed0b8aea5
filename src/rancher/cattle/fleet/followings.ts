import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../../../common/clock.js';
import type { ServiceRef } from '../../../domain/service.js';
import type { HeardOfContainers, HeardOfService } from './heard.js';
import { Following } from './following.js';
import { rowOf } from './service-row.js';

/** All services that are followed: events are handed to them by their environment. */
@Injectable()
export class Followings {
  private readonly byEnvironment = new Map<string, Map<string, Following>>();
  private readonly unobserved = new Subject<Omit<ServiceRef, 'backend'>>();
  /** Services that nobody observes, and of which an event has told something new. */
  readonly unobserved$ = this.unobserved.asObservable();

  constructor(private readonly clock: Clock) {}

  /**
   * Follows a service on which we act, so that whoever observes it next can go on from the reply; `isLive` tells whether
   * events are to be expected. Where nobody does, it is forgotten when that reply would be too old.
   */
  begin({ environment, id }: ServiceRef, isLive: () => boolean): Following {
    this.forget();
    const all = this.byEnvironment.get(environment) ?? new Map<string, Following>();
    this.byEnvironment.set(environment, all);
    const following = all.get(id) ?? new Following(isLive, this.clock);
    all.set(id, following);
    return following;
  }

  /** Follows a service until `end`. */
  observe(service: ServiceRef, isLive: () => boolean): Following {
    const following = this.begin(service, isLive);
    following.isObserved = true;
    return following;
  }

  of({ environment, id }: ServiceRef): Following | undefined {
    return this.byEnvironment.get(environment)?.get(id);
  }

  end({ environment, id }: ServiceRef): void {
    const all = this.byEnvironment.get(environment);
    all?.delete(id);
    if (all?.size === 0) this.byEnvironment.delete(environment);
  }

  /** Hands on what an event has told of a service; `isNews`: it was not known so. */
  hearOfService(environment: string, { id, resource, sentMs }: HeardOfService, isNews: boolean): void {
    const following = this.byEnvironment.get(environment)?.get(id);
    following?.hears(resource && rowOf(resource), sentMs);
    if (isNews && following?.isObserved !== true) this.unobserved.next({ environment, id });
  }

  /** Hands on that something has happened to containers. */
  hearOfContainers(environment: string, heard: HeardOfContainers): void {
    for (const [id, following] of this.byEnvironment.get(environment) ?? []) {
      if (heard.services?.includes(id) !== false) following.hearsOfContainers();
    }
  }

  /** Events of the environment may have been lost. */
  doubt(environment: string): void {
    for (const following of this.byEnvironment.get(environment)?.values() ?? []) following.doubts();
  }

  private forget(): void {
    for (const [environment, all] of this.byEnvironment) {
      for (const [id, following] of all) if (following.isForgotten) all.delete(id);
      if (all.size === 0) this.byEnvironment.delete(environment);
    }
  }
}
