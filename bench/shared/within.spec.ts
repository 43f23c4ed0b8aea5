import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe(within, () => {
  it('answers what comes in time, and leaves no timer behind', async () => {
    const before = timers();

    expect(await within(60_000, Promise.resolve('done'))).toBe('done');
    expect(timers()).toBe(before);
  });

  it('answers null where nothing comes in time', async () => {
    expect(await within(1, new Promise(() => undefined))).toBeNull();
  });

  it('fails as the promise fails', async () => {
    await expect(within(60_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
