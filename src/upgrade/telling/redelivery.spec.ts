import { describe, expect, it } from '@jest/globals';
import { aLine, aNotice, anOutboxItem, NOON, noonPlus } from '../../../test/fakes/records.js';
import { isBacklog, isTooOld, retryAt, shortened } from './redelivery.js';

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

describe(shortened.name, () => {
  it('keeps the first quarter of the lines, and counts the others', () => {
    const lines = Array.from({ length: 9 }, (_, index) => aLine({ id: `r${index}` }));
    const notice = aNotice({ lines, more: 5 });

    expect(shortened(notice)).toEqual({ ...notice, lines: lines.slice(0, 2), more: 12 });
    expect(shortened(aNotice({ lines: lines.slice(0, 3) }))).toMatchObject({ lines: [], more: 3 });
  });

  it('cannot take a line from what has none', () => {
    expect(shortened(aNotice({ lines: [] }))).toBeNull();
  });
});
