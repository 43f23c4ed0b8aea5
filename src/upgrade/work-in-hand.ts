import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Log, type Fields } from '../common/log.js';
import { RecurringTrouble } from '../common/recurring-trouble.js';
import { UpgradeSettings } from './upgrade.settings.js';

export type WorkKind = 'planning' | 'service' | 'watching';

/** How many upgrades are planned, and how many services that wait for somebody are looked at, at once. */
const SIDE_WORK = 4;

/** How long what has failed rests before it is taken up again. */
const REST_MS = 5000;

const FAILED = 'work failed';

/** What the engine has begun and not ended: each thing once, and of each kind a limited number at a time. */
@Injectable()
export class WorkInHand {
  readonly trouble: RecurringTrouble;
  private readonly stopping = new AbortController();
  private readonly works = new Map<string, { readonly kind: WorkKind; readonly done: Promise<void> }>();

  constructor(
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.trouble = new RecurringTrouble(log);
    // Every piece of work listens to it: that is no leak.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Aborted when everything in hand is to be brought to a safe point. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.works.keys());
  }

  /** How many more of a kind may begin. */
  roomFor(kind: WorkKind): number {
    const busy = [...this.works.values()].filter((work) => work.kind === kind).length;
    return Math.max(0, (kind === 'service' ? this.settings.AUTOUPDATE_MAX_PARALLEL : SIDE_WORK) - busy);
  }

  /** Begins a piece of work unless it is in hand or all is to stop, and calls `ended` when it no longer is in hand. */
  begin(id: string, kind: WorkKind, work: () => Promise<void>, ended: () => void): void {
    if (this.signal.aborted || this.works.has(id)) return;
    const about = { [kind === 'planning' ? 'upgrade' : 'rollout']: id };
    const done = this.attempt(work, about).then(() => {
      this.works.delete(id);
      ended();
    });
    this.works.set(id, { kind, done });
  }

  /** Brings everything to a safe point, in at most `ms` milliseconds. */
  async stop(ms: number): Promise<void> {
    this.stopping.abort();
    const all = Promise.all([...this.works.values()].map(({ done }) => done));
    const limit = new AbortController();
    await Promise.race([all, this.clock.sleep(ms, limit.signal)]);
    limit.abort();
  }

  /** What fails is due again at once, so it rests a little while first. */
  private async attempt(work: () => Promise<void>, about: Fields): Promise<void> {
    try {
      await work();
      this.trouble.over(FAILED, about);
    } catch (error) {
      this.trouble.had(FAILED, error, about);
      await this.clock.sleep(REST_MS, this.signal);
    }
  }
}
