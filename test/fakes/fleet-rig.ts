import { Subject } from 'rxjs';
import { createLog } from '../../src/common/log.js';
import type { ServiceResource } from '../../src/rancher/cattle/api/cattle.wire.js';
import type { EventItem } from '../../src/rancher/cattle/events/cattle.events.js';
import { EnvironmentFleet } from '../../src/rancher/cattle/fleet/environment-fleet.js';
import { Followings } from '../../src/rancher/cattle/fleet/followings.js';
import { ScriptedEvents } from './cattle-parts.js';
import { aServiceResource } from './cattle-resources.js';
import { HandClock, idle } from './hand-clock.js';
import { ScriptedListings } from './scripted-listings.js';

const WEB = 'docker.io/acme/web';
export const MINUTE_MS = 60_000;
export const RESYNC_MS = 10 * MINUTE_MS;

/** A service that runs acme/web. */
export function webService(id: string, tag = '1', more: Partial<ServiceResource> = {}): ServiceResource {
  return aServiceResource({
    id,
    launchConfig: { imageUuid: `docker:acme/web:${tag}`, version: tag },
    ...more,
  });
}

export interface Asked {
  /** Id and tag of each service that was found, or why it failed; null: not answered yet. */
  found: readonly string[] | string | null;
}

/** What knows one environment, with service `1s1` in it, and in the place of Rancher a test. */
export class FleetRig {
  readonly clock = new HandClock();
  readonly items = new Subject<EventItem>();
  readonly listings = new ScriptedListings();
  readonly followings = new Followings(this.clock);
  readonly lines: string[] = [];
  readonly fleet: EnvironmentFleet;

  constructor() {
    this.listings.there = [webService('1s1')];
    const destination = { write: (line: string) => this.lines.push(line) };
    const log = createLog({ level: 'info', format: 'json', secrets: [], destination });
    const { clock, listings, followings } = this;
    const events = new ScriptedEvents(this.items);
    const parts = { events, listings, followings, clock, log, resyncMs: () => RESYNC_MS };
    this.fleet = new EnvironmentFleet({ id: '1a5', name: 'production' }, parts);
  }

  /** A connection opens, and Rancher says that it is there. */
  async open(): Promise<void> {
    this.items.next({ is: 'open' });
    this.items.next({ is: 'alive' });
    await idle();
  }

  async lose(): Promise<void> {
    this.items.next({ is: 'closed', why: 'lost' });
    await idle();
  }

  /** An event with what a service is now. */
  tell(resource: ServiceResource): void {
    const { type: resourceType, id: resourceId } = resource;
    this.items.next({
      is: 'change',
      event: { resourceType, resourceId, resource: { ...resource }, sentMs: null },
    });
  }

  /** Something has happened to a service: it is not said what. */
  hint(id: string): void {
    this.items.next({
      is: 'change',
      event: { resourceType: 'service', resourceId: id, resource: null, sentMs: null },
    });
  }

  /** Lets time pass while Rancher goes on to say that it is there. */
  async live(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 5000) {
      await this.clock.advance(Math.min(leftMs, 5000));
      this.items.next({ is: 'alive' });
      await idle();
    }
  }

  /** Asks what runs acme/web. */
  asking(): Asked {
    const asked: Asked = { found: null };
    this.fleet.running(WEB).then(
      (rows) => (asked.found = rows.map(({ id, launchConfig }) => `${id} ${launchConfig?.version}`)),
      (error: unknown) => (asked.found = String(error)),
    );
    return asked;
  }

  /** The same, and what is known without waiting for anything that is held. */
  async answer(): Promise<Asked['found']> {
    const asked = this.asking();
    await idle();
    return asked.found;
  }

  /** What the log says with these words in it. */
  said(words: string): readonly string[] {
    return this.lines.filter((line) => line.includes(words));
  }
}
