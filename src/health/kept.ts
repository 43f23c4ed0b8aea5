import type { Clock } from '../common/clock.js';
import { SharedWork } from '../common/shared-work.js';

/** What is looked up anew only when the last look is older than some milliseconds; who asks meanwhile gets the same. */
export class Kept<T> {
  private readonly looking = new SharedWork(() => this.lookAnew());
  private last: { readonly found: T; readonly untilMs: number } | null = null;

  constructor(
    private readonly look: () => Promise<T>,
    private readonly ms: number,
    private readonly clock: Clock,
  ) {}

  /** Throws what the look throws, which is not kept. */
  async get(): Promise<T> {
    if (this.last && this.clock.monotonicMs() < this.last.untilMs) return this.last.found;
    return this.looking.done();
  }

  private async lookAnew(): Promise<T> {
    const found = await this.look();
    this.last = { found, untilMs: this.clock.monotonicMs() + this.ms };
    return found;
  }
}
