import type { Subscription } from 'rxjs';
import type { Age } from '../../../common/age.js';
import type { Named } from '../../../domain/service.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import type { CattleEvent } from '../events/cattle.event.js';
import type { CattleEvents, EventItem } from '../events/cattle.events.js';
import { Connection } from './connection.js';
import { DoubtfulServices } from './doubtful-services.js';
import type { Followings } from './followings.js';
import { heardIn, type HeardOfService } from './heard.js';
import { Inventory } from './inventory.js';
import { KeptListing, type ListingParts } from './kept-listing.js';

export interface EnvironmentFleetParts extends ListingParts {
  readonly events: CattleEvents;
  readonly followings: Followings;
}

/** The services of one environment: listed, and told on by its events. */
export class EnvironmentFleet {
  private readonly inventory = new Inventory();
  private readonly stop = new AbortController();
  private readonly connection: Connection;
  private readonly listing: KeptListing;
  private readonly doubtful: DoubtfulServices;
  private readonly events: Subscription;

  constructor(
    private readonly environment: Named,
    private readonly parts: EnvironmentFleetParts,
  ) {
    const { signal } = this.stop;
    this.connection = new Connection(parts.clock);
    this.listing = new KeptListing(environment, this.inventory, this.connection, parts, signal);
    const reading = {
      look: (id: string) => parts.listings.service(environment.id, id, signal),
      list: () => this.listing.done(),
    };
    this.doubtful = new DoubtfulServices(this.inventory, reading, parts.clock);
    this.events = parts.events.of(environment).subscribe((item) => this.hear(item));
    void this.listing.keep();
  }

  /** How many services are known. */
  get size(): number {
    return this.inventory.size;
  }

  /** Whether events are to be expected. */
  get isLive(): boolean {
    return this.connection.isLive;
  }

  /** Whether everything that has happened since the last complete listing was told. */
  get isFresh(): boolean {
    return this.listing.isToldOn;
  }

  /** Of the last sign of life. */
  get silence(): Age {
    return this.connection.silence;
  }

  /** Of the beginning of the last complete listing. */
  get listed(): Age {
    return this.listing.listed;
  }

  /**
   * The services that run a (normalised) repository, as they were some seconds ago or later.
   *
   * @throws UpdaterError `rancher.*` where it has to be listed or looked at anew, and that fails
   */
  async running(repository: string): Promise<readonly ServiceResource[]> {
    await this.listing.lately();
    await this.doubtful.settled();
    return this.inventory.running(repository);
  }

  /** Undefined: not known, or perhaps no longer so called. */
  stackName(id: string): string | undefined {
    return this.isFresh ? this.inventory.stackName(id) : undefined;
  }

  /** Ends the connection and everything else. */
  close(): void {
    this.stop.abort();
    this.events.unsubscribe();
    this.hearNothingMore();
  }

  private hear(item: EventItem): void {
    switch (item.is) {
      case 'open':
        this.connection.opens();
        this.parts.followings.doubt(this.environment.id);
        this.listing.connected();
        return;
      case 'alive':
        return this.connection.speaks();
      case 'change':
        this.connection.speaks();
        return this.hearChange(item.event);
      case 'closed':
        return this.hearNothingMore();
    }
  }

  private hearNothingMore(): void {
    this.connection.closes();
    this.parts.followings.doubt(this.environment.id);
  }

  private hearChange(event: CattleEvent): void {
    const heard = heardIn(event);
    if (heard.of === 'stack') this.inventory.nameStack(heard.id, heard.name);
    if (heard.of === 'container') this.parts.followings.hearOfContainers(this.environment.id, heard);
    if (heard.of === 'service') this.hearOfService(heard);
  }

  private hearOfService(heard: HeardOfService): void {
    const { id, resource } = heard;
    const isNews = resource === null || hasChanged(this.inventory.service(id), resource);
    if (resource) this.inventory.put(resource);
    else this.inventory.doubt(id);
    this.parts.followings.hearOfService(this.environment.id, heard, isNews);
  }
}

/** Whether its state, its revision or its health is another than was known. */
function hasChanged(known: ServiceResource | undefined, heard: ServiceResource): boolean {
  return (
    known?.state !== heard.state ||
    known.launchConfig?.version !== heard.launchConfig?.version ||
    known.healthState !== heard.healthState
  );
}
