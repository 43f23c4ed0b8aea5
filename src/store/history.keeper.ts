import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Log } from '../common/log.js';
import { RecurringTrouble } from '../common/recurring-trouble.js';
import { StoreSettings } from './store.settings.js';
import { UpgradeStore } from './upgrade-store.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The audit is kept as long as this, whatever history is. */
const AUDIT_MS = 365 * DAY_MS;
/** Records deleted at once, and how long everybody else may use the store before the next. */
const STEP = 50;
const PAUSE_MS = 100;

/** At the start and every hour, deletes what ended longer ago than history is kept, and the audit after a year. */
@Injectable()
export class HistoryKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly trouble: RecurringTrouble;
  private keeping: Promise<void> | null = null;

  constructor(
    private readonly store: UpgradeStore,
    private readonly settings: StoreSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.trouble = new RecurringTrouble(log);
  }

  onApplicationBootstrap(): void {
    this.keeping = this.keep();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.keeping;
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.prune();
      await this.clock.sleep(HOUR_MS, signal);
    }
  }

  /** What fails is tried again with the next hour. */
  private async prune(): Promise<void> {
    try {
      const deleted = await this.pruneInSteps();
      this.trouble.over('history not pruned');
      if (deleted > 0) this.log.info('history pruned', { deleted });
    } catch (error) {
      this.trouble.had('history not pruned', error);
    }
  }

  private async pruneInSteps(): Promise<number> {
    const now = this.clock.now().getTime();
    const before = new Date(now - this.settings.historyMs);
    const keysBefore = new Date(now - DAY_MS);
    const auditBefore = new Date(now - AUDIT_MS);
    const upgrades = await this.inSteps(() => this.store.prune(before, keysBefore, STEP));
    return upgrades + (await this.inSteps(() => this.store.pruneAudit(auditBefore, STEP)));
  }

  private async inSteps(step: () => Promise<number>): Promise<number> {
    let deleted = 0;
    while (!this.stopping.signal.aborted) {
      const found = await step();
      if (found === 0) break;
      deleted += found;
      await this.clock.sleep(PAUSE_MS, this.stopping.signal);
    }
    return deleted;
  }
}
