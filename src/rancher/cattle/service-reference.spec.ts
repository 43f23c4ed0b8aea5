import { describe, expect, it } from '@jest/globals';
import { referenceTo } from './service-reference.js';

describe('referenceTo', () => {
  it('takes ids', () => {
    const service = { backend: 'cattle', environment: '1a5', id: '1s7' };

    expect(referenceTo('1a5', '1s7')).toEqual({ ok: true, service });
  });

  it.each([
    ['production', '1s7', 'environment must be an id such as 1a5, not its name'],
    ['1a5', 'web', 'service must be an id such as 1s7, not its name'],
    ['1a5', '1s7/..', 'service must be an id such as 1s7, not its name'],
    ['1s7', '1a5', expect.stringMatching(/^environment .*; service /)],
  ])('wants ids, not the names %s and %s', (environment, id, problem) => {
    expect(referenceTo(environment, id)).toEqual({ ok: false, problem });
  });
});
