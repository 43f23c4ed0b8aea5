import { setTimeout as sleep } from 'node:timers/promises';

/** What the promise resolves with; null where that takes longer than so many milliseconds. Leaves no timer behind. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  const over = new AbortController();
  const late = sleep(ms, null, { signal: over.signal }).catch(() => null);
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
