import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import type { Notice } from '../domain/upgrade.js';
import type { Channel } from './channel.js';
import type { Notifier } from './notifier.js';
import { sampleOf } from './sample.js';

/** One notifier of every kind. */
export const ALL_NOTIFIERS = Symbol('ALL_NOTIFIERS');
/** Every channel that the settings name. */
export const CHANNELS = Symbol('CHANNELS');

/** What came of one attempt to tell a channel, or of notices that were given up without another. */
export interface Delivery {
  readonly channel: string;
  /** null: the channel is not configured any more. */
  readonly kind: string | null;
  readonly outcome: 'delivered' | 'retried' | 'given_up';
  /** How many notices it was about. */
  readonly notices: number;
  /** How long the attempt took. */
  readonly ms: number;
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
  private testing: Promise<readonly ChannelTest[]> | null = null;
  /** Every attempt, and every notice given up. */
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

  /** See `Notifier.deliver`; a channel that is not configured fails for good. */
  async deliver(channel: string, notice: Notice): Promise<string> {
    const since = this.clock.monotonicMs();
    const about = { channel, kind: this.all.get(channel)?.kind ?? null, notices: notice.digest?.count ?? 1 };
    const tell = (outcome: Delivery['outcome']) =>
      this.deliveries.next({ ...about, outcome, ms: this.clock.monotonicMs() - since });
    try {
      const said = await this.send(channel, notice);
      tell('delivered');
      return said;
    } catch (error) {
      tell(error instanceof UpdaterError && error.details.permanent ? 'given_up' : 'retried');
      throw error;
    }
  }

  /** Somebody has given up notices of a channel without another attempt: whoever counts hears of it. */
  gaveUp(channel: string, notices: number): void {
    const kind = this.all.get(channel)?.kind ?? null;
    this.deliveries.next({ channel, kind, outcome: 'given_up', notices, ms: 0 });
  }

  /** Sends every channel a sample, whatever it filters, all at the same time, answers what each said, and logs which failed. Who asks meanwhile gets the same. */
  test(): Promise<readonly ChannelTest[]> {
    this.testing ??= Promise.all(this.channels().map((channel) => this.testOf(channel))).finally(
      () => (this.testing = null),
    );
    return this.testing;
  }

  private async testOf(channel: Channel): Promise<ChannelTest> {
    const { name, kind } = channel;
    try {
      const message = await this.send(name, sampleOf(channel, randomUUID(), this.clock.now()));
      return { name, kind, ok: true, message };
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      const { code, message } = error;
      this.log.warn('sample not delivered', { channel: name, code, reason: message });
      return { name, kind, ok: false, message };
    }
  }

  private send(name: string, notice: Notice): Promise<string> {
    const channel = this.all.get(name);
    const notifier = channel && this.kinds.get(channel.kind);
    if (notifier) return notifier.deliver(channel, notice);
    const unknown = `no channel "${name}" is configured`;
    return Promise.reject(new UpdaterError('notify.failed', unknown, { permanent: true }));
  }
}
