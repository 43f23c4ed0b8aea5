import type { Subscription } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { Wake } from '../../common/wake.js';
import type { JournalEntry } from '../../domain/upgrade.js';
import type { UpgradeStore, Written } from '../../store/upgrade-store.js';
import { notFound } from '../found-upgrade.js';
import { isEnded } from '../summary.js';
import { RolloutPlaces, type Place } from './rollout-places.js';

/** So many entries are sent together. */
const PAGE = 100;

/** So many new entries are kept for a reader that does not take them; beyond, it is sent to the store for them. */
const MAX_FRESH = 1000;

const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ':\n\n';

/** The first thing said, so that headers are sent at once: in how many milliseconds to come back when it breaks off. */
const OPENING = 'retry: 3000\n\n';

/** Which events: of one upgrade, or of all (null); after a journal number, or from now on (null). */
export interface EventsQuery {
  readonly upgradeId: string | null;
  readonly after: number | null;
}

/**
 * The journal as Server-Sent Events for one reader, each entry once and in order: what the store has after the last entry
 * said, then what is written. Has to be closed.
 */
export class EventStream {
  private readonly fresh: JournalEntry[] = [];
  private readonly wake = new Wake();
  private readonly places: RolloutPlaces;
  private readonly changes: Subscription;
  /** The last entry said; null: whatever comes is new. */
  private last: number | null = null;
  /** The store may have entries after the last one said that are not among the fresh. */
  private isBehind = false;
  private hasEnded = false;

  constructor(
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
    private readonly query: EventsQuery,
  ) {
    this.places = new RolloutPlaces(store);
    this.changes = store.changes$.subscribe((written) => this.take(written));
  }

  /** @throws UpdaterError `request.not_found`: there is no such upgrade; `store.unavailable` */
  async open(): Promise<void> {
    const { upgradeId, after } = this.query;
    if (upgradeId !== null) await this.find(upgradeId);
    // A number that the journal has not come to is of another journal, or all up to it is deleted: whatever comes is new.
    if (after === null || !(await this.hasAny(after - 1, null))) return;
    const isLeft = !this.hasEnded || (await this.hasAny(after, upgradeId));
    this.last = after;
    if (isLeft) this.isBehind = true;
  }

  close(): void {
    this.changes.unsubscribe();
  }

  /** Whether it is about an upgrade that has ended, and all of it is said. */
  get isOver(): boolean {
    return this.hasEnded && !this.isBehind && this.fresh.length === 0;
  }

  /**
   * Some whole events at a time, and a comment where there is nothing to say for 15 s; ends when it is over and when the
   * signal is aborted.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async *texts(signal: AbortSignal): AsyncGenerator<string> {
    yield OPENING;
    let saidMs = this.clock.monotonicMs();
    while (!signal.aborted && !this.isOver) {
      const entries = await this.next();
      const restMs = saidMs + HEARTBEAT_MS - this.clock.monotonicMs();
      if (entries.length === 0 && restMs > 0) {
        await this.wake.within(restMs, this.clock, signal);
        continue;
      }
      yield entries.length > 0 ? await this.textOf(entries) : HEARTBEAT;
      saidMs = this.clock.monotonicMs();
    }
  }

  private async textOf(entries: readonly JournalEntry[]): Promise<string> {
    const places = await this.places.of(entries);
    return entries.map((entry) => textOf(entry, places.get(entry.rolloutId ?? ''))).join('');
  }

  private async find(upgradeId: string): Promise<void> {
    const standing = await this.store.standing(upgradeId);
    if (!standing) throw notFound('upgrade', upgradeId);
    if (isEnded(standing.upgrade.status)) this.hasEnded = true;
  }

  /** The next entries that are not said yet; none: there are none at the moment, or none among those that came. */
  private async next(): Promise<readonly JournalEntry[]> {
    const found = this.isBehind ? await this.read(this.last ?? 0) : this.fresh.splice(0, PAGE);
    const { last } = this;
    const entries = last === null ? found : found.filter(({ id }) => id > last);
    this.last = entries.at(-1)?.id ?? last;
    return entries;
  }

  private async read(after: number): Promise<readonly JournalEntry[]> {
    // Not behind any more if this is all: what is written from now on is among the fresh, unless they get too many.
    this.isBehind = false;
    const page = await this.entries(after, PAGE, this.query.upgradeId);
    if (page.length === PAGE) this.isBehind = true;
    return page;
  }

  private async hasAny(after: number, upgradeId: string | null): Promise<boolean> {
    return (await this.entries(after, 1, upgradeId)).length > 0;
  }

  private entries(after: number, limit: number, upgradeId: string | null): Promise<readonly JournalEntry[]> {
    return this.store.journal({ after, limit, ...(upgradeId === null ? {} : { upgradeId }) });
  }

  private take({ upgrade, rollouts = [], journal }: Written): void {
    const { upgradeId } = this.query;
    const isMine = upgrade !== undefined && upgrade.id === upgradeId;
    if (isMine) this.hasEnded = isEnded(upgrade.status);
    const mine = upgradeId === null ? journal : journal.filter((entry) => entry.upgradeId === upgradeId);
    this.fresh.push(...mine);
    if (mine.length > 0) this.places.learn(rollouts);
    if (this.fresh.length > MAX_FRESH) this.fallBehind();
    if (isMine || mine.length > 0) this.wake.call();
  }

  private fallBehind(): void {
    const [first] = this.fresh.splice(0);
    if (first) this.last ??= first.id - 1;
    this.isBehind = true;
  }
}

function textOf(entry: JournalEntry, place?: Place): string {
  const { id, at, upgradeId, rolloutId, status, message, reason } = entry;
  const { environment = null, stack = null, service = null } = place ?? {};
  const about = { upgrade: upgradeId, rollout: rolloutId, environment, stack, service };
  const data = { at: at.toISOString(), ...about, status, message, reason };
  const event = rolloutId === null ? 'upgrade' : 'rollout';
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
