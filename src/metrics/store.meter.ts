import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { UpgradeStore, type StoreTiming, type Workload } from '../store/upgrade-store.js';
import { MOMENTS } from './buckets.js';
import { Meter } from './meter.js';

/** How the store works, and how much there is to do as it says. */
@Injectable()
export class StoreMeter extends Meter {
  private readonly duration;
  private readonly failures;
  private readonly up;
  private readonly unplanned;
  private readonly oldest;
  private readonly open;

  constructor(
    registry: Registry,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {
    super();
    const registers = [registry];
    this.duration = new Histogram({
      name: 'updater_store_operation_duration_seconds',
      help: 'How long a read or a write of the store takes, with the wait for those before it',
      labelNames: ['operation'],
      buckets: MOMENTS,
      registers,
    });
    this.failures = new Counter({
      name: 'updater_store_failures_total',
      help: 'Reads and writes that failed because the storage does not work',
      labelNames: ['operation'],
      registers,
    });
    this.up = new Gauge({
      name: 'updater_store_up',
      help: '1: the store can be read, 0: it cannot',
      registers,
    });
    this.unplanned = new Gauge({
      name: 'updater_upgrades_unplanned',
      help: 'Accepted upgrades of which some environment is still to be planned',
      registers,
    });
    this.oldest = new Gauge({
      name: 'updater_upgrades_running_age_seconds',
      help: 'Since the oldest upgrade that is running was accepted; 0: none is',
      registers,
    });
    this.open = new Gauge({
      name: 'updater_rollouts_open',
      help: 'Rollouts that have not ended, by what there is to do about them: queued, moving, watched',
      labelNames: ['activity'],
      registers,
    });
    for (const operation of ['read', 'write']) this.failures.inc({ operation }, 0);
  }

  override onModuleInit(): void {
    this.follow(this.store.timings$, (timing) => this.take(timing));
  }

  override async refresh(): Promise<void> {
    try {
      this.show(await this.store.workload());
    } catch (error) {
      if (!(error instanceof UpdaterError)) throw error;
      this.up.set(0);
      for (const gauge of [this.unplanned, this.oldest]) gauge.remove();
      this.open.reset();
    }
  }

  private show({ unplanned, runningSince, queued, moving, watched }: Workload): void {
    this.up.set(1);
    this.unplanned.set(unplanned);
    const now = this.clock.now().getTime();
    this.oldest.set(Math.max(0, now - (runningSince?.getTime() ?? now)) / 1000);
    for (const [activity, count] of Object.entries({ queued, moving, watched })) {
      this.open.set({ activity }, count);
    }
  }

  private take({ operation, seconds, isWell }: StoreTiming): void {
    this.duration.observe({ operation }, seconds);
    if (!isWell) this.failures.inc({ operation });
  }
}
