import { describe, expect, it, jest } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { SystemClock } from './clock.js';

describe(SystemClock.name, () => {
  const clock = new SystemClock();

  it('tells the time of the system', () => {
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(1000);
  });

  it('goes on evenly, however somebody sets the time of the system', () => {
    const hourAgo = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    const before = clock.now().getTime();

    hourAgo.mockRestore();

    expect(clock.now().getTime() - before).toBeLessThan(60_000);
    expect(before).toBeGreaterThan(Date.now() - 60_000);
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
