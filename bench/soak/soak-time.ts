import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks, of ours. */
const LOOK_MS = 50;

/** The time that Rancher and the service live in, so many times as fast as ours. All milliseconds are theirs. */
export class SoakTime {
  private readonly began = performance.now();
  private readonly beganAt = Date.now();

  constructor(private readonly speed: number) {}

  /** Since the beginning. */
  get passedMs(): number {
    return (performance.now() - this.began) * this.speed;
  }

  /** Milliseconds since 1970, about as they have it. */
  get now(): number {
    return this.beganAt + this.passedMs;
  }

  /** How many of theirs pass in so many of ours. */
  theirs(ourMs: number): number {
    return ourMs * this.speed;
  }

  /** How many of ours pass in so many of theirs. */
  ours(ms: number): number {
    return ms / this.speed;
  }

  /** Ends early, without a word, when the signal is aborted. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(this.ours(ms), undefined, { signal }).catch(() => undefined);
  }

  /** Looks again and again until it holds; false: it still does not after so long. Throws why the signal is aborted. */
  async until(
    condition: () => boolean | Promise<boolean>,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const end = this.passedMs + limitMs; !(await condition());) {
      if (this.passedMs > end) return false;
      await this.sleep(this.theirs(LOOK_MS), signal);
      signal.throwIfAborted();
    }
    return true;
  }
}
