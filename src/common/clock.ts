import { Injectable } from '@nestjs/common';
import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** The only source of time, so that tests can turn it by hand. */
export abstract class Clock {
  /** The time of day as it was at the start, gone on evenly: somebody who sets the clock moves no deadline. */
  abstract now(): Date;

  /** Milliseconds on a scale that never jumps; only differences mean anything. */
  abstract monotonicMs(): number;

  /** Resolves after `ms` milliseconds, or at once when the signal is aborted. Never rejects. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;

  /** For RxJS's timed operators. */
  abstract readonly scheduler: SchedulerLike;
}

@Injectable()
export class SystemClock extends Clock {
  override readonly scheduler = asyncScheduler;
  private readonly originMs = Date.now() - performance.now();

  override now(): Date {
    return new Date(this.originMs + performance.now());
  }

  override monotonicMs(): number {
    return performance.now();
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
