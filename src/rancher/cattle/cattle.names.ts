import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { RecentlyUsed } from '../../common/recently-used.js';
import type { Named } from '../../domain/service.js';
import type { GetOptions } from './api/cattle.client.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleFleet } from './fleet/cattle.fleet.js';
import { CattleListings } from './fleet/cattle.listings.js';

/** When a list is asked for anew: for a name that is known, for one that is missing, and after it could not be read. */
const MAX_AGE_MS = 300_000;
const MAX_AGE_IF_MISSING_MS = 10_000;
const REST_MS = 60_000;
/** How long a list is kept that nobody asks for any more: environments come and go. */
const KEPT_MS = 3_600_000;

/** Names are worth one try, and no long wait. */
const LIMITS: GetOptions = { tries: 1, ms: 10_000 };

type List = (options: GetOptions) => Promise<readonly Named[]>;
type NamesById = ReadonlyMap<string, string>;

/** What a list last told, and when to ask for it anew; never while it is asked for. */
interface Known {
  readonly asking: Promise<void>;
  names: NamesById;
  staleMs: number;
  staleIfMissingMs: number;
}

/**
 * What people call environments and stacks, asked for by the list. No trouble of Rancher's shows here: names that cannot
 * be read anew are the last known ones, and what was never named has its id for a name.
 */
@Injectable()
export class CattleNames {
  private readonly known: RecentlyUsed<Known>;

  constructor(
    private readonly environments: CattleEnvironments,
    private readonly fleet: CattleFleet,
    private readonly listings: CattleListings,
    private readonly clock: Clock,
  ) {
    this.known = new RecentlyUsed(clock, KEPT_MS);
  }

  /** Waits no longer than until the signal is aborted. */
  async environment(id: string, signal?: AbortSignal): Promise<Named> {
    const name = this.environments.recentName(id);
    if (name !== undefined) return { id, name };
    const named = await this.named('', id, (options) => this.environments.list(options), signal);
    return { id, name: this.environments.lastName(id) ?? named.name };
  }

  /** A stack of an environment. Waits no longer than until the signal is aborted. */
  async stack(environment: string, id: string, signal?: AbortSignal): Promise<Named> {
    const name = this.fleet.of(environment)?.stackName(id);
    if (name !== undefined) return { id, name };
    return this.named(environment, id, (options) => this.listings.stacks(environment, options), signal);
  }

  /** What has a name already is not waited for: if it has a new one, the next to ask learns that. */
  private async named(key: string, id: string, list: List, signal?: AbortSignal): Promise<Named> {
    const last = this.known.get(key);
    const known = last && !this.isDue(last, id) ? last : this.ask(key, list, last?.names);
    if (!known.names.has(id)) await until(known.asking, signal);
    return { id, name: known.names.get(id) ?? id };
  }

  private isDue({ names, staleMs, staleIfMissingMs }: Known, id: string): boolean {
    return this.clock.monotonicMs() >= (names.has(id) ? staleMs : staleIfMissingMs);
  }

  /** Asked once for all who want to know: nobody's signal gives it up for the others. */
  private ask(key: string, list: List, names: NamesById = new Map()): Known {
    const asked: Known = {
      names,
      asking: list(LIMITS).then(
        (all) => this.keep(asked, all),
        (error: unknown) => this.rest(asked, error),
      ),
      staleMs: Infinity,
      staleIfMissingMs: Infinity,
    };
    asked.asking.catch(() => this.known.delete(key));
    this.known.set(key, asked);
    return asked;
  }

  private keep(known: Known, all: readonly Named[]): void {
    const nowMs = this.clock.monotonicMs();
    known.names = new Map(all.map(({ id, name }) => [id, name]));
    known.staleMs = nowMs + MAX_AGE_MS;
    known.staleIfMissingMs = nowMs + MAX_AGE_IF_MISSING_MS;
  }

  private rest(known: Known, error: unknown): void {
    if (!(error instanceof UpdaterError)) throw error;
    known.staleMs = this.clock.monotonicMs() + REST_MS;
    known.staleIfMissingMs = known.staleMs;
  }
}

function until(done: Promise<void>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve();
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    void done.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });
}
