import type { Subscription } from 'rxjs';
import { Age } from '../../../common/age.js';
import type { Clock } from '../../../common/clock.js';
import type { Log } from '../../../common/log.js';
import { RecurringTrouble } from '../../../common/recurring-trouble.js';
import { SharedWork } from '../../../common/shared-work.js';
import { Wake } from '../../../common/wake.js';
import type { Named } from '../../../domain/service.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import type { CattleEvent } from '../events/cattle.event.js';
import type { CattleEvents, EventItem } from '../events/cattle.events.js';
import type { CattleListings, Listing } from './cattle.listings.js';
import { DoubtfulServices } from './doubtful-services.js';
import type { Followings } from './followings.js';
import { heardIn } from './heard.js';
import { Inventory } from './inventory.js';
import { ListingLog } from './listing-log.js';

/**
 * Rancher says something every 5 s at least: when it is quiet for longer, what has just happened may not be told; for much
 * longer, nothing is to be expected any more.
 */
const QUIET_MS = 5000;
const DEAF_MS = 7000;

/** How long ago a listing may have begun, in milliseconds, to serve whoever asks now: pushes often come in swarms. */
const LATELY_MS = 3000;

/** Milliseconds between two listings, where connections come and go or listings fail; a push does not wait for it. */
const REST_MS = 30_000;
const MAX_REST_MS = 300_000;
const LONG_MS = 86_400_000;

export interface EnvironmentFleetParts {
  readonly events: CattleEvents;
  readonly listings: CattleListings;
  readonly followings: Followings;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds until the environment is listed again, though nothing seems to be missing; drawn for each time. */
  readonly resyncMs: () => number;
}

/**
 * The services of one environment: listed, kept fresh by its events, and listed again after every gap in them and now and
 * then besides.
 */
export class EnvironmentFleet {
  private readonly inventory = new Inventory();
  private readonly stop = new AbortController();
  private readonly wake = new Wake();
  private readonly trouble: RecurringTrouble;
  private readonly log: ListingLog;
  private readonly listing = new SharedWork(
    () => this.list(),
    () => this.isListingOfUse,
  );
  private readonly doubtful = new DoubtfulServices(this.inventory, {
    look: (id) => this.parts.listings.service(this.environment.id, id, this.stop.signal),
    list: () => this.listing.done(),
  });
  private readonly events: Subscription;
  /** Of the last sign of life, and of the beginning of the last complete listing. */
  readonly silence: Age;
  readonly listed: Age;

  /** The number of the connection over which events come; between two connections there is none. */
  private connection = 0;
  private isOpen = false;

  /** The connections under which the last complete listing, and the last one at all, began: null: under none. */
  private listedUnder: number | null = null;
  private listingUnder: number | null = null;
  private listedBeganMs = -Infinity;
  private listingBeganMs = -Infinity;
  private resyncAtMs = Infinity;
  private failures = 0;

  constructor(
    private readonly environment: Named,
    private readonly parts: EnvironmentFleetParts,
  ) {
    this.trouble = new RecurringTrouble(parts.log);
    this.log = new ListingLog(parts.log, environment);
    this.silence = new Age(parts.clock);
    this.listed = new Age(parts.clock);
    this.events = parts.events.of(environment).subscribe((item) => this.hear(item));
    void this.keepListed();
  }

  /** How many services are known. */
  get size(): number {
    return this.inventory.size;
  }

  /** Whether events come now. */
  get isLive(): boolean {
    return this.isOpen && this.silence.ms <= DEAF_MS;
  }

  /** Whether everything that has happened since the last complete listing was told. */
  get isFresh(): boolean {
    return this.isOpen && this.silence.ms <= QUIET_MS && this.listedUnder === this.connection;
  }

  /**
   * The services that run a (normalised) repository, as they were some seconds ago or later.
   *
   * @throws UpdaterError `rancher.*` where it has to be listed or looked at anew, and that fails
   */
  async running(repository: string): Promise<readonly ServiceResource[]> {
    if (!this.isFresh) await this.listedLately();
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
    if (item.is !== 'closed') this.silence.renew();
    if (item.is === 'open') {
      this.connection += 1;
      this.isOpen = true;
      this.parts.followings.doubt(this.environment.id);
      this.wake.call();
    } else if (item.is === 'closed') {
      this.hearNothingMore();
    } else if (item.is === 'change') {
      this.hearChange(item.event);
    }
  }

  private hearNothingMore(): void {
    this.isOpen = false;
    this.parts.followings.doubt(this.environment.id);
  }

  private hearChange(event: CattleEvent): void {
    const heard = heardIn(event);
    if (heard.of === 'stack') this.inventory.nameStack(heard.id, heard.name);
    if (heard.of === 'service' && heard.resource) this.inventory.put(heard.resource);
    if (heard.of === 'service' && !heard.resource) this.inventory.doubt(heard.id);
    this.parts.followings.hear(this.environment.id, heard);
  }

  /** What has joined a listing under way counts on events for the time before: not where these have ended meanwhile. */
  private async listedLately(): Promise<void> {
    const soonEnoughMs = this.parts.clock.monotonicMs() - LATELY_MS;
    while (!this.isFresh && this.listedBeganMs < soonEnoughMs) await this.listing.done();
  }

  /** Whether who asks now may wait for the listing under way. */
  private get isListingOfUse(): boolean {
    const isToldOf = this.isLive && this.listingUnder === this.connection;
    return isToldOf || this.parts.clock.monotonicMs() - this.listingBeganMs <= LATELY_MS;
  }

  private async keepListed(): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.stop;
    while (!signal.aborted) {
      const waitMs = this.listingDueMs - clock.monotonicMs();
      if (waitMs > 0) await this.wake.within(Math.min(waitMs, LONG_MS), clock, signal);
      else await this.tryToList();
    }
  }

  /** Without events nothing stays as it was listed: then only a push is a reason to list. */
  private get listingDueMs(): number {
    if (!this.isOpen) return Infinity;
    const restedAtMs = this.listingBeganMs + Math.min(REST_MS * 2 ** this.failures, MAX_REST_MS);
    return this.listedUnder === this.connection ? Math.max(restedAtMs, this.resyncAtMs) : restedAtMs;
  }

  private async tryToList(): Promise<void> {
    const message = `the services of ${this.environment.name} cannot be listed`;
    try {
      await this.listing.done();
      this.trouble.over(message);
    } catch (error) {
      if (!this.stop.signal.aborted) this.trouble.had(message, error);
    }
  }

  private async list(): Promise<void> {
    const { listings, clock, resyncMs } = this.parts;
    const under = this.isOpen ? this.connection : null;
    this.listingUnder = under;
    this.listingBeganMs = clock.monotonicMs();
    this.failures += 1;
    try {
      const fill = (listing: Listing) => this.inventory.fill(listing);
      const corrected = await listings.list(this.environment.id, fill, this.stop.signal);
      this.failures = 0;
      this.resyncAtMs = clock.monotonicMs() + resyncMs();
      this.listedBeganMs = this.listingBeganMs;
      this.listed.renew(this.listedBeganMs);
      this.log.listed(this.size, corrected, under !== null && this.listedUnder === under);
      this.listedUnder = under;
    } finally {
      this.listingUnder = null;
    }
  }
}
