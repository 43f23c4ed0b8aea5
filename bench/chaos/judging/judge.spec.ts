import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../shared/simulator.js';
import type { Accepted } from './evidence.js';
import { judge } from './judge.js';

const GOOD = 'acme/web:1.1.0';
const BAD = 'acme/web:1.2.0';

/** A service's way, written as `actor:state:image`; without an actor it is the server, without an image the last one's. */
function journal(...steps: readonly string[]): readonly Change[] {
  let image = 'acme/web:1.0.0';
  let from: string | null = 'active';
  return steps.map((step, at) => {
    const [actor = '', to = '', ...rest] = step.split(':');
    if (rest.length > 0) image = rest.join(':');
    const change = { at, service: '1s7', name: 'web', from, to, version: null, image: `docker:${image}` };
    from = to;
    return { ...change, actor: actor === '' ? 'cattle' : actor };
  });
}

function accepted(image: string, more: Partial<Accepted> = {}): Accepted {
  const fails = image === BAD ? ['1s7'] : [];
  const base = { id: 'a', image, services: ['1s7'], fails, onFailure: 'rollback', status: 'failed' } as const;
  return { ...base, ...more };
}

function rulesBroken(changes: readonly Change[], ...all: readonly Accepted[]): readonly string[] {
  const violations = judge({ us: 'us', changes, refusals: [], accepted: all });
  return violations.map(({ rule }) => rule).filter((rule) => rule !== 'idle');
}

const STARTED = [`us:upgrading:${GOOD}`, ':upgraded'];
const FINISHED = [...STARTED, 'us:finishing-upgrade', ':active'];
const UNDONE = [`us:upgrading:${BAD}`, 'us:rolling-back:acme/web:1.0.0', ':active'];
const succeeded = accepted(GOOD, { status: 'succeeded' });

describe(judge, () => {
  it.each([
    ['an upgrade that was finished', FINISHED, [succeeded]],
    ['one that was rolled back', UNDONE, [accepted(BAD)]],
    ['a good one after a bad one', [...UNDONE, ...FINISHED], [accepted(BAD), succeeded]],
    ['one that a human has finished', [...STARTED, 'eve:finishing-upgrade', ':active'], [succeeded]],
    [
      'one that a human has rolled back',
      [`us:upgrading:${BAD}`, 'eve:rolling-back:x', ':active'],
      [accepted(BAD)],
    ],
    ['a bad one that a human has finished', [`us:upgrading:${BAD}`, 'eve:finishing-upgrade', ':active'], []],
    ['a service that a human has removed meanwhile', [...STARTED, 'eve:removing', ':removed'], [succeeded]],
    ['one that a human has left half-way', [...FINISHED, 'eve:upgrading:acme/web:5.0.0'], [succeeded]],
    ['one that was to be left as it is', [`us:upgrading:${BAD}`], [accepted(BAD, { onFailure: 'leave' })]],
    [
      'one again after a human has put in another version',
      [...FINISHED, 'eve:upgrading:acme/web:5.0.0', 'eve:finishing-upgrade', ':active', ...FINISHED],
      [succeeded],
    ],
    [
      'services that did not have to be upgraded',
      [],
      [accepted(GOOD, { services: [], status: 'succeeded' })],
    ],
    ['a service of which the upgrade says that it failed', [], [accepted(GOOD)]],
    [
      'a service that a human has upgraded instead',
      ['eve:upgrading:acme/web:5.0.0', ':upgraded', 'eve:finishing-upgrade', ':active'],
      [succeeded],
    ],
  ])('has nothing to say against %s', (_, steps, all) => {
    expect(rulesBroken(journal(...steps), ...all)).toEqual([]);
  });

  it('sees that nothing was done at all', () => {
    const evidence = { us: 'us', refusals: [], accepted: [accepted(GOOD)] };

    expect(judge({ ...evidence, changes: [] })).toMatchObject([{ rule: 'idle' }]);
    expect(judge({ ...evidence, changes: journal(...FINISHED) })).toEqual([]);
  });

  it('has nothing to say against the running version deployed anew, after a start that was refused', () => {
    const changes = journal(
      ...FINISHED,
      ...FINISHED,
      `us:upgrading:${BAD}`,
      'us:rolling-back:acme/web:1.0.0',
      ':active',
    );
    const refusals = [{ at: 3, service: '1s7' }];
    const all = [succeeded, accepted(BAD)];

    expect(judge({ us: 'us', changes, refusals, accepted: all })).toEqual([]);
    expect(judge({ us: 'us', changes, refusals: [{ at: 3, service: '1s8' }], accepted: all })).toMatchObject([
      { rule: 'twice' },
    ]);
  });

  it.each([
    ['a second start of the same version', 'twice', [...FINISHED, ...FINISHED], [succeeded]],
    [
      'a second start after the one that a human has seen',
      'twice',
      [...STARTED, 'eve:rolling-back:acme/web:1.0.0', ':active', ...FINISHED, ...FINISHED],
      [succeeded],
    ],
    ['the same bad version after it was rolled back', 'twice', [...UNDONE, ...UNDONE], [accepted(BAD)]],
    ['a start that nobody carried on', 'stranded', [`us:upgrading:${GOOD}`], [accepted(GOOD)]],
    ['an upgraded service that nobody finished', 'stranded', STARTED, [accepted(GOOD)]],
    [
      'a good one, even where bad ones are left',
      'stranded',
      STARTED,
      [accepted(GOOD, { onFailure: 'leave' })],
    ],
    ['a bad one that nobody rolled back', 'stranded', [`us:upgrading:${BAD}`], [accepted(BAD)]],
    [
      'one that was started anew after a human',
      'stranded',
      ['eve:upgrading:acme/web:1.0.5', 'eve:finishing-upgrade', ':active', ...STARTED],
      [accepted(GOOD)],
    ],
    [
      'a bad one that was finished',
      'finished_bad',
      [`us:upgrading:${BAD}`, ':upgraded', 'us:finishing-upgrade', ':active'],
      [accepted(BAD)],
    ],
    [
      'a rollback that has kept the bad one',
      'kept_bad',
      [`us:upgrading:${BAD}`, 'us:rolling-back', ':active'],
      [accepted(BAD)],
    ],
    [
      'a human’s upgrade that was finished',
      'meddled',
      ['eve:upgrading:acme/web:5.0.0', ':upgraded', 'us:finishing-upgrade', ':active'],
      [],
    ],
    [
      'a human’s upgrade that was rolled back after ours',
      'meddled',
      [...FINISHED, 'eve:upgrading:acme/web:5.0.0', 'us:rolling-back:acme/web:1.1.0', ':active'],
      [succeeded],
    ],
    ['an upgrade that was cancelled', 'meddled', [...STARTED, 'us:canceling-upgrade', ':active'], []],
    ['a service that its upgrade has not touched', 'forgotten', [], [succeeded]],
    [
      'a service of which nothing had to be done',
      'forgotten',
      [],
      [accepted(GOOD, { status: 'nothing_to_do' })],
    ],
    ['an upgrade that is still running', 'unsettled', [], [accepted(GOOD, { status: 'running' })]],
    [
      'an upgrade that waits for nobody',
      'unsettled',
      [],
      [accepted(GOOD, { status: 'awaiting_confirmation' })],
    ],
    ['an upgrade that nobody knows', 'unknown', [], [accepted(GOOD, { status: null })]],
  ])('sees %s', (_, rule, steps, all) => {
    expect(rulesBroken(journal(...steps), ...all)).toEqual([rule]);
  });

  it('asks only the newest version of a repository whether a service was forgotten', () => {
    const older = accepted(GOOD, { status: 'succeeded' });
    const newer = accepted('acme/web:1.3.0', { id: 'b', status: 'succeeded' });
    const changes = journal('us:upgrading:acme/web:1.3.0', ':upgraded', 'us:finishing-upgrade', ':active');

    expect(rulesBroken(changes, older, newer)).toEqual([]);
  });

  it('names the service and what is wrong with it', () => {
    expect(
      judge({ us: 'us', refusals: [], changes: journal(...STARTED), accepted: [accepted(GOOD)] }),
    ).toEqual([
      { rule: 'stranded', service: '1s7', message: 'left half-way by us: upgraded with acme/web:1.1.0' },
    ]);
  });
});
