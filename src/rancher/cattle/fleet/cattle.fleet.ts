import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { Age } from '../../../common/age.js';
import { Clock } from '../../../common/clock.js';
import { asLogged, stackOf, UpdaterError } from '../../../common/errors.js';
import { Log } from '../../../common/log.js';
import { RecentlyUsed } from '../../../common/recently-used.js';
import { RecurringTrouble } from '../../../common/recurring-trouble.js';
import { RestingWork } from '../../../common/resting-work.js';
import type { FleetStanding } from '../../rancher.backend.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import { CattleEnvironments } from '../cattle.environments.js';
import type { VisibleEnvironment } from '../environment-patterns.js';
import { unlessAborted } from '../unless-aborted.js';
import { CattleListings } from './cattle.listings.js';
import type { EnvironmentFleet } from './environment-fleet.js';
import { EnvironmentFleetFactory } from './environment-fleet.factory.js';
import { FleetIndex } from './fleet-index.js';

/** Milliseconds between two questions for the environments, with what spreads them: one a minute at least. */
const PAUSE_MS = 50_000;
const SPREAD_MS = 8000;
const FIRST_TROUBLE_PAUSE_MS = 1000;
const ASKING_MS = 10_000;
/** Longer than a listing takes, with all the rests that its failures cause. */
const KEPT_MS = 3_600_000;

/**
 * What is known of all services in the selected environments. Asks every minute for the environments, which also tells that
 * the key is still taken: the events of one that has been revoked go on.
 */
@Injectable()
export class CattleFleet implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly known = new Map<string, { readonly name: string; readonly fleet: EnvironmentFleet }>();
  /** Listings of environments that are none of those, by their ids. */
  private readonly others: RecentlyUsed<RestingWork<FleetIndex>>;
  private readonly stop = new AbortController();
  private listed: Subscription | null = null;
  private readonly named: Age;
  private readonly trouble: RecurringTrouble;

  constructor(
    private readonly environments: CattleEnvironments,
    private readonly fleets: EnvironmentFleetFactory,
    private readonly listings: CattleListings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.others = new RecentlyUsed(clock, KEPT_MS);
    this.named = new Age(clock);
    this.trouble = new RecurringTrouble(log);
  }

  onApplicationBootstrap(): void {
    this.listed = this.environments.listed$.subscribe((environments) => {
      this.named.renew();
      this.adopt(environments);
    });
    void this.keepAsking();
  }

  onModuleDestroy(): void {
    this.stop.abort();
    this.listed?.unsubscribe();
    this.adopt([]);
  }

  get standing(): FleetStanding {
    const known = [...this.known.values()];
    const fleets = known.map(({ fleet }) => fleet);
    return {
      environments: known.length,
      unheard: known.filter(({ fleet }) => !fleet.isLive).map(({ name }) => name),
      services: fleets.reduce((sum, { size }) => sum + size, 0),
      namedAgo: this.named.seconds,
      silentFor: Math.max(0, ...fleets.map(({ silence }) => silence.seconds)),
      listedAgo: Math.max(0, ...fleets.map(({ listed }) => listed.seconds)),
    };
  }

  /** What knows an environment; undefined: it is none that is selected, or is not known yet. */
  of(environment: string): EnvironmentFleet | undefined {
    return this.known.get(environment)?.fleet;
  }

  /**
   * The services of an environment that run a (normalised) repository, as they were some seconds ago or later.
   *
   * @throws UpdaterError `rancher.*`
   */
  running(
    environment: string,
    repository: string,
    signal?: AbortSignal,
  ): Promise<readonly ServiceResource[]> {
    const running = this.of(environment)?.running(repository) ?? this.runningIn(environment, repository);
    return unlessAborted(running, signal);
  }

  /** Of an environment that is not known: a listing that begins serves all who have come before. */
  private async runningIn(environment: string, repository: string): Promise<readonly ServiceResource[]> {
    const listing = this.others.get(environment) ?? this.other(environment);
    return (await listing.done()).running(repository);
  }

  private other(environment: string): RestingWork<FleetIndex> {
    const listing = new RestingWork(
      () => this.list(environment),
      this.clock,
      () => false,
    );
    this.others.set(environment, listing);
    return listing;
  }

  private async list(environment: string): Promise<FleetIndex> {
    const [message, about] = ['the services cannot be listed', { environment_id: environment }] as const;
    const { signal } = this.stop;
    try {
      const index = await this.listings.listWhole(environment, (listing) => FleetIndex.of(listing), signal);
      this.trouble.over(message, about);
      return index;
    } catch (error) {
      if (!signal.aborted) this.trouble.had(message, error, about);
      throw asLogged(error);
    }
  }

  private async keepAsking(): Promise<void> {
    const { signal } = this.stop;
    let troublePauseMs = FIRST_TROUBLE_PAUSE_MS;
    while (!signal.aborted) {
      const isAnswered = await this.ask(signal);
      await this.clock.sleep(isAnswered ? PAUSE_MS + Math.random() * SPREAD_MS : troublePauseMs, signal);
      troublePauseMs = isAnswered ? FIRST_TROUBLE_PAUSE_MS : Math.min(2 * troublePauseMs, PAUSE_MS);
    }
  }

  /** What is wrong with Rancher is logged where the environments are asked for; a bug in here does not end the asking. */
  private async ask(signal: AbortSignal): Promise<boolean> {
    try {
      await this.environments.list({ tries: 1, ms: ASKING_MS, signal });
      return true;
    } catch (error) {
      if (!(error instanceof UpdaterError)) {
        this.log.error('the environments cannot be asked for', { error: stackOf(error) });
      }
      return false;
    }
  }

  /** Knows those that are selected from now on, and no others. */
  private adopt(environments: readonly VisibleEnvironment[]): void {
    const selected = new Map(environments.filter(({ isSelected }) => isSelected).map((one) => [one.id, one]));
    for (const [id, { name, fleet }] of this.known) {
      if (selected.get(id)?.name === name) continue;
      fleet.close();
      this.known.delete(id);
    }
    for (const { id, name } of selected.values()) {
      this.others.delete(id);
      if (!this.known.has(id)) this.known.set(id, { name, fleet: this.fleets.open({ id, name }) });
    }
  }
}
