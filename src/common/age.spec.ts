import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { Age } from './age.js';

describe(Age.name, () => {
  it('counts from its own beginning, and from when it was renewed last', async () => {
    const clock = new HandClock();
    const age = new Age(clock);

    await clock.advance(2500);
    const first = [age.ms, age.seconds];
    age.renew();
    const renewed = age.ms;
    await clock.advance(1000);
    age.renew(clock.monotonicMs() - 400);

    expect([first, renewed, age.ms]).toEqual([[2500, 2.5], 0, 400]);
  });
});
