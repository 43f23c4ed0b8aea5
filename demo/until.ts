import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 200;

/** Looks again and again until the condition holds; throws, with its words, when it does not within so many seconds. */
export async function until(
  words: string,
  seconds: number,
  signal: AbortSignal,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await condition());) {
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain until ${words}`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
