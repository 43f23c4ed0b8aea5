import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { asLogged, UpdaterError } from '../../common/errors.js';
import { Log } from '../../common/log.js';
import { RestingWork } from '../../common/resting-work.js';
import { CattleClient, type GetOptions, isMissing } from './api/cattle.client.js';
import { CattleSettings } from './cattle.settings.js';
import { isProject } from './api/cattle.wire.js';
import { HeldBack } from './api/rests.js';
import { blindnessOf } from './blindness.js';
import { standingOf, type VisibleEnvironment } from './environment-patterns.js';
import { EnvironmentsLog } from './environments-log.js';
import { unlessAborted } from './unless-aborted.js';

interface LastList {
  readonly environments: readonly VisibleEnvironment[];
  readonly atMs: number;
}

/** How old a list may be, in milliseconds: they are asked for every minute. */
const RECENT_MS = 60_000;

/** How old a list must be, in milliseconds, for a refused key to be a reason to ask again. */
const PROVEN_MS = 5000;

const LIST = '/projects';

/** `/projects` is hidden from the key that a container gets for the role `agent`. */
const NO_LIST =
  'the key may not list environments: an agent key cannot, use CATTLE_ENVIRONMENT_ACCESS_KEY and its secret key';

/** Asks which environments there are for the key, and has it logged, whenever that changes. */
@Injectable()
export class CattleEnvironments implements OnApplicationBootstrap, OnApplicationShutdown {
  /** How many questions there were, and which was the last that was asked of those that have an answer. */
  private questions = 0;
  private answered = 0;
  private last: LastList | null = null;
  private names: ReadonlyMap<string, string> = new Map();
  private readonly log: EnvironmentsLog;
  private readonly stop = new AbortController();
  private readonly asking: RestingWork<readonly VisibleEnvironment[]>;
  private readonly lists = new Subject<readonly VisibleEnvironment[]>();
  private refused: Subscription | null = null;

  constructor(
    private readonly client: CattleClient,
    private readonly settings: CattleSettings,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.log = new EnvironmentsLog(log, settings);
    this.asking = new RestingWork(() => this.listForAll(), clock);
  }

  onApplicationBootstrap(): void {
    this.refused = this.client.refused$.subscribe((path) => this.doubt(path));
  }

  onApplicationShutdown(): void {
    this.stop.abort();
    this.refused?.unsubscribe();
  }

  /** Every list that Rancher answers. */
  get listed$(): Observable<readonly VisibleEnvironment[]> {
    return this.lists;
  }

  /**
   * As they were a minute ago or later. Where they are not known, Rancher is asked once for all who wait, and not at once
   * again after that has failed: who comes meanwhile fails alike, until somebody gets a list. Throws like `list`, what is
   * logged.
   */
  async recent(signal?: AbortSignal): Promise<readonly VisibleEnvironment[]> {
    return this.known ?? unlessAborted(this.asking.done(), signal);
  }

  /** What an environment is called, as of a minute ago or later; undefined: that is not known. */
  recentName(id: string): string | undefined {
    return this.known?.find((environment) => environment.id === id)?.name;
  }

  /** What it was called when Rancher last told, however long ago; undefined: it was not in the list, or there was none. */
  lastName(id: string): string | undefined {
    return this.names.get(id);
  }

  private get known(): readonly VisibleEnvironment[] | null {
    const { last } = this;
    return last !== null && this.clock.monotonicMs() - last.atMs <= RECENT_MS ? last.environments : null;
  }

  /**
   * All that the key can see, selected or not, as of now: asks Rancher. An answer that comes after that to a later question
   * counts no more.
   *
   * @throws UpdaterError `rancher.*`; `rancher.forbidden` also where the list itself is hidden from the key.
   */
  async list(options: GetOptions = {}): Promise<readonly VisibleEnvironment[]> {
    this.questions += 1;
    const question = this.questions;
    try {
      const environments = await this.visible(options);
      if (question < this.answered) return this.last?.environments ?? environments;
      this.answered = question;
      this.know(environments);
      return environments;
    } catch (error) {
      const failure = withoutList(error);
      if (options.signal?.aborted || question < this.answered) throw failure;
      this.answered = question;
      this.last = null;
      if (failure instanceof UpdaterError) this.log.failed(causeOf(failure).message);
      throw failure;
    }
  }

  /** The key was refused for something: whether it still is taken at all is asked at once, not in a minute. */
  private doubt(path: string): void {
    const isDue = this.last !== null && this.clock.monotonicMs() - this.last.atMs >= PROVEN_MS;
    // What it fails with is logged.
    if (isDue && path !== LIST) void this.asking.done().catch(() => undefined);
  }

  private async visible(options: GetOptions): Promise<readonly VisibleEnvironment[]> {
    const rows = await this.client.list(LIST, { ...options, query: { all: 'true' } });
    const { address, patterns } = this.settings;
    return rows.filter(isProject).map((project) => {
      const environment = { id: project.id, name: project.name ?? project.id, state: project.state };
      const { id, name } = environment;
      return { id, name, ...standingOf(environment, address.environment, patterns) };
    });
  }

  private know(environments: readonly VisibleEnvironment[]): void {
    this.last = { environments, atMs: this.clock.monotonicMs() };
    this.names = new Map(environments.map(({ id, name }) => [id, name]));
    this.asking.revive();
    this.log.listed(environments, blindnessOf(this.client.accountKind));
    this.lists.next(environments);
  }

  private async listForAll(): Promise<readonly VisibleEnvironment[]> {
    try {
      return await this.list({ signal: this.stop.signal });
    } catch (error) {
      throw asLogged(error);
    }
  }
}

/** What is behind a request that was not sent is what is news. */
function causeOf(failure: UpdaterError): UpdaterError {
  return failure instanceof HeldBack ? failure.failure : failure;
}

/** Where there is no list, it is the key's fault: Cattle says "not found" of what a key may not see. */
function withoutList(error: unknown): unknown {
  return isMissing(error) ? new UpdaterError('rancher.forbidden', NO_LIST) : error;
}
