import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../common/any-signal.js';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log, type Fields } from '../common/log.js';
import { RecurringTrouble } from '../common/recurring-trouble.js';
import { UpgradeSettings } from './upgrade.settings.js';

export type WorkKind = 'planning' | 'service' | 'watching';

/** A piece of work that begins: the id of what it is about, and what the log is to say of that. */
export interface Begun {
  readonly id: string;
  readonly kind: WorkKind;
  readonly about: Fields;
}

interface Work {
  readonly kind: WorkKind | 'command';
  readonly sinceMs: number;
  readonly done: Promise<void>;
  /** Brings it to a safe point. */
  interrupt(): void;
}

/** How many upgrades are planned, and how many services that wait for somebody are looked at, at once. */
const SIDE_WORK = 4;

/** What takes longer waits for a Rancher that is slow, and keeps nobody else from being planned or looked at. */
const SLOW_MS = 5000;

/** How long what has failed rests before it is taken up again. */
const REST_MS = 5000;

/** How long what was overtaken rests: only so long that it is never a loop without a pause. */
const LOST_RACE_REST_MS = 100;

const FAILED = 'work failed';

/** What the engine has begun and not ended: each thing once, and of each kind a limited number at a time. */
@Injectable()
export class WorkInHand {
  readonly trouble: RecurringTrouble;
  private readonly stopping = new AbortController();
  private readonly works = new Map<string, Work>();

  constructor(
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
    private readonly log: Log,
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

  has(id: string): boolean {
    return this.works.has(id);
  }

  /** Resolves when it no longer is in hand. */
  async ended(id: string): Promise<void> {
    for (let work = this.works.get(id); work; work = this.works.get(id)) await work.done;
  }

  /** How many more of a kind may begin. */
  roomFor(kind: WorkKind): number {
    const works = [...this.works.values()].filter((work) => work.kind === kind);
    if (kind === 'service') return Math.max(0, this.settings.AUTOUPDATE_MAX_PARALLEL - works.length);
    const quick = works.filter(({ sinceMs }) => this.clock.monotonicMs() - sinceMs < SLOW_MS);
    return Math.max(0, SIDE_WORK - quick.length);
  }

  /** There may be work for which there is no room now, but soon. */
  get isCrowded(): boolean {
    return this.roomFor('planning') === 0 || this.roomFor('watching') === 0;
  }

  /** Begins a piece of work unless it is in hand or all is to stop, and calls `ended` when it no longer is in hand. */
  begin(begun: Begun, work: (signal: AbortSignal) => Promise<void>, ended: () => void): void {
    const { id, kind, about } = begun;
    if (this.signal.aborted || this.works.has(id)) return;
    const own = new AbortController();
    const attempt = withAnySignal([this.signal, own.signal], (signal) => this.attempt(work, signal, about));
    const done = attempt.then(() => {
      this.works.delete(id);
      ended();
    });
    this.works.set(id, { kind, sinceMs: this.clock.monotonicMs(), done, interrupt: () => own.abort() });
  }

  /**
   * Does something for a caller about what may be in hand: brings that to a safe point first, and lets nobody else take it
   * up meanwhile. Throws what `work` throws.
   *
   * @throws UpdaterError `service.stopping`
   */
  async instead<T>(id: string, work: () => Promise<T>, ended: () => void): Promise<T> {
    for (let other = this.works.get(id); other; other = this.works.get(id)) {
      other.interrupt();
      await other.done;
    }
    if (this.signal.aborted) throw new UpdaterError('service.stopping', 'The service is stopping');
    const result = work();
    const done = result.then(noop, noop);
    this.works.set(id, { kind: 'command', sinceMs: this.clock.monotonicMs(), done, interrupt: noop });
    try {
      return await result;
    } finally {
      this.works.delete(id);
      ended();
    }
  }

  /** Brings everything to a safe point, in at most `ms` milliseconds. */
  async stop(ms: number): Promise<void> {
    this.stopping.abort();
    const all = Promise.all([...this.works.values()].map(({ done }) => done));
    const limit = new AbortController();
    await Promise.race([all, this.clock.sleep(ms, limit.signal)]);
    limit.abort();
  }

  /** What fails is due again at once, so it rests a little while first; what was overtaken has only to look again. */
  private async attempt(
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    about: Fields,
  ): Promise<void> {
    try {
      await work(signal);
      this.trouble.over(FAILED, about);
    } catch (error) {
      if (isLostRace(error)) return this.overtaken(error, signal, about);
      this.trouble.had(FAILED, error, about);
      await this.clock.sleep(REST_MS, signal);
    }
  }

  /** A newer push or a decision has written first: that is no failure. */
  private async overtaken(error: UpdaterError, signal: AbortSignal, about: Fields): Promise<void> {
    this.log.debug('overtaken: taken up again as it is now', { ...about, reason: error.message });
    await this.clock.sleep(LOST_RACE_REST_MS, signal);
  }
}

function isLostRace(error: unknown): error is UpdaterError {
  return error instanceof UpdaterError && error.code === 'store.conflict';
}

function noop(): void {}
