import { describe, expect, it } from '@jest/globals';
import { Capacity } from './open-requests.js';

const FULL = {
  code: 'request.too_many',
  message: '2 requests wait, and there may be no more: come again later',
  details: { retryAfterMs: 10_000 },
};

describe(Capacity.name, () => {
  it('has so many at once, and another when one has ended or failed', async () => {
    const capacity = new Capacity(2, 'requests wait');
    const leave: ((error?: Error) => void)[] = [];
    const stay = () =>
      new Promise<void>((resolve, reject) => leave.push((error) => (error ? reject(error) : resolve())));
    const first = capacity.with(stay);
    const second = capacity.with(stay);

    await expect(capacity.with(stay)).rejects.toMatchObject(FULL);
    leave[0]?.();
    await first;
    const third = capacity.with(stay);
    await expect(capacity.with(stay)).rejects.toMatchObject(FULL);
    leave[1]?.(new Error('gone'));

    await expect(second).rejects.toThrow('gone');
    await expect(capacity.with(() => Promise.resolve('in'))).resolves.toBe('in');
    leave[2]?.();
    await third;
  });
});
