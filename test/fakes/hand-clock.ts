import { Clock } from '../../src/common/clock.js';
import { schedulerOver } from './clock-scheduler.js';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** A clock that stands still until a test turns it. */
export class HandClock extends Clock {
  override readonly scheduler = schedulerOver(this);
  private sleepers: Sleeper[] = [];

  constructor(private ms = Date.parse('2026-01-01T00:00:00Z')) {
    super();
  }

  override now(): Date {
    return new Date(this.ms);
  }

  override monotonicMs(): number {
    return this.ms;
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { dueMs: this.ms + Math.max(0, ms), wake: done };
      const forget = () => this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
      function done() {
        forget();
        signal?.removeEventListener('abort', done);
        resolve();
      }
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /** How many sleep. */
  get asleep(): number {
    return this.sleepers.length;
  }

  /** Turns the clock on, waking sleepers in order and letting what they do run before the next wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    await idle();
    for (;;) {
      const next = this.sleepers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (!next || next.dueMs > end) break;
      this.ms = Math.max(this.ms, next.dueMs);
      next.wake();
      await idle();
    }
    this.ms = end;
    await idle();
  }
}

/** Lets all work run that waits for nothing but its turn. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
