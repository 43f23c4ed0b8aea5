import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Log } from '../common/log.js';
import { RecurringTrouble } from '../common/recurring-trouble.js';
import { UpgradeStore } from './upgrade-store.js';

const PAUSE_MS = 5000;
const CANNOT_TELL = 'what is left to do cannot be read';

/** How many there are of what is not done yet, in the words of the log. */
const WORDS = [
  ['unplanned', 'upgrades to plan'],
  ['queued', 'rollouts queued'],
  ['moving', 'under way'],
  ['awaiting', 'awaiting confirmation'],
  ['watched', 'watched'],
  ['notices', 'notices to deliver'],
] as const;

type OpenWork = Readonly<Record<(typeof WORDS)[number][0], number>>;

/** Says in one line what the last run has left to do, before anything of it is taken up; nothing where nothing is left. */
@Injectable()
export class OpenWorkReport implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly trouble: RecurringTrouble;
  private later = Promise.resolve();

  constructor(
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.trouble = new RecurringTrouble(log);
  }

  /** Does not delay the start where the store does not work: the line comes as soon as it does. */
  async onApplicationBootstrap(): Promise<void> {
    if (!(await this.tell())) this.later = this.insist();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.later;
  }

  private async insist(): Promise<void> {
    const { signal } = this.stopping;
    do await this.clock.sleep(PAUSE_MS, signal);
    while (!signal.aborted && !(await this.tell()));
  }

  private async tell(): Promise<boolean> {
    try {
      const { unplanned, queued, moving, watched, awaiting } = await this.store.workload();
      const notices = (await this.store.outboxHeads()).reduce((sum, { waiting }) => sum + waiting, 0);
      this.trouble.over(CANNOT_TELL);
      this.say({ unplanned, queued, moving, awaiting, watched: watched - awaiting, notices });
      return true;
    } catch (error) {
      this.trouble.had(CANNOT_TELL, error);
      return false;
    }
  }

  private say(open: OpenWork): void {
    const parts = WORDS.filter(([name]) => open[name] > 0).map(([name, words]) => `${words} ${open[name]}`);
    if (parts.length > 0) this.log.info(`left to do: ${parts.join(', ')}`, { ...open });
  }
}
