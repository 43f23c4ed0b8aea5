import type { Clock } from './clock.js';

/** How long ago something was so last, or since when there is somebody to know. */
export class Age {
  private fromMs: number;

  constructor(private readonly clock: Clock) {
    this.fromMs = clock.monotonicMs();
  }

  get ms(): number {
    return this.clock.monotonicMs() - this.fromMs;
  }

  get seconds(): number {
    return this.ms / 1000;
  }

  /** It is so now, or was so at another time on the clock's even scale. */
  renew(atMs = this.clock.monotonicMs()): void {
    this.fromMs = atMs;
  }
}
