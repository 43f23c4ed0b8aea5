import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { stackOf } from '../common/errors.js';
import { Log } from '../common/log.js';
import { RancherService } from './rancher.service.js';

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

/**
 * Checks at start-up whether Rancher can be worked with, so that the log says at once if it cannot; checks again, with
 * growing pauses, until it can. Nothing waits for it.
 */
@Injectable()
export class RancherWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();

  constructor(
    private readonly rancher: RancherService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.watch().catch((error: unknown) => {
      this.log.error('cannot check Rancher', { error: stackOf(error) });
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
    return (await this.rancher.check()).every(({ ok }) => ok);
  }
}
