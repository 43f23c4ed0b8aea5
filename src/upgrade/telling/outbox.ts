import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { Log } from '../../common/log.js';
import { failureFields, RecurringTrouble } from '../../common/recurring-trouble.js';
import { Wake } from '../../common/wake.js';
import { NotifyService } from '../../notify/notify.service.js';
import { UpgradeStore, type Change, type OutboxItem } from '../../store/upgrade-store.js';
import { isNotice } from './notices.js';
import { redelivery } from './redelivery.js';

/** How many undelivered notices are taken from the store at once. */
const BATCH = 50;

const STORE_PAUSE_MS = 5000;

const NOT_A_NOTICE = 'it was stored by another version of this service and cannot be read';

/** The longest time between two questions to the store: timers do not notice when somebody sets the clock. */
const LONGEST_NAP_MS = 60_000;

/**
 * Delivers what is in the store's outbox, at least once: channels side by side, each in order. A failed delivery is
 * tried again after growing pauses and given up after a day, or at once where that is of no use.
 */
@Injectable()
export class Outbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly busy = new Map<string, Promise<void>>();
  private readonly inHand = new Set<string>();
  private readonly pauses = new Map<string, Date>();
  /** The reason that was last logged for each notice that has failed. */
  private readonly said = new Map<string, string>();
  private readonly storeTrouble: RecurringTrouble;
  private readonly wake = new Wake();
  private working = Promise.resolve();

  constructor(
    private readonly store: UpgradeStore,
    private readonly notify: NotifyService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.storeTrouble = new RecurringTrouble(log);
  }

  onApplicationBootstrap(): void {
    this.working = this.work();
  }

  /** Takes nothing more; deliveries under way, bounded in time by their notifiers, come to their end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const changes = this.store.changes$.subscribe(({ outbox = [] }) => {
      if (outbox.length > 0) this.wake.call();
    });
    while (!this.stopping.signal.aborted) {
      const napMs = await this.takeDue();
      await this.wake.within(napMs, this.clock, this.stopping.signal);
    }
    changes.unsubscribe();
    await Promise.all(this.busy.values());
  }

  /** Sets every idle channel to work on what is due, and answers for how long there is nothing else to do. */
  private async takeDue(): Promise<number> {
    const now = this.clock.now();
    const found = await this.tryStore('the outbox cannot be read', async () => ({
      due: await this.store.outbox({ now, limit: BATCH, except: new Set(this.inHand) }),
      next: await this.store.nextOutboxDue(now),
    }));
    if (!found) return STORE_PAUSE_MS;
    const channels = new Set(found.due.map((item) => item.channel));
    for (const channel of [...channels].filter((one) => !this.busy.has(one))) {
      const items = found.due.filter((item) => item.channel === channel);
      this.setToWork(channel, items);
    }
    return Math.min(LONGEST_NAP_MS, (found.next?.getTime() ?? Infinity) - now.getTime());
  }

  private setToWork(channel: string, items: readonly OutboxItem[]): void {
    const inOrder = items.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    for (const { id } of items) this.inHand.add(id);
    const work = this.deliverAll(channel, inOrder).finally(() => {
      for (const { id } of items) this.inHand.delete(id);
      this.busy.delete(channel);
      this.wake.call();
    });
    this.busy.set(channel, work);
  }

  private async deliverAll(channel: string, items: readonly OutboxItem[]): Promise<void> {
    for (const [index, item] of items.entries()) {
      if (this.stopping.signal.aborted) return;
      const pause = this.pauses.get(channel);
      if (pause && pause > this.clock.now()) {
        return this.save({ outbox: items.slice(index).map((behind) => ({ ...behind, dueAt: pause })) });
      }
      await this.save(await this.deliver({ ...item, attempts: item.attempts + 1 }));
    }
  }

  /** Tries once, and answers what is to be written of it. */
  private async deliver(item: OutboxItem): Promise<Change> {
    try {
      if (!isNotice(item.payload)) throw new UpdaterError('notify.failed', NOT_A_NOTICE, { permanent: true });
      await this.notify.deliver(item.channel, item.payload);
    } catch (error) {
      return this.failed(item, error);
    }
    this.pauses.delete(item.channel);
    this.log.info('notice delivered', fields(item));
    return this.done(item);
  }

  private failed(item: OutboxItem, error: unknown): Change {
    const details = error instanceof UpdaterError ? error.details : {};
    const failure = { ...fields(item), ...failureFields(error) };
    const { dueAt, holdUpUntil } = redelivery(item, details, this.clock.now());
    if (holdUpUntil) this.pauses.set(item.channel, holdUpUntil);
    if (dueAt === null) {
      this.log.error('notice given up', failure);
      return this.done(item);
    }
    if (this.isNews(item.id, failure.reason)) {
      this.log.warn('notice not delivered, will be tried again', failure);
    }
    return { outbox: [{ ...item, dueAt }] };
  }

  private done({ id }: OutboxItem): Change {
    this.said.delete(id);
    return { outboxDone: [id] };
  }

  /** Insists: what has been delivered must not be delivered again because the disk was full for a moment. */
  private async save(change: Change): Promise<void> {
    const write = async () => {
      await this.store.commit(change);
      return true;
    };
    while (!(await this.tryStore('the outbox cannot be written', write)) && !this.stopping.signal.aborted) {
      await this.clock.sleep(STORE_PAUSE_MS, this.stopping.signal);
    }
  }

  private async tryStore<T>(trouble: string, work: () => Promise<T>): Promise<T | null> {
    try {
      const result = await work();
      this.storeTrouble.over(trouble);
      return result;
    } catch (error) {
      this.storeTrouble.had(trouble, error);
      return null;
    }
  }

  private isNews(id: string, reason: string): boolean {
    if (this.said.get(id) === reason) return false;
    this.said.set(id, reason);
    return true;
  }
}

function fields({ id, channel, attempts, payload }: OutboxItem) {
  return { upgrade: isNotice(payload) ? payload.upgradeId : null, channel, notice: id, attempts };
}
