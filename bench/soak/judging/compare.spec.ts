import { describe, expect, it } from '@jest/globals';
import { differences, type Known, toldBy } from './compare.js';

const WEB: Known = { id: '1s7', environment: 'live-1', stack: 'shop', name: 'web', image: 'acme/web:1.0.0' };
const API: Known = { ...WEB, id: '1s8', name: 'api' };
const SHOWN = 'live-1/shop/web (1s7, acme/web:1.0.0)';

describe(toldBy, () => {
  it('takes what would be upgraded and what would be left', () => {
    const place = { environment: { id: '1a5', name: 'live-1' }, stack: { id: '1st3', name: 'shop' } };
    const answer = {
      rollouts: [{ ...place, service: { id: '1s7', name: 'web' }, from: 'acme/web:1.0.0' }],
      skipped: [{ ...place, service: { id: '1s8', name: 'api' }, running: 'acme/web:1.0.0' }],
      unread_environments: [],
    };

    expect(toldBy(answer)).toEqual([WEB, API]);
  });
});

describe(differences, () => {
  it('finds none where all is told as it is, in any order', () => {
    expect(differences([WEB, API], [API, WEB])).toEqual([]);
  });

  it.each([
    ['a service that is missing', [], `${SHOWN} is missing`],
    ['one too many', [WEB, API], 'there is no live-1/shop/api (1s8, acme/web:1.0.0)'],
    ['one that is told twice', [WEB, WEB], `${SHOWN} is told 2 times`],
    [
      'another image',
      [{ ...WEB, image: 'acme/web:0.9.0' }],
      `${SHOWN} is told as live-1/shop/web (1s7, acme/web:0.9.0)`,
    ],
    [
      'the old name of its environment',
      [{ ...WEB, environment: 'live-0' }],
      `${SHOWN} is told as live-0/shop/web (1s7, acme/web:1.0.0)`,
    ],
    [
      'the old name of its stack',
      [{ ...WEB, stack: 'store' }],
      `${SHOWN} is told as live-1/store/web (1s7, acme/web:1.0.0)`,
    ],
    [
      'its own old name',
      [{ ...WEB, name: 'www' }],
      `${SHOWN} is told as live-1/shop/www (1s7, acme/web:1.0.0)`,
    ],
  ])('finds %s', (_, told, message) => {
    expect(differences([WEB], told)).toEqual([message]);
  });
});
