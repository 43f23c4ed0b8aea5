import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { Kept } from './kept.js';

describe(Kept.name, () => {
  it('looks once for all who ask in its time, and anew after that', async () => {
    const clock = new HandClock();
    let looks = 0;
    const kept = new Kept(async () => Promise.resolve((looks += 1)), 1000, clock);

    const together = await Promise.all([kept.get(), kept.get()]);
    await clock.advance(999);
    const later = await kept.get();
    await clock.advance(1);

    expect([...together, later, await kept.get()]).toEqual([1, 1, 1, 2]);
  });

  it('does not keep a failure', async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 1) throw new Error('away');
      return Promise.resolve(looks);
    };
    const kept = new Kept(look, 1000, new HandClock());

    await expect(kept.get()).rejects.toThrow('away');
    expect(await kept.get()).toBe(2);
  });
});
