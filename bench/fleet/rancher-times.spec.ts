import { describe, expect, it } from '@jest/globals';
import { limitMs, TIMES, upgradeMs } from './rancher-times.js';

describe(upgradeMs, () => {
  it('is one second as the bench sets the simulator', () => {
    expect(upgradeMs(TIMES)).toBe(1000);
  });

  it('counts what is healthy between two polls from the later one', () => {
    expect(upgradeMs({ ...TIMES, healthMs: TIMES.healthMs + 11 })).toBe(1050);
  });

  it.each(['processDelayMs', 'stopMs', 'replaceMs', 'settleMs'] as const)('counts %s in full', (name) => {
    expect(upgradeMs({ ...TIMES, [name]: TIMES[name] + 7 })).toBe(1007);
  });

  it('does not count what comes after the finish', () => {
    expect(upgradeMs({ ...TIMES, finishMs: 9000, cleanupMs: 9000 })).toBe(1000);
  });
});

describe(limitMs, () => {
  it.each([
    [1, 10, 1050],
    [10, 10, 1050],
    [11, 10, 2100],
    [20, 10, 2100],
    [200, 10, 21_000],
    [200, 1, 210_000],
  ])('is that of whole waves: %i services, %i at once, %i ms', (matching, parallel, limit) => {
    expect(limitMs(matching, parallel)).toBe(limit);
  });
});
