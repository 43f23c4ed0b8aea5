import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../../test/fakes/hand-clock.js';
import { UpdaterError } from '../../../common/errors.js';
import { Rests } from './rests.js';

const PATH = '/projects/1a5/services/1s7';

describe(Rests, () => {
  let clock: HandClock;
  let rests: Rests;

  beforeEach(() => {
    clock = new HandClock();
    rests = new Rests(clock);
  });

  function note(retryAfterMs: number): void {
    rests.note(
      PATH,
      503,
      new UpdaterError('rancher.unreachable', `for ${retryAfterMs} ms`, { retryAfterMs }),
    );
  }

  it.each([
    ['the longer wish came first', [60_000, 1000]],
    ['the longer wish came last', [1000, 60_000]],
  ])('lets the server alone for as long as any of its replies wants it: %s', async (_, wishes) => {
    for (const wish of wishes) note(wish);

    await clock.advance(59_999);
    const held = rests.heldBack(PATH);
    await clock.advance(1);

    expect(held).toMatchObject({
      message: expect.stringContaining('for 60000 ms'),
      details: { retryAfterMs: 1 },
    });
    expect(rests.heldBack(PATH)).toBeNull();
  });

  it('takes a shorter wish once the longer is over', async () => {
    note(60_000);
    await clock.advance(60_000);

    note(1000);

    expect(rests.heldBack(PATH)).toMatchObject({ details: { retryAfterMs: 1000 } });
  });
});
