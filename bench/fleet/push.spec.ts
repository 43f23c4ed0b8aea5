import { describe, expect, it } from '@jest/globals';
import type { Change, Journal, SeenRequest } from '../shared/simulator.js';
import { finishedIn, seenOf } from './push.js';

const SENT = 1_000_000;
const SERVICE = '/v2-beta/projects/1a5/services/1s7';

function request(at: number, method: string, target: string, key = 'updater'): SeenRequest {
  const [path = '', query = ''] = target.split('?');
  return { at: SENT + at, method, path, query, key, status: 200, faults: [] };
}

function change(at: number, service: string, from: string, to: string): Change {
  const rest = { name: service, version: null, image: null, actor: 'updater' };
  return { at: SENT + at, service, from, to, ...rest };
}

function wayOf(service: string, from: number): readonly Change[] {
  return [
    change(from, service, 'active', 'upgrading'),
    change(from + 1000, service, 'upgrading', 'upgraded'),
    change(from + 1010, service, 'upgraded', 'finishing-upgrade'),
    change(from + 1110, service, 'finishing-upgrade', 'active'),
  ];
}

function seen(journal: Partial<Journal>, matching = 2) {
  return seenOf({ requests: [], changes: [], ...journal }, SENT, 'updater', matching);
}

describe(seenOf, () => {
  const requests = [
    request(2, 'GET', SERVICE),
    request(5, 'POST', `${SERVICE}?action=upgrade`),
    request(7, 'POST', '/v2-beta/projects/1a5/services/1s8/?action=upgrade'),
    request(900, 'GET', `${SERVICE}/instances?limit=100`),
    request(1010, 'POST', `${SERVICE}?action=finishupgrade`),
    request(1017, 'POST', '/v2-beta/projects/1a5/services/1s8/?action=finishupgrade'),
  ];
  const changes = [...wayOf('1s7', 5), ...wayOf('1s8', 7)].toSorted((a, b) => a.at - b.at);

  it('takes the first start and the last finish', () => {
    expect(seen({ requests, changes })).toMatchObject({ firstStartMs: 5, lastFinishMs: 1017, finished: 2 });
  });

  it('does not take a push for done before each service is', () => {
    expect(seen({ requests, changes }, 3)).toMatchObject({ lastFinishMs: null, finished: 2 });
  });

  it('says that nothing was started', () => {
    expect(seen({})).toMatchObject({ firstStartMs: null, lastFinishMs: null, finished: 0, atOnce: 0 });
  });

  it('counts requests by what they are for', () => {
    const more = [
      request(1, 'GET', '/v2-beta/projects/1a5/services?limit=1000&marker=m7'),
      request(1, 'GET', '/v2-beta/projects'),
      request(1, 'GET', '/v2-beta/projects/1a5/stacks'),
      request(1, 'POST', `${SERVICE}?action=rollback`),
      request(1, 'GET', SERVICE, 'somebody-else'),
    ];

    expect(seen({ requests: [...requests, ...more], changes }).requests).toEqual({
      list: 1,
      look: 1,
      instances: 1,
      start: 2,
      finish: 2,
      environments: 1,
      other: 2,
    });
  });

  it('counts how many services are under way at once, until they are at rest', () => {
    const third = [...changes, ...wayOf('1s9', 1100)].toSorted((a, b) => a.at - b.at);
    const later = [...changes, ...wayOf('1s9', 1200)];

    expect(seen({ changes: third }).atOnce).toBe(3);
    expect(seen({ changes: later }).atOnce).toBe(2);
  });
});

describe(finishedIn, () => {
  it('counts neither what is still being finished nor what is taken back', () => {
    const undone = [change(1, '1s9', 'active', 'upgrading'), change(2, '1s9', 'rolling-back', 'active')];

    expect(finishedIn([...wayOf('1s7', 0), ...wayOf('1s8', 0).slice(0, 3), ...undone])).toBe(1);
  });
});
