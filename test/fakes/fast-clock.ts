import { Clock } from '../../src/common/clock.js';
import { schedulerOver } from './clock-scheduler.js';

/** Real time, run faster: a second lasts `1 / speed` seconds. For tests whose parties talk over real sockets. */
export class FastClock extends Clock {
  override readonly scheduler = schedulerOver(this);
  private readonly startMs = Date.now();
  private readonly zero = performance.now();

  constructor(private readonly speed: number) {
    super();
  }

  override now(): Date {
    return new Date(this.startMs + this.monotonicMs());
  }

  override monotonicMs(): number {
    return (performance.now() - this.zero) * this.speed;
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms / this.speed);
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
