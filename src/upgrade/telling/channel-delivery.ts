import { mapInFews } from '../../common/breath.js';
import type { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Fields, Log } from '../../common/log.js';
import { failureFields } from '../../common/recurring-trouble.js';
import type { Notice } from '../../domain/notice.js';
import type { Delivery, NotifyService } from '../../notify/notify.service.js';
import type { Change, OutboxItem, UpgradeStore } from '../../store/upgrade-store.js';
import { digestOf } from './digest.js';
import { isBacklog, isTooOld, retryAt, shortened } from './redelivery.js';
import { noticeIn, type StoredNotice } from './stored-notice.js';

/** Items read at once, and how many of them go as one digest. */
const PAGE = 50;
const MAX_BACKLOG = 5000;

const NOT_A_NOTICE = 'it was stored by another version of this service and cannot be read';

/** What is to be written after a try, and whether the next can follow at once. */
interface Tried {
  readonly change: Change | null;
  readonly goesOn: boolean;
}

/** An item of a channel's outbox, where it stands there, and the notice in it. */
interface Entry {
  readonly item: OutboxItem;
  readonly place: number;
  readonly notice: StoredNotice;
}

/** Tries to deliver what is due on one channel, and says what came of it. */
export class ChannelDelivery {
  /** The reason that was last logged; null: it has not failed since it last took something. */
  private said: string | null = null;

  constructor(
    private readonly channel: string,
    private readonly store: UpgradeStore,
    private readonly notify: NotifyService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Tries the first item of the channel, or its backlog, if it is due.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async next(): Promise<Tried> {
    const [item, another] = await this.store.outbox(this.channel, 2);
    if (!item || item.dueAt > this.clock.now()) return { change: null, goesOn: false };
    const notice = noticeIn(item);
    if (!notice) return this.unreadable(item);
    const first = { item, place: 0, notice };
    const isDigest = another !== undefined && isBacklog(item, this.clock.now());
    return this.deliver([first, ...(isDigest ? await this.behind() : [])]);
  }

  /** What waits behind the first item. Of thousands of notices the lines are not kept: a digest does not show them. */
  private async behind(): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (let skip = 1; skip < MAX_BACKLOG; skip += PAGE) {
      const page = await this.store.outbox(this.channel, PAGE, skip);
      for (const [index, item] of page.entries()) {
        const notice = noticeIn(item);
        const short = { ...item, payload: null };
        if (notice) entries.push({ item: short, place: skip + index, notice: { ...notice, lines: [] } });
      }
      if (page.length < PAGE) break;
    }
    return entries;
  }

  private async deliver(entries: readonly [Entry, ...Entry[]]): Promise<Tried> {
    const [{ notice }] = entries;
    const told = entries.length > 1 ? digestOf(entries.map((entry) => entry.notice)) : notice;
    const since = this.clock.monotonicMs();
    const report = (notices: Delivery['notices']) =>
      this.notify.report({ channel: this.channel, notices, ms: this.clock.monotonicMs() - since });
    try {
      await this.tell(told);
    } catch (error) {
      return this.failed(entries, error, report);
    }
    report({ delivered: entries.length });
    this.said = null;
    this.log.info('notice delivered', fields(entries));
    return { change: done(entries), goesOn: true };
  }

  /** Tells it in fewer lines, the worst of them, where it is more than the receiver takes. */
  private async tell(notice: Notice): Promise<void> {
    try {
      await this.notify.deliver(this.channel, notice);
    } catch (error) {
      const shorter = isTooLarge(error) ? shortened(notice) : null;
      if (!shorter) throw error;
      this.log.info('notice too large, will be shorter', {
        channel: this.channel,
        notice: notice.id,
        lines: shorter.lines.length,
      });
      await this.tell(shorter);
    }
  }

  private async failed(
    entries: readonly [Entry, ...Entry[]],
    error: unknown,
    report: (notices: Delivery['notices']) => void,
  ): Promise<Tried> {
    const details = error instanceof UpdaterError ? error.details : {};
    const failure = failureFields(error);
    if (details.permanent) {
      report({ given_up: entries.length });
      await this.sayGivenUp(entries, failure);
      return { change: done(entries), goesOn: true };
    }
    const now = this.clock.now();
    const [{ item }] = entries;
    const isOver = (entry: Entry) => isTooOld(entry.item, now);
    const [over, left] = [entries.filter(isOver), entries.filter((entry) => !isOver(entry))];
    report({ deferred: left.length, given_up: over.length });
    await this.sayGivenUp(over, failure);
    if (left.length > 0 && this.isNews(failure.reason)) {
      this.log.warn('notice not delivered, will be tried again', { ...fields(left), ...failure });
    }
    const attempts = item.attempts + 1;
    const first = await this.whole(left[0]);
    const outbox = first ? [{ ...first, attempts, dueAt: retryAt(attempts, details, now) }] : [];
    return { change: { ...done(over), outbox }, goesOn: false };
  }

  /** Each by itself: nothing else tells what became of it. */
  private async sayGivenUp(
    entries: readonly Entry[],
    failure: ReturnType<typeof failureFields>,
  ): Promise<void> {
    const { attempts } = fields(entries);
    await mapInFews(entries, (entry) =>
      this.log.error('notice given up', { ...fields([entry]), attempts, ...failure }),
    );
  }

  /** The item as it is stored. */
  private async whole(entry: Entry | undefined): Promise<OutboxItem | undefined> {
    if (!entry || entry.place === 0) return entry?.item;
    const [item] = await this.store.outbox(this.channel, 1, entry.place);
    return item;
  }

  private unreadable({ id, channel, attempts }: OutboxItem): Tried {
    this.notify.report({ channel, notices: { given_up: 1 }, ms: null });
    this.log.error('notice given up', { channel, notice: id, attempts, reason: NOT_A_NOTICE });
    return { change: { outboxDone: [id] }, goesOn: true };
  }

  private isNews(reason: string): boolean {
    if (this.said === reason) return false;
    this.said = reason;
    return true;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof UpdaterError && error.details.isTooLarge === true;
}

function done(entries: readonly Entry[]): Change {
  return { outboxDone: entries.map(({ item }) => item.id) };
}

/** Of several, what the first is about, and how many they are. */
function fields(entries: readonly Entry[]): Fields {
  const [first] = entries;
  if (!first) return {};
  const { id, channel, attempts } = first.item;
  const several = entries.length > 1 ? { notices: entries.length } : {};
  const { upgradeId, requestId, callerWord } = first.notice;
  const about = { upgrade: upgradeId, request: requestId, caller: callerWord };
  return { ...about, channel, notice: id, attempts: attempts + 1, ...several };
}
