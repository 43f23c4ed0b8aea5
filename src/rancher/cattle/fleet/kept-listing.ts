import { Age } from '../../../common/age.js';
import type { Clock } from '../../../common/clock.js';
import type { Log } from '../../../common/log.js';
import { asLogged } from '../../../common/errors.js';
import { RecurringTrouble } from '../../../common/recurring-trouble.js';
import { RestingWork } from '../../../common/resting-work.js';
import { Wake } from '../../../common/wake.js';
import type { Named } from '../../../domain/service.js';
import { environmentFields } from '../environment-fields.js';
import type { CattleListings, Listing } from './cattle.listings.js';
import type { Connection } from './connection.js';
import type { Filled, Inventory } from './inventory.js';
import { ListingLog } from './listing-log.js';

/** How long ago a listing may have begun, in milliseconds, to serve whoever asks now: pushes often come in swarms. */
const LATELY_MS = 3000;

/** Milliseconds between two listings, where connections come and go or listings fail; a push does not wait for it. */
const REST_MS = 30_000;
const MAX_REST_MS = 300_000;
const LONG_MS = 86_400_000;

/** Milliseconds within which events come, where they come at all: what is listed before that would be listed again. */
const FIRST_MS = 15_000;

export interface ListingParts {
  readonly listings: CattleListings;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds until it is read again, though nothing seems to be missing; drawn for each time. */
  readonly resyncMs: () => number;
}

/**
 * The listing of one environment: read as soon as events come, again after every gap in them, and now and then besides, also
 * where none come; for a push at once where none do. One serves all who wait.
 */
export class KeptListing {
  /** Of the beginning of the last complete one. */
  readonly listed: Age;
  private readonly work: RestingWork;
  private readonly wake = new Wake();
  private readonly trouble: RecurringTrouble;
  private readonly log: ListingLog;

  /** The connections under which the last complete one, and the one under way, began; null: under none. */
  private listedUnder: number | null = null;
  private listingUnder: number | null = null;
  private listedBeganMs = -Infinity;
  private listingBeganMs = -Infinity;
  private resyncAtMs: number;
  /** How many have begun since the last that was complete. */
  private attempts = 0;

  constructor(
    private readonly environment: Named,
    private readonly inventory: Inventory,
    private readonly connection: Connection,
    private readonly parts: ListingParts,
    private readonly stop: AbortSignal,
  ) {
    this.listed = new Age(parts.clock);
    this.resyncAtMs = parts.clock.monotonicMs() + FIRST_MS;
    this.work = new RestingWork(
      () => this.attempt(),
      parts.clock,
      () => this.isOfUse,
    );
    this.trouble = new RecurringTrouble(parts.log.with(environmentFields(environment)));
    this.log = new ListingLog(parts.log, environment);
  }

  /** Whether everything that has happened since it began was told. */
  get isToldOn(): boolean {
    return this.connection.isLive && this.listedUnder === this.connection.number;
  }

  /** Reads one, or waits for the one under way where that serves. Fails with `UpdaterError` `rancher.*`, which is logged. */
  done(): Promise<void> {
    return this.work.done();
  }

  /**
   * Resolves when one is told on, or began some seconds ago or later. Who has joined one under way has counted on events for
   * the time before: not where these have ended meanwhile.
   */
  async lately(): Promise<void> {
    await this.connection.certain();
    const soonEnoughMs = this.parts.clock.monotonicMs() - LATELY_MS;
    while (!this.isToldOn && this.listedBeganMs < soonEnoughMs) await this.done();
  }

  /** A connection has opened: nothing that happened before is told. */
  connected(): void {
    this.wake.call();
  }

  /** Lists whenever it is time, until the signal is aborted. */
  async keep(): Promise<void> {
    const { clock } = this.parts;
    while (!this.stop.aborted) {
      const waitMs = this.dueMs - clock.monotonicMs();
      if (waitMs > 0) await this.wake.within(Math.min(waitMs, LONG_MS), clock, this.stop);
      else await this.done().catch(() => undefined);
    }
  }

  /** When the next is due: as soon as it may where a connection has opened since the last, else when it is time. */
  private get dueMs(): number {
    const pauseMs = Math.min(REST_MS * 2 ** this.attempts, MAX_REST_MS);
    const restedAtMs = Math.max(this.listingBeganMs + pauseMs, this.work.restsUntilMs);
    const { number } = this.connection;
    const isMissing = number !== null && number !== this.listedUnder;
    return isMissing ? restedAtMs : Math.max(restedAtMs, this.resyncAtMs);
  }

  /** Whether who asks now may wait for the one under way. */
  private get isOfUse(): boolean {
    const { isLive, number } = this.connection;
    if (isLive && this.listingUnder === number) return true;
    return this.parts.clock.monotonicMs() - this.listingBeganMs <= LATELY_MS;
  }

  private async attempt(): Promise<void> {
    const message = `the services of ${this.environment.name} cannot be listed`;
    try {
      await this.list();
      this.trouble.over(message);
    } catch (error) {
      if (!this.stop.aborted) this.trouble.had(message, error);
      throw asLogged(error);
    }
  }

  private async list(): Promise<void> {
    const { clock, resyncMs } = this.parts;
    const under = this.connection.number;
    this.listingUnder = under;
    this.listingBeganMs = clock.monotonicMs();
    this.attempts += 1;
    try {
      const { corrected, mayMiss } = await this.read();
      this.attempts = 0;
      this.resyncAtMs = clock.monotonicMs() + (mayMiss ? REST_MS : resyncMs());
      this.listedBeganMs = this.listingBeganMs;
      this.listed.renew(this.listedBeganMs);
      this.log.listed(this.inventory.size, corrected, under !== null && this.listedUnder === under);
      this.listedUnder = under;
    } finally {
      this.listingUnder = null;
    }
  }

  /** What all the tries together have changed. */
  private async read(): Promise<Filled> {
    let corrected = 0;
    const fill = async (listing: Listing) => {
      const filled = await this.inventory.fill(listing);
      corrected += filled.corrected;
      return filled;
    };
    const { mayMiss } = await this.parts.listings.listWhole(this.environment.id, fill, this.stop);
    return { corrected, mayMiss };
  }
}
