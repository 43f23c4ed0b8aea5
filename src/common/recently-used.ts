import type { Clock } from './clock.js';

interface Entry<V> {
  readonly value: V;
  readonly usedMs: number;
}

/** What is kept for keys that come and go: when another is put in, those that nobody has asked for in a while are dropped. */
export class RecentlyUsed<V> {
  /** Longest unused first. */
  private readonly entries = new Map<string, Entry<V>>();

  constructor(
    private readonly clock: Clock,
    /** Milliseconds for which each is kept at least after it was asked for. */
    private readonly keptMs: number,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry) this.use(key, entry.value);
    return entry?.value;
  }

  set(key: string, value: V): void {
    this.use(key, value);
    const unusedMs = this.clock.monotonicMs() - this.keptMs;
    for (const [other, { usedMs }] of this.entries) {
      if (usedMs >= unusedMs) return;
      this.entries.delete(other);
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  private use(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, { value, usedMs: this.clock.monotonicMs() });
  }
}
