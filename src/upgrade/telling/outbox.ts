import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import { RecurringTrouble } from '../../common/recurring-trouble.js';
import { Wake } from '../../common/wake.js';
import { NotifyService } from '../../notify/notify.service.js';
import { UpgradeStore, type Change } from '../../store/upgrade-store.js';
import { ChannelDelivery } from './channel-delivery.js';

const STORE_PAUSE_MS = 5000;

/** The longest time between two questions to the store: timers do not notice when somebody sets the clock. */
const LONGEST_NAP_MS = 60_000;

/**
 * Delivers what is in the store's outbox, at least once: channels side by side, each in order. A channel that fails is
 * tried again after growing pauses; once its oldest notice has waited for an hour, all that waits goes as one digest; one
 * that is refused is sent in parts. A notice is given up after a day, or at once where trying is of no use.
 */
@Injectable()
export class Outbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly busy = new Map<string, Promise<void>>();
  private readonly storeTrouble: RecurringTrouble;
  private readonly deliveries = new Map<string, ChannelDelivery>();
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

  /** Sets every idle channel to work whose time has come, and answers for how long there is nothing else to do. */
  private async takeDue(): Promise<number> {
    const now = this.clock.now();
    const heads = await this.tryStore('the outbox cannot be read', () => this.store.outboxHeads());
    if (!heads) return STORE_PAUSE_MS;
    const idle = heads.filter(({ channel }) => !this.busy.has(channel));
    for (const { channel } of idle.filter(({ dueAt }) => dueAt <= now)) this.setToWork(channel);
    const later = idle.map(({ dueAt }) => dueAt.getTime() - now.getTime()).filter((ms) => ms > 0);
    return Math.min(LONGEST_NAP_MS, ...later);
  }

  private setToWork(channel: string): void {
    const work = this.deliverAll(channel).finally(() => {
      this.busy.delete(channel);
      this.wake.call();
    });
    this.busy.set(channel, work);
  }

  /** Until the channel has nothing left, or has to be waited for. */
  private async deliverAll(channel: string): Promise<void> {
    const { signal } = this.stopping;
    const delivery = this.deliveryTo(channel);
    while (!signal.aborted) {
      const tried = await this.tryStore('the outbox cannot be read', () => delivery.next());
      if (!tried) return this.clock.sleep(STORE_PAUSE_MS, signal);
      if (tried.change) await this.save(tried.change);
      if (!tried.goesOn) return;
    }
  }

  private deliveryTo(channel: string): ChannelDelivery {
    const known = this.deliveries.get(channel);
    const delivery = known ?? new ChannelDelivery(channel, this.store, this.notify, this.clock, this.log);
    this.deliveries.set(channel, delivery);
    return delivery;
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
}
