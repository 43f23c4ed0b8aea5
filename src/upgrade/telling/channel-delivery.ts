import { mapInFews } from '../../common/breath.js';
import type { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Fields, Log } from '../../common/log.js';
import { failureFields } from '../../common/recurring-trouble.js';
import type { Notice } from '../../domain/notice.js';
import type { Delivery, NotifyService } from '../../notify/notify.service.js';
import type { Change, OutboxItem, UpgradeStore } from '../../store/upgrade-store.js';
import { digestOf } from './digest.js';
import { afterRefusal, afterTaken, isHopeless, withoutOld, type Parting } from './parting.js';
import { isBacklog, isTooOld, retryAt, shortened } from './redelivery.js';
import { noticeIn } from './stored-notice.js';
import { Waiting, type Entry } from './waiting.js';

/** Notices that go as one digest. */
const MAX_BACKLOG = 5000;

const NOT_A_NOTICE = 'it was stored by another version of this service and cannot be read';

type Failure = ReturnType<typeof failureFields>;

/** What is to be written after a try, and whether the next can follow at once. */
interface Tried {
  readonly change: Change | null;
  readonly goesOn: boolean;
}

/** Tries to deliver what is due on one channel, and says what came of it. */
export class ChannelDelivery {
  /** The reason that was last logged; null: it has not failed since it last took something. */
  private said: string | null = null;
  /** A digest that was refused for good; after a restart it is tried as a whole again. */
  private parting: Parting | null = null;
  private readonly waiting: Waiting;

  constructor(
    private readonly channel: string,
    store: UpgradeStore,
    private readonly notify: NotifyService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.waiting = new Waiting(channel, store);
  }

  /**
   * Tries the first item of the channel, or its backlog, if it is due.
   *
   * @throws UpdaterError `store.unavailable`
   */
  async next(): Promise<Tried> {
    const [item, another] = await this.waiting.first(2);
    if (!item || item.dueAt > this.clock.now()) return { change: null, goesOn: false };
    const notice = noticeIn(item);
    if (!notice) return this.unreadable(item);
    const first = { item, place: 0, notice };
    const isDigest = another !== undefined && (this.parting !== null || isBacklog(item, this.clock.now()));
    const size = this.parting?.size ?? MAX_BACKLOG;
    return this.deliver([first, ...(isDigest ? await this.waiting.behind(size - 1) : [])]);
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
    this.parting &&= afterTaken(this.parting, entries.length);
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
      const out = await this.refused(entries, failure);
      report(out.length > 0 ? { given_up: out.length } : { deferred: entries.length });
      await this.sayGivenUp(out, failure);
      return { change: out.length > 0 ? done(out) : null, goesOn: true };
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
    this.parting &&= withoutOld(this.parting, over.length);
    const first = left[0] && (await this.waiting.whole(left[0]));
    const outbox = first ? [{ ...first, attempts, dueAt: retryAt(attempts, details, now) }] : [];
    return { change: { ...done(over), outbox }, goesOn: false };
  }

  /** What is given up after a refusal for good: a single notice, or all the rest of a digest that seems hopeless. */
  private async refused(entries: readonly [Entry, ...Entry[]], failure: Failure): Promise<readonly Entry[]> {
    const isSingle = entries.length === 1;
    if (isSingle && !this.parting) return entries;
    if (!this.parting) {
      this.log.warn('digest refused, will be sent in parts', { ...fields(entries), ...failure });
    }
    const parting = afterRefusal(this.parting, entries.length);
    if (isHopeless(parting)) {
      this.parting = null;
      const waiting = isSingle ? parting.left : parting.left - 1;
      return [entries[0], ...(await this.waiting.behind(waiting))];
    }
    this.parting = parting.left > 0 ? parting : null;
    return isSingle ? entries : [];
  }

  /** Each by itself: nothing else tells what became of it. */
  private async sayGivenUp(entries: readonly Entry[], failure: Failure): Promise<void> {
    const { attempts } = fields(entries);
    await mapInFews(entries, (entry) =>
      this.log.error('notice given up', { ...fields([entry]), attempts, ...failure }),
    );
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
