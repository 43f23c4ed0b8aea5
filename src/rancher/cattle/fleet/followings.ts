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
  private readonly unfollowed = new Subject<Omit<ServiceRef, 'backend'>>();
  /** Services that nobody follows, and of which an event has told something new. */
  readonly unfollowed$ = this.unfollowed.asObservable();

  constructor(private readonly clock: Clock) {}

  /** Follows a service until `end`; `isLive` tells whether events are to be expected. */
  begin({ environment, id }: ServiceRef, isLive: () => boolean): Following {
    const all = this.byEnvironment.get(environment) ?? new Map<string, Following>();
    this.byEnvironment.set(environment, all);
    const following = all.get(id) ?? new Following(isLive, this.clock);
    all.set(id, following);
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

  /** Hands on what an event has told of a service, and whether that was known already. */
  hearOfService(environment: string, { id, resource }: HeardOfService, isNews: boolean): void {
    const following = this.byEnvironment.get(environment)?.get(id);
    if (following) following.hears(resource && rowOf(resource));
    else if (isNews) this.unfollowed.next({ environment, id });
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
}
