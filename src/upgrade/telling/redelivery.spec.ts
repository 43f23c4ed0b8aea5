import { describe, expect, it } from '@jest/globals';
import { anOutboxItem, NOON, noonPlus } from '../../../test/fakes/records.js';
import { isBacklog, isTooOld, retryAt } from './redelivery.js';

const HOUR = 3600;

describe(retryAt.name, () => {
  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [8, 256],
    [9, 300],
    [300, 300],
    [5000, 300],
  ])('waits after %i failures for %i seconds', (failures, seconds) => {
    expect(retryAt(failures, {}, NOON)).toEqual(noonPlus(seconds));
  });

  it.each([
    [45, 45],
    [1, 2],
  ])('waits for the %i seconds that the receiver asks for where they are longer: %i', (asked, seconds) => {
    expect(retryAt(1, { retryAfterMs: asked * 1000 }, NOON)).toEqual(noonPlus(seconds));
  });
});

describe(isBacklog.name, () => {
  it.each([
    [HOUR - 1, false],
    [HOUR, true],
  ])('is what has waited for %i seconds: %p', (seconds, expected) => {
    expect(isBacklog(anOutboxItem(), noonPlus(seconds))).toBe(expected);
  });
});

describe(isTooOld.name, () => {
  it.each([
    [24 * HOUR - 1, false],
    [24 * HOUR, true],
  ])('is what has waited for %i seconds: %p', (seconds, expected) => {
    expect(isTooOld(anOutboxItem(), noonPlus(seconds))).toBe(expected);
  });
});
