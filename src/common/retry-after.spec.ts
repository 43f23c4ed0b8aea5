import { describe, expect, it } from '@jest/globals';
import { readRetryAfter } from './retry-after.js';

describe(readRetryAfter, () => {
  it.each([
    ['7', { retryAfterMs: 7000 }],
    [' 0 ', { retryAfterMs: 0 }],
    ['Thu, 01 Jan 2026 00:00:30 GMT', { retryAfterMs: 30_000 }],
    ['Wed, 31 Dec 2025 00:00:00 GMT', { retryAfterMs: 0 }],
    ['99999999', { retryAfterMs: 3_600_000 }],
    ['Sat, 01 Jan 2050 00:00:00 GMT', { retryAfterMs: 3_600_000 }],
    ['soon', {}],
    ['', {}],
    [undefined, {}],
  ])('reads "Retry-After: %s"', (text, details) => {
    expect(readRetryAfter(text, new Date('2026-01-01T00:00:00Z'))).toEqual(details);
  });
});
