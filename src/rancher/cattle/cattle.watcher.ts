import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import { CattleBackend } from './cattle.backend.js';

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

/**
 * Makes the log say at start-up whether Rancher, the key and the selection of environments work; tries again, with
 * growing pauses, until they do. Nothing waits for it.
 */
@Injectable()
export class CattleWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();

  constructor(
    private readonly backend: CattleBackend,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.watch().catch((error: unknown) => {
      this.log.error('cannot check Rancher', { error: error instanceof Error ? error.stack : String(error) });
    });
  }

  onModuleDestroy(): void {
    this.stop.abort();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stop;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted && !(await this.isFine())) {
      await this.clock.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
  }

  private async isFine(): Promise<boolean> {
    return (await this.backend.check()).every(({ ok }) => ok);
  }
}
