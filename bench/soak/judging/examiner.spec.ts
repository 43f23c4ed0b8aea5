import { describe, expect, it } from '@jest/globals';
import type { Change, SeenRequest } from '../../shared/simulator.js';
import { unlistedIn } from './examiner.js';

const REQUEST: SeenRequest = {
  at: 100,
  method: 'GET',
  path: '/v2-beta/projects/1a5/services',
  query: 'limit=500',
  key: 'updater',
  body: '',
  status: 200,
  faults: [],
} as SeenRequest;

const CHANGE: Change = {
  at: 0,
  service: '1s7',
  name: 'web',
  from: 'active',
  to: 'upgrading',
  version: null,
  image: null,
  actor: 'updater',
};

function changes(...times: readonly number[]): readonly Change[] {
  return times.map((at) => ({ ...CHANGE, at }));
}

describe(unlistedIn, () => {
  it('counts the changes since the last listing of any environment', () => {
    const requests = [REQUEST, { ...REQUEST, at: 200, path: '/v2-beta/projects/1a6/services' }];

    expect(unlistedIn({ requests, changes: changes(150, 250, 300) })).toBe(2);
  });

  it('takes no look at one service, and no other list, for a listing', () => {
    const others = ['services/1s7', 'services/1s7/instances', 'stacks', 'subscribe'].map((path) => ({
      ...REQUEST,
      at: 200,
      path: `/v2-beta/projects/1a5/${path}`,
    }));

    expect(unlistedIn({ requests: [REQUEST, ...others], changes: changes(150, 250) })).toBe(2);
  });
});
