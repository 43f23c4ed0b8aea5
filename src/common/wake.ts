import { withAnySignal } from './any-signal.js';
import type { Clock } from './clock.js';

/** Lets a loop sleep until something happens or a time comes; a call that came while nobody slept is not lost. */
export class Wake {
  private pending = false;
  private waker: AbortController | null = null;

  call(): void {
    this.pending = true;
    this.waker?.abort();
  }

  /** Resolves at the next call (at once if one is pending), after `ms` milliseconds, or when the signal is aborted. */
  async within(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.pending) {
      this.waker = new AbortController();
      await withAnySignal([signal, this.waker.signal], (any) => clock.sleep(ms, any));
      this.waker = null;
    }
    this.pending = false;
  }
}
