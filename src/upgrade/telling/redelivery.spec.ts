import { describe, expect, it } from '@jest/globals';
import { anOutboxItem, noonPlus } from '../../../test/fakes/records.js';
import { redelivery } from './redelivery.js';

const DAY = 24 * 3600;

describe(redelivery.name, () => {
  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [7, 128],
    [8, 256],
    [9, 300],
    [5000, 300],
  ])('after %i failures pauses for %i s', (attempts, seconds) => {
    const { dueAt } = redelivery(anOutboxItem({ attempts }), {}, noonPlus(0));

    expect(dueAt).toEqual(noonPlus(seconds));
  });

  it('waits as long as the receiver asks, if that is longer', () => {
    const long = redelivery(anOutboxItem({ attempts: 1 }), { retryAfterMs: 90_000 }, noonPlus(0));
    const short = redelivery(anOutboxItem({ attempts: 9 }), { retryAfterMs: 1000 }, noonPlus(0));

    expect(long.dueAt).toEqual(noonPlus(90));
    expect(short.dueAt).toEqual(noonPlus(300));
  });

  it.each([
    ['holds up those behind it at first', 599, {}, 2],
    ['no longer holds them up after ten minutes', 600, {}, null],
    ['holds them up whenever the receiver asks for a pause', 600, { retryAfterMs: 0 }, 2],
  ])('%s', (_, age, failure, seconds) => {
    const { holdUpUntil } = redelivery(anOutboxItem({ attempts: 1 }), failure, noonPlus(age));

    expect(holdUpUntil).toEqual(seconds === null ? null : noonPlus(age + seconds));
  });

  it.each([
    ['at once where trying again is of no use', 0, { permanent: true }],
    ['after a day', DAY, {}],
    ['after a day even if the receiver only asks for a pause', DAY, { retryAfterMs: 1000 }],
  ])('gives up %s', (_, age, failure) => {
    const given = redelivery(anOutboxItem({ attempts: 4 }), failure, noonPlus(age));

    expect(given).toEqual({ dueAt: null, holdUpUntil: null });
  });

  it('does not give up a moment earlier', () => {
    const { dueAt } = redelivery(anOutboxItem({ attempts: 1 }), {}, noonPlus(DAY - 1));

    expect(dueAt).toEqual(noonPlus(DAY + 1));
  });
});
