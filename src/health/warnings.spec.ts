import { describe, expect, it } from '@jest/globals';
import { NOON, noonPlus } from '../../test/fakes/records.js';
import type { OutboxHead } from '../store/upgrade-store.js';
import { warningsOf } from './warnings.js';

const WELL = { environments: 3, unheard: [], services: 9, namedAgo: 1, silentFor: 1, listedAgo: 1 };

function head(channel: string, waiting = 1): OutboxHead {
  return { channel, waiting, since: NOON, dueAt: noonPlus(900) };
}

describe(warningsOf, () => {
  it('has nothing to say where all is heard and told', () => {
    expect(warningsOf(WELL, [], NOON)).toEqual([]);
    expect(warningsOf({ ...WELL, environments: 0 }, [], NOON)).toEqual([]);
  });

  it('says how many environments are not heard, and which', () => {
    expect(warningsOf({ ...WELL, unheard: ['qa', 'stage'], silentFor: 16 }, [], NOON)).toEqual([
      {
        name: 'events',
        message:
          'the events of 2 of 3 environments are not heard (qa, stage): they are polled instead, and the log says why',
      },
    ]);
  });

  it('names five of them at most', () => {
    const unheard = ['a', 'b', 'c', 'd', 'e', 'f'];

    const [warning] = warningsOf({ ...WELL, environments: 9, unheard, silentFor: 16 }, [], NOON);

    expect(warning?.message).toContain('the events of 6 of 9 environments are not heard (a, b, c, d, e, …):');
  });

  it('does not warn of an environment that could not be heard yet', () => {
    expect(warningsOf({ ...WELL, unheard: ['stage'], silentFor: 15 }, [], NOON)).toEqual([]);
  });

  it('says which channels are not told for more than five minutes', () => {
    const outbox = [head('ops', 4)];

    expect(warningsOf(WELL, outbox, noonPlus(300))).toEqual([]);
    expect(warningsOf(WELL, outbox, noonPlus(610))).toEqual([
      { name: 'notices', message: 'notices for ops are not delivered (4 so far), the oldest for 10 minutes' },
    ]);
  });
});
