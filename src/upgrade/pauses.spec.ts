import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anOutage, NOON, noonPlus } from '../../test/fakes/records.js';
import { reason } from '../domain/reasons.js';
import { confirmationPause, outageAfter, pauseAfter } from './pauses.js';

const WHY = reason('rancher.unreachable', 'Rancher does not answer');

describe('outageAfter', () => {
  it('begins an outage with its first failure', () => {
    expect(outageAfter(null, WHY, NOON)).toEqual({
      since: NOON,
      attempts: 1,
      reason: WHY,
      retryAt: noonPlus(2),
    });
  });

  it('makes an outage longer, with the newest reason', () => {
    const other = reason('rancher.unauthorized', 'Rancher refuses the key');

    const outage = outageAfter(anOutage({ attempts: 3 }), other, noonPlus(60));

    expect(outage).toEqual({ since: NOON, attempts: 4, reason: other, retryAt: noonPlus(76) });
  });
});

describe('pauseAfter', () => {
  it.each([
    [0, 2],
    [1, 2],
    [2, 4],
    [3, 8],
    [5, 32],
    [6, 60],
    [1e9, 60],
  ])('after %d failures is %d s', (failures, seconds) => {
    expect(pauseAfter(failures)).toBe(seconds * 1000);
  });

  it('never shrinks, and is never shorter than 2 s nor longer than a minute', () => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        expect(pauseAfter(failures + 1)).toBeGreaterThanOrEqual(pauseAfter(failures));
        expect(pauseAfter(failures)).toBeGreaterThanOrEqual(2000);
        expect(pauseAfter(failures)).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});

describe('confirmationPause', () => {
  it.each([
    ['at first', 0, 30],
    ['for 5 minutes', 300, 30],
    ['for 20 minutes', 1200, 120],
    ['for 100 minutes', 6000, 600],
    ['for a year', 31_536_000, 600],
  ])('when somebody has been waited for %s', (_, waited, seconds) => {
    expect(confirmationPause(waited * 1000)).toBe(seconds * 1000);
  });
});
