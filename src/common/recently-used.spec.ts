import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../test/fakes/hand-clock.js';
import { RecentlyUsed } from './recently-used.js';

describe(RecentlyUsed, () => {
  let clock: HandClock;
  let kept: RecentlyUsed<number>;

  beforeEach(() => {
    clock = new HandClock();
    kept = new RecentlyUsed(clock, 1000);
    kept.set('a', 1);
    kept.set('b', 2);
  });

  it('keeps what is put in, until another is put in its place or it is deleted', () => {
    kept.set('a', 3);
    kept.delete('b');

    expect([kept.get('a'), kept.get('b'), kept.size]).toEqual([3, undefined, 1]);
  });

  it('drops what nobody has asked for in a while, when another is put in', async () => {
    await clock.advance(500);
    kept.get('a');
    await clock.advance(501);
    const before = kept.size;
    kept.set('c', 3);

    expect([before, kept.size]).toEqual([2, 2]);
    expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([1, undefined, 3]);
  });

  it('keeps everything for as long as it is to', async () => {
    await clock.advance(1000);
    kept.set('c', 3);

    expect(kept.size).toBe(3);
  });

  it('holds no more than what is in use, however many come and go', async () => {
    for (let key = 0; key < 1000; key += 1) {
      kept.set(String(key), key);
      await clock.advance(100);
    }

    expect(kept.size).toBe(11);
  });
});
