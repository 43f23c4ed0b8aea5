import { Age } from '../../../common/age.js';
import type { Clock } from '../../../common/clock.js';

/**
 * Rancher says something every 5 s at least: when it is quiet for longer, what has just happened may not be told; for much
 * longer, nothing is to be expected any more.
 */
const QUIET_MS = 5000;
const DEAF_MS = 7000;

/** How events come from one environment: over one connection after the other, with gaps between them. */
export class Connection {
  /** Of the last sign of life. */
  readonly silence: Age;
  private opened = 0;
  private isOpen = false;

  constructor(clock: Clock) {
    this.silence = new Age(clock);
  }

  /** The number of the present connection; null: there is none. */
  get number(): number | null {
    return this.isOpen ? this.opened : null;
  }

  /** Whether events are to be expected. */
  get isLive(): boolean {
    return this.isOpen && this.silence.ms <= DEAF_MS;
  }

  /** Whether all that has happened until some seconds ago was told, since the present connection opened. */
  get isTelling(): boolean {
    return this.isOpen && this.silence.ms <= QUIET_MS;
  }

  opens(): void {
    this.opened += 1;
    this.isOpen = true;
    this.silence.renew();
  }

  speaks(): void {
    this.silence.renew();
  }

  closes(): void {
    this.isOpen = false;
  }
}
