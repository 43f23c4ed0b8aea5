import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { SystemClock } from './clock.js';

describe(SystemClock.name, () => {
  const clock = new SystemClock();

  it('tells the time of the system', () => {
    const before = Date.now();

    const now = clock.now().getTime();

    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps as long as asked on a scale that never jumps', async () => {
    const before = clock.monotonicMs();

    await clock.sleep(30);

    expect(clock.monotonicMs() - before).toBeGreaterThan(25);
  });

  it('does not sleep when the signal is aborted already', async () => {
    await expect(clock.sleep(60_000, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('wakes when the signal is aborted', async () => {
    const stop = new AbortController();
    const sleep = clock.sleep(60_000, stop.signal);

    stop.abort();

    await expect(sleep).resolves.toBeUndefined();
  });

  it('leaves nothing behind on the signal', async () => {
    const { signal } = new AbortController();

    await clock.sleep(1, signal);

    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('runs the timed operators of RxJS by the same time', () => {
    expect(Math.abs(clock.scheduler.now() - clock.now().getTime())).toBeLessThan(1000);
  });
});
