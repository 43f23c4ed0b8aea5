import type { Clock } from './clock.js';
import { SharedWork } from './shared-work.js';

/** Milliseconds: twice as long with each failure in a row, up to the most. */
const FIRST_REST_MS = 1000;
const MAX_REST_MS = 10_000;

/**
 * Work that is shared by all who need it done, and rests after a failure: who comes meanwhile fails as it has failed, so
 * that however many wait for it, what it asks of others is asked a few times a minute.
 */
export class RestingWork<T = void> {
  private readonly shared: SharedWork<T>;
  private failures = 0;
  private failure: unknown;
  private restUntilMs = -Infinity;

  constructor(
    private readonly work: () => Promise<T>,
    private readonly clock: Clock,
    /** See `SharedWork`. */
    stillServes?: () => boolean,
  ) {
    this.shared = new SharedWork(() => this.attempt(), stillServes);
  }

  /** When the rest is over, on the clock's scale of milliseconds. */
  get restsUntilMs(): number {
    return this.restUntilMs;
  }

  /** Resolves or fails with the work that serves, or fails as the last has failed. */
  done(): Promise<T> {
    return this.shared.done();
  }

  /** Ends the rest: it is known that the work can be done. */
  revive(): void {
    this.failures = 0;
    this.restUntilMs = -Infinity;
  }

  private async attempt(): Promise<T> {
    if (this.clock.monotonicMs() < this.restUntilMs) throw this.failure;
    try {
      const result = await this.work();
      this.revive();
      return result;
    } catch (error) {
      this.failure = error;
      this.restUntilMs = this.clock.monotonicMs() + Math.min(FIRST_REST_MS * 2 ** this.failures, MAX_REST_MS);
      this.failures += 1;
      throw error;
    }
  }
}
