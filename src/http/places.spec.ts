import { describe, expect, it } from '@jest/globals';
import { Places } from './places.js';

const FULL = {
  code: 'request.too_many',
  message: '2 requests wait, and there may be no more: come again later',
  details: { retryAfterMs: 10_000 },
};

describe(Places.name, () => {
  it('has so many at once, and another when one has ended or failed', async () => {
    const places = new Places(2, 'requests wait');
    const leave: ((error?: Error) => void)[] = [];
    const stay = () =>
      new Promise<void>((resolve, reject) => leave.push((error) => (error ? reject(error) : resolve())));
    const first = places.with(stay);
    const second = places.with(stay);

    await expect(places.with(stay)).rejects.toMatchObject(FULL);
    leave[0]?.();
    await first;
    const third = places.with(stay);
    await expect(places.with(stay)).rejects.toMatchObject(FULL);
    leave[1]?.(new Error('gone'));

    await expect(second).rejects.toThrow('gone');
    await expect(places.with(() => Promise.resolve('in'))).resolves.toBe('in');
    leave[2]?.();
    await third;
  });
});
