import { describe, expect, it } from '@jest/globals';
import { median, percentile } from './samples.js';

describe(median, () => {
  it('is the middle one, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('lies half-way between the two in the middle', () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it('is not known where there are none', () => {
    expect(median([])).toBeNull();
  });
});

describe(percentile, () => {
  it.each([
    [0, 1],
    [0.5, 51],
    [0.99, 100],
    [1, 100],
  ])('knows the value below which a share of %f lies', (share, value) => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect(percentile(hundred, share)).toBe(value);
  });
});
