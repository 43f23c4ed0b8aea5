import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { type Delivery, DELIVERY_OUTCOMES, NotifyService } from '../notify/notify.service.js';
import { type OutboxHead, UpgradeStore } from '../store/upgrade-store.js';
import { REQUESTS } from './buckets.js';
import { Meter } from './meter.js';

/** What becomes of notices, and which wait. */
@Injectable()
export class NotifyMeter extends Meter {
  private readonly notices;
  private readonly duration;
  private readonly waiting;
  private readonly oldest;

  constructor(
    registry: Registry,
    private readonly notify: NotifyService,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {
    super();
    const registers = [registry];
    this.notices = new Counter({
      name: 'updater_notices_total',
      help: 'Notices by what came of an attempt to deliver them: delivered, deferred, given_up',
      labelNames: ['channel', 'kind', 'outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: 'updater_notice_delivery_duration_seconds',
      help: 'How long an attempt to deliver takes',
      labelNames: ['kind'],
      buckets: REQUESTS,
      registers,
    });
    this.waiting = new Gauge({
      name: 'updater_outbox_notices',
      help: 'Notices that are not delivered yet',
      labelNames: ['channel'],
      registers,
    });
    this.oldest = new Gauge({
      name: 'updater_outbox_age_seconds',
      help: 'Since the oldest notice that is not delivered yet was written; 0: none waits',
      registers,
    });
  }

  /** Every channel begins at 0: an increase from nothing is none to Prometheus. */
  override onModuleInit(): void {
    for (const { name: channel, kind } of this.notify.channels()) {
      for (const outcome of DELIVERY_OUTCOMES) this.notices.inc({ channel, kind, outcome }, 0);
    }
    this.follow(this.notify.deliveries$, (delivery) => this.take(delivery));
  }

  override async refresh(): Promise<void> {
    this.waiting.reset();
    try {
      this.show(await this.store.outboxHeads());
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      this.oldest.remove();
    }
  }

  /** Channels that have nothing to tell are shown too: that is news where something had waited. */
  private show(heads: readonly OutboxHead[]): void {
    for (const { name: channel } of this.notify.channels()) this.waiting.set({ channel }, 0);
    for (const { channel, waiting } of heads) this.waiting.set({ channel }, waiting);
    const now = this.clock.now().getTime();
    this.oldest.set(Math.max(0, ...heads.map(({ since }) => now - since.getTime())) / 1000);
  }

  private take({ channel, kind, notices, ms }: Delivery): void {
    for (const outcome of DELIVERY_OUTCOMES) {
      const count = notices[outcome] ?? 0;
      if (count > 0) this.notices.inc({ channel, kind: kind ?? 'none', outcome }, count);
    }
    if (kind !== null && ms !== null) this.duration.observe({ kind }, ms / 1000);
  }
}
