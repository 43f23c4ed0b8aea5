import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../shared/simulator.js';
import type { Census, Check, Evidence, Sample } from './evidence.js';
import { grownBy, judge, slopeOf } from './judge.js';

const PROBE = { rss: 120, heap: 40, resources: { TCPServerWrap: 1, TCPSocketWrap: 6, Timeout: 12 }, kept: 3 };
const CENSUS: Census = { hours: 0, selected: 4, open: 4, connections: 7, probe: PROBE };
const CHECK: Check = { hours: 2, services: 200, unlisted: 100, differences: [] };

const GOOD: Evidence = {
  checks: [CHECK, CHECK, CHECK],
  censuses: [CENSUS, { ...CENSUS, hours: 6 }],
  samples: [],
  upgrades: [{ id: 'u1', image: 'acme/app-1:1.1.0', status: 'succeeded' }],
  changes: [],
  leftOver: [],
  warnings: [],
  unrest: [],
  rounds: 1,
};

function samples(...rss: readonly number[]): readonly Sample[] {
  return rss.map((value, index) => ({ hours: index + 1, rss: value, heap: value / 10 }));
}

function started(at: number, actor: string): Change {
  const change = { at, service: '1s7', name: 'web', from: 'active', version: null, actor };
  return { ...change, to: 'upgrading', image: `docker:acme/app-1:1.1.0` };
}

function resources(more: Readonly<Record<string, number>>): readonly Census[] {
  const probe = { ...PROBE, resources: { ...PROBE.resources, ...more } };
  return [CENSUS, { ...CENSUS, hours: 6, probe }];
}

describe(judge, () => {
  it('has nothing to say where all is well', () => {
    expect(judge(GOOD)).toEqual([]);
  });

  it('lets timers and connections vary by what is under way', () => {
    expect(judge({ ...GOOD, censuses: resources({ Timeout: 16, TCPSocketWrap: 9 }) })).toEqual([]);
  });

  it('lets memory waver', () => {
    expect(judge({ ...GOOD, samples: samples(100, 120, 90, 110, 95, 118) })).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string]>([
    [
      'that something is known otherwise than it is',
      { checks: [CHECK, CHECK, { ...CHECK, differences: ['web is missing'] }] },
      'after 2.00 h: web is missing',
    ],
    [
      'that listings alone can explain what is known',
      { checks: Array.from({ length: 3 }, () => ({ ...CHECK, unlisted: 99 })) },
      'no check was made after 100 changes without a listing, at most after 99',
    ],
    [
      'a socket too many by the simulator’s count',
      { censuses: [{ ...CENSUS, open: 5 }] },
      'after 0.00 h: 4 environments, but 5 event sockets by the simulator’s count, 4 by the system’s',
    ],
    [
      'a socket too many that the other side has forgotten',
      { censuses: [{ ...CENSUS, connections: 8 }] },
      'after 0.00 h: 4 environments, but 4 event sockets by the simulator’s count, 5 by the system’s',
    ],
    [
      'an environment without a socket',
      { censuses: [{ ...CENSUS, open: 3, connections: 6 }] },
      'after 0.00 h: 4 environments, but 3 event sockets by the simulator’s count, 3 by the system’s',
    ],
    [
      'timers that pile up',
      { censuses: resources({ Timeout: 17 }) },
      '17 × Timeout in the end, 12 at the beginning',
    ],
    [
      'something else that piles up',
      { censuses: resources({ FSReqPromise: 1 }) },
      '1 × FSReqPromise in the end, 0 at the beginning',
    ],
    [
      'memory that grows',
      { samples: samples(100, 101, 112, 113, 126, 127) },
      'the rss has grown by 26.0 MB, more than 25 MB',
    ],
    [
      'an upgrade that has not settled',
      { upgrades: [{ id: 'u1', image: 'acme/app-1:1.1.0', status: 'running' }] },
      'acme/app-1:1.1.0 (u1) was accepted and is running',
    ],
    [
      'a start that was made twice',
      { changes: [started(1, 'updater'), started(2, 'updater')] },
      '1s7 was upgraded twice to acme/app-1:1.1.0',
    ],
    ['a service that was left out', { leftOver: ['live-1/web'] }, 'live-1/web was left out by the last push'],
    ['listeners that pile up', { warnings: ['MaxListenersExceededWarning'] }, 'MaxListenersExceededWarning'],
    [
      'what does not come to rest, also where it does later',
      { unrest: [{ hours: 1.5, what: 'it goes on and on' }] },
      'after 1.50 h: it goes on and on',
    ],
    [
      'that hardly anything was checked',
      { checks: [CHECK, CHECK] },
      'only 2 checks were made, not 3 at least',
    ],
  ])('sees %s', (_, more, message) => {
    expect(judge({ ...GOOD, ...more })).toEqual([message]);
  });

  it('lets the service start again what a human has undone', () => {
    const undone = { ...started(2, 'alice'), to: 'rolling-back' };

    expect(judge({ ...GOOD, changes: [started(1, 'updater'), undone, started(3, 'updater')] })).toEqual([]);
  });
});

describe(grownBy, () => {
  it('compares the last third with the first', () => {
    expect(grownBy(samples(100, 102, 500, 500, 110, 112), 'rss')).toBe(10);
  });

  it('says nothing of a few', () => {
    expect(grownBy(samples(1, 1000), 'rss')).toBeNull();
  });

  it('leaves the first half hour out, in which much is done for the first time', () => {
    const cold = [0, 0.2, 0.4].map((hours) => ({ hours, rss: 1, heap: 1 }));

    expect(grownBy(cold, 'rss')).toBeNull();
    expect(grownBy([...cold, ...samples(100, 101, 102)], 'rss')).toBe(2);
  });
});

describe(slopeOf, () => {
  it('is what an hour adds', () => {
    expect(slopeOf(samples(100, 103, 106, 109), 'rss')).toBeCloseTo(3);
  });

  it('is none where there is one moment only', () => {
    expect(slopeOf(samples(100), 'rss')).toBe(0);
  });
});
