import { describe, expect, it } from '@jest/globals';
import { blindnessOf } from './blindness.js';

describe(blindnessOf, () => {
  it.each(['project', 'user', 'admin'])('finds that a key of the kind "%s" sees secrets', (kind) => {
    expect(blindnessOf(kind)).toBeNull();
  });

  it.each([
    ['environment', 'service account key', 'environment API key'],
    [undefined, 'X-API-ACCOUNT-KIND, which tells, is missing', 'have the proxy before Rancher pass'],
    ['', 'X-API-ACCOUNT-KIND, which tells, is missing', 'have the proxy before Rancher pass'],
    ['projectadmin', 'of the kind "projectadmin"', 'environment API key'],
    ['Project', 'of the kind "Project"', 'environment API key'],
    ['toString', 'of the kind "toString"', 'environment API key'],
  ])('takes a key of the kind %j for blind, and says why and what helps', (kind, why, remedy) => {
    expect(blindnessOf(kind)).toEqual({
      why: expect.stringContaining(why),
      remedy: expect.stringContaining(remedy),
    });
  });
});
