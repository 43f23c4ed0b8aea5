import { Age } from '../../../common/age.js';
import type { Clock } from '../../../common/clock.js';
import { SharedWork } from '../../../common/shared-work.js';

/**
 * Cattle pings every 5 s, which come some milliseconds late, and for the first time up to 6.1 s after a connect. The network
 * may be a second late, too; after a longer silence nothing is to be expected any more.
 */
const PERIOD_MS = 5000;
const DEAF_MS = 7000;

/**
 * How events come from one environment: over one connection after the other, with gaps between them. That one has opened is
 * no sign of life: a proxy can take it that passes nothing on.
 */
export class Connection {
  /** Of the last sign of life. */
  readonly silence: Age;
  private opened = 0;
  private isOpen = false;
  private hasSpoken = false;
  /** Waits for the next word, for all who ask; the word, and the end, abort it. */
  private readonly waiting = new SharedWork(() => this.wait());
  private waitingEnd: AbortController | null = null;

  constructor(private readonly clock: Clock) {
    this.silence = new Age(clock);
  }

  /** The number of the present connection; null: there is none. */
  get number(): number | null {
    return this.isOpen ? this.opened : null;
  }

  /** Whether events are to be expected, and all that has happened until some seconds ago was told since it opened. */
  get isLive(): boolean {
    return this.isOpen && this.hasSpoken && this.silence.ms <= DEAF_MS;
  }

  /**
   * Resolves when it has said something in the last 5 s, or is not live: at once, but where a word is just due, for which it
   * waits, two seconds at most.
   */
  async certain(): Promise<void> {
    while (this.isLive && this.silence.ms > PERIOD_MS) await this.waiting.done();
  }

  opens(): void {
    this.opened += 1;
    this.isOpen = true;
    this.hasSpoken = false;
    this.endWaiting();
  }

  speaks(): void {
    this.hasSpoken = true;
    this.silence.renew();
    this.endWaiting();
  }

  closes(): void {
    this.isOpen = false;
    this.endWaiting();
  }

  private wait(): Promise<void> {
    this.waitingEnd = new AbortController();
    return this.clock.sleep(DEAF_MS + 1 - this.silence.ms, this.waitingEnd.signal);
  }

  private endWaiting(): void {
    this.waitingEnd?.abort();
    this.waitingEnd = null;
  }
}
