import { getEventListeners, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { withAnySignal } from './any-signal.js';

describe(withAnySignal.name, () => {
  it('aborts the work with the first of the signals', async () => {
    const [one, other] = [new AbortController(), new AbortController()];

    const work = withAnySignal([one.signal, other.signal], async (signal) => {
      await once(signal, 'abort');
      return 'ended';
    });
    other.abort();

    expect(await work).toBe('ended');
  });

  it('begins aborted where a signal is', async () => {
    const signals = [new AbortController().signal, AbortSignal.abort()];

    expect(await withAnySignal(signals, async ({ aborted }) => aborted)).toBe(true);
  });

  it.each([
    ['ends', async () => undefined],
    [
      'fails',
      async () => {
        throw new Error('it failed');
      },
    ],
  ])('leaves nothing behind in a signal when the work %s', async (_, work) => {
    const { signal } = new AbortController();

    await withAnySignal([signal], work).catch(() => undefined);

    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(signal.aborted).toBe(false);
  });
});
