import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until the condition holds; throws, with its words, when it does not within so many seconds. */
export async function until(
  words: string,
  seconds: number,
  lookMs: number,
  signal: AbortSignal,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await condition());) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain until ${words}`);
    await sleep(lookMs, undefined, { signal });
  }
}
