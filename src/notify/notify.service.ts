import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import { SharedWork } from '../common/shared-work.js';
import type { Notice } from '../domain/notice.js';
import type { Channel } from './channel.js';
import type { Notifier } from './notifier.js';
import { sampleOf } from './sample.js';

/** One notifier of every kind. */
export const ALL_NOTIFIERS = Symbol('ALL_NOTIFIERS');
/** Every channel that the settings name. */
export const CHANNELS = Symbol('CHANNELS');

/** What becomes of a notice that a channel was to be told of; `deferred`: it is tried again. */
export const DELIVERY_OUTCOMES = ['delivered', 'deferred', 'given_up'] as const;
type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** What came of one attempt to tell a channel, or of notices that were given up without one. */
export interface Delivery {
  readonly channel: string;
  /** null: the channel is not configured any more. */
  readonly kind: string | null;
  /** How many of its notices came to what. */
  readonly notices: Readonly<Partial<Record<DeliveryOutcome, number>>>;
  /** How long the attempt took; null: there was none. */
  readonly ms: number | null;
}

/** What a channel said to a sample. */
export interface ChannelTest {
  readonly name: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly message: string;
}

/** Tells people: knows all channels, and sends each notice by the notifier of its channel's kind. */
@Injectable()
export class NotifyService {
  private readonly all: ReadonlyMap<string, Channel>;
  private readonly kinds: ReadonlyMap<string, Notifier>;
  private readonly deliveries = new Subject<Delivery>();
  private readonly testing = new SharedWork<readonly ChannelTest[]>(() =>
    Promise.all(this.channels().map((channel) => this.testOf(channel))),
  );
  /** The outcome of every attempt (samples excepted) and of every notice given up. */
  readonly deliveries$ = this.deliveries.asObservable();

  constructor(
    @Inject(ALL_NOTIFIERS) notifiers: readonly Notifier[],
    @Inject(CHANNELS) channels: readonly Channel[],
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.all = new Map(channels.map((channel) => [channel.name, channel]));
    this.kinds = new Map(notifiers.map((notifier) => [notifier.kind, notifier]));
  }

  channels(): readonly Channel[] {
    return [...this.all.values()];
  }

  /**
   * Delivers like `Notifier.deliver`; fails for good where the channel is not configured. The caller has to `report`
   * the outcome.
   */
  deliver(name: string, notice: Notice): Promise<string> {
    const channel = this.all.get(name);
    const notifier = channel && this.kinds.get(channel.kind);
    if (notifier) return notifier.deliver(channel, notice);
    const unknown = `no channel "${name}" is configured`;
    return Promise.reject(new UpdaterError('notify.failed', unknown, { permanent: true }));
  }

  /** Publishes the outcome of a delivery to observers. */
  report(delivery: Omit<Delivery, 'kind'>): void {
    this.deliveries.next({ ...delivery, kind: this.all.get(delivery.channel)?.kind ?? null });
  }

  /**
   * Sends every channel a sample at once, whatever it filters; answers what each said, and logs which failed. A second call
   * meanwhile gets the same answer.
   */
  test(): Promise<readonly ChannelTest[]> {
    return this.testing.done();
  }

  private async testOf(channel: Channel): Promise<ChannelTest> {
    const { name, kind } = channel;
    try {
      const message = await this.deliver(name, sampleOf(channel, randomUUID(), this.clock.now()));
      return { name, kind, ok: true, message };
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      const { code, message } = error;
      this.log.warn('sample not delivered', { channel: name, code, reason: message });
      return { name, kind, ok: false, message };
    }
  }
}
