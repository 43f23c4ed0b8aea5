import { describe, expect, it } from '@jest/globals';
import { SoakTime } from './soak-time.js';

describe(SoakTime, () => {
  const never = new AbortController().signal;

  it('converts between our time and theirs', () => {
    const time = new SoakTime(60);

    expect(time.theirs(1000)).toBe(60_000);
    expect(time.ours(60_000)).toBe(1000);
  });

  it('passes faster than ours', async () => {
    const time = new SoakTime(1000);
    const began = performance.now();

    await time.sleep(20_000, never);

    expect(time.passedMs).toBeGreaterThanOrEqual(19_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('ends a sleep without a word when the signal is aborted', async () => {
    const time = new SoakTime(1);

    await expect(time.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('looks until something holds', async () => {
    const time = new SoakTime(60);
    let looks = 0;

    expect(await time.until(() => ++looks === 3, 3_600_000, never)).toBe(true);
    expect(looks).toBe(3);
  });

  it('gives up looking after a time of theirs, and where the signal is aborted', async () => {
    const time = new SoakTime(1000);

    expect(await time.until(() => false, 10, never)).toBe(false);
    await expect(
      time.until(() => false, 3_600_000, AbortSignal.abort(new Error('it has ended'))),
    ).rejects.toThrow('it has ended');
  });
});
