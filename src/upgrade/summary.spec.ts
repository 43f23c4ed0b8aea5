import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyPlan, anyRollout, anyUpgrade } from '../../test/fakes/any-record.js';
import { anOutage, aPlan, aRollout, anUpgrade, NOON } from '../../test/fakes/records.js';
import { anAttempt } from '../../test/fakes/situations.js';
import { reason } from '../domain/reasons.js';
import type { Rollout } from '../domain/rollout.js';
import type { Upgrade } from '../domain/upgrade.js';
import {
  busyIn,
  failedIn,
  isEnded,
  isSettled,
  messageOf,
  mishapsIn,
  movingIn,
  obstacleOf,
  statusOf,
  tallyOf,
  without,
} from './summary.js';

const WHY = reason('rancher.unreachable', 'Rancher does not answer');
const OUTAGE = anOutage();
const PLANNED = { planAt: null, failures: 0, cancelledAt: null };

const ROLLOUTS = {
  queued: aRollout(),
  upgrading: aRollout({ status: 'upgrading' }),
  awaiting: aRollout({ status: 'awaiting_confirmation' }),
  finishing: aRollout({ status: 'finishing' }),
  finished: aRollout({ status: 'finished' }),
  failed: aRollout({ status: 'failed', reason: WHY }),
  blocked: aRollout({ status: 'skipped', reason: reason('service.busy', 'busy') }),
  skipped: aRollout({ status: 'skipped', reason: reason('version.not_newer', 'old') }),
  undoing: aRollout({ status: 'rolling_back' }),
  undone: aRollout({ status: 'rolled_back', reason: WHY }),
  stuck: aRollout({ status: 'rollback_failed', reason: WHY }),
  superseded: aRollout({ status: 'superseded' }),
  cancelled: aRollout({ status: 'cancelled' }),
};
type Kind = keyof typeof ROLLOUTS;

const WAITING =
  'waiting for confirmation: until somebody finishes the upgrade or rolls it back, Rancher does not restart crashed containers there';

function some(kinds: string): readonly Rollout[] {
  return kinds.split(' ').flatMap((kind) => (kind === '' ? [] : [ROLLOUTS[kind as Kind]]));
}

describe('statusOf', () => {
  it.each<[string, Partial<Upgrade>, string]>([
    ['', {}, 'nothing_to_do'],
    ['', { planAt: NOON }, 'running'],
    ['', { failures: 1 }, 'failed'],
    ['finished failed', { planAt: NOON }, 'running'],
    ['queued', {}, 'running'],
    ['upgrading finished', {}, 'running'],
    ['finishing failed', {}, 'running'],
    ['awaiting finished failed', {}, 'awaiting_confirmation'],
    ['awaiting', { failures: 2 }, 'awaiting_confirmation'],
    ['finished finished', {}, 'succeeded'],
    ['finished skipped', {}, 'succeeded'],
    ['finished failed', {}, 'partly_failed'],
    ['finished blocked', {}, 'partly_failed'],
    ['finished', { failures: 1 }, 'partly_failed'],
    ['failed', {}, 'failed'],
    ['blocked', {}, 'failed'],
    ['failed skipped', {}, 'failed'],
    ['skipped', {}, 'nothing_to_do'],
    ['undoing failed', {}, 'running'],
    ['undone', {}, 'failed'],
    ['stuck', {}, 'failed'],
    ['undone finished', {}, 'partly_failed'],
    ['superseded', {}, 'superseded'],
    ['superseded skipped', {}, 'superseded'],
    ['superseded finished', {}, 'succeeded'],
    ['superseded failed', {}, 'failed'],
    ['superseded', { failures: 1 }, 'failed'],
    ['superseded cancelled', {}, 'cancelled'],
    ['cancelled', {}, 'cancelled'],
    ['cancelled finished', {}, 'partly_failed'],
    ['cancelled failed', {}, 'failed'],
    ['cancelled awaiting', {}, 'awaiting_confirmation'],
    ['', { cancelledAt: NOON }, 'cancelled'],
    ['finished', { cancelledAt: NOON }, 'succeeded'],
  ])('of "%s" with %j is %s', (kinds, upgrade, expected) => {
    const stored = { ...PLANNED, ...upgrade };

    expect(statusOf(stored, tallyOf(some(kinds)))).toBe(expected);
  });

  it('is the same from a tally that counts alike rollouts together', () => {
    const apart = tallyOf(some('failed failed finished'));
    const together = [
      { status: 'failed', reason: WHY.code, count: 2 },
      { status: 'finished', reason: null, count: 1 },
    ] as const;

    expect(statusOf(PLANNED, apart)).toBe('partly_failed');
    expect(statusOf(PLANNED, together)).toBe('partly_failed');
  });

  it('is green only if nothing failed, and nothing to do only if nothing was done', () => {
    fc.assert(
      fc.property(fc.array(anyRollout), fc.nat(2), (rollouts, failures) => {
        const status = statusOf({ ...PLANNED, failures }, tallyOf(rollouts));

        const has = (wanted: Rollout['status']) => rollouts.some((rollout) => rollout.status === wanted);
        const isGreen = status === 'succeeded' || status === 'nothing_to_do';
        expect(isGreen && (failures > 0 || has('failed') || has('queued'))).toBe(false);
        expect(status === 'nothing_to_do' && has('finished')).toBe(false);
      }),
    );
  });
});

describe('isSettled and isEnded', () => {
  it.each([
    ['running', false, false],
    ['awaiting_confirmation', true, false],
    ['succeeded', true, true],
    ['partly_failed', true, true],
    ['failed', true, true],
    ['nothing_to_do', true, true],
  ] as const)('%s: settled %s, ended %s', (status, settled, ended) => {
    expect([isSettled(status), isEnded(status)]).toEqual([settled, ended]);
  });
});

describe('movingIn', () => {
  it('counts what goes on by itself', () => {
    const all = tallyOf(some('queued upgrading finishing undoing awaiting finished failed skipped undone'));

    expect(movingIn(all)).toBe(4);
  });
});

describe('busyIn', () => {
  it('counts what is in the middle of its upgrade', () => {
    const all = [...Object.values(ROLLOUTS), ROLLOUTS.upgrading];

    expect(busyIn(tallyOf(all))).toBe(4);
  });
});

describe('without', () => {
  const standing = {
    upgrade: anUpgrade(),
    pending: [],
    tally: [
      { status: 'queued', reason: null, count: 2 },
      { status: 'queued', reason: 'rancher.unreachable', count: 2 },
      { status: 'failed', reason: 'rancher.unreachable', count: 1 },
    ],
    begun: 1,
  } as const;

  it.each<[string, Partial<Rollout>, number[], number]>([
    ['status', {}, [1, 2, 1], 1],
    ['reason', { reason: WHY }, [2, 1, 1], 1],
    ['status and reason', { status: 'failed', reason: WHY }, [2, 2, 0], 1],
    ['having begun', { attempt: anAttempt() }, [1, 2, 1], 0],
  ])('leaves out one rollout by its %s', (_, rollout, counts, begun) => {
    const others = without(standing, aRollout(rollout));

    expect(others.tally.map(({ count }) => count)).toEqual(counts);
    expect(others.begun).toBe(begun);
  });
});

describe('failedIn', () => {
  it('counts what has failed, was rolled back or was blocked', () => {
    const all = tallyOf(some('failed undone stuck blocked skipped undoing finished superseded cancelled'));

    expect(failedIn(all)).toBe(4);
  });
});

describe('mishapsIn', () => {
  it('leaves out what was rolled back because somebody has asked for it', () => {
    const asked = [
      aRollout({ status: 'rolled_back', reason: reason('rollout.rollback_asked', 'asked') }),
      aRollout({ status: 'rolled_back', reason: reason('rollout.cancel_asked', 'asked') }),
    ];
    const all = tallyOf([
      ...asked,
      ...some('failed undone stuck blocked skipped undoing finished cancelled'),
    ]);

    expect([failedIn(all), mishapsIn(all)]).toEqual([6, 4]);
  });
});

describe('obstacleOf', () => {
  it.each<[string, Partial<Upgrade>, unknown]>([
    ['nothing, where the environments can be listed', {}, null],
    ['what is waited for', { outage: OUTAGE }, OUTAGE.reason],
    ['what planning was given up for', { planAt: null, outage: OUTAGE }, OUTAGE.reason],
    ['nothing any more, once it is cancelled', { outage: OUTAGE, cancelledAt: NOON }, null],
  ])('is %s', (_, upgrade, expected) => {
    expect(obstacleOf(anUpgrade(upgrade))).toEqual(expected);
  });
});

describe('messageOf', () => {
  it.each<[string, Partial<Upgrade>, string, string]>([
    ['before planning', { planAt: NOON }, '', 'looking for services'],
    [
      'while more is planned',
      { planAt: NOON },
      'finished queued',
      'looking for services; 1 of 2 services done',
    ],
    [
      'while Rancher cannot be listed',
      { planAt: NOON, outage: OUTAGE },
      '',
      'waiting for Rancher: Rancher does not answer',
    ],
    ['when that was given up', { outage: OUTAGE, failures: 1 }, '', 'Rancher does not answer'],
    ['while it runs', {}, 'finished queued upgrading', '1 of 3 services done'],
    ['with failures', {}, 'finished failed blocked', '1 of 3 services done, 1 failed, 1 blocked'],
    ['while somebody is waited for', {}, 'awaiting', `0 of 1 service done, 1 service ${WAITING}`],
    ['for several', {}, 'awaiting awaiting', `0 of 2 services done, 2 services ${WAITING}`],
    ['with what was undone', {}, 'finished undone stuck', '1 of 3 services done, 2 failed'],
    [
      'with what was dropped',
      {},
      'finished cancelled superseded',
      '1 of 3 services done, 1 cancelled, 1 superseded',
    ],
    ['without any service', {}, '', 'no service to upgrade'],
    ['cancelled at once', { cancelledAt: NOON }, '', 'cancelled before services were looked for'],
    [
      'cancelled while Rancher could not be listed',
      { cancelledAt: NOON, outage: OUTAGE },
      '',
      'cancelled before services were looked for',
    ],
  ])('%s', (_, upgrade, kinds, expected) => {
    const record = { upgrade: anUpgrade({ planAt: null, ...upgrade }), plans: [], rollouts: some(kinds) };

    expect(messageOf(record)).toBe(expected);
  });

  it('says which environment is waited for, as long as it is', () => {
    const plans = [aPlan(), aPlan({ status: 'pending', outage: OUTAGE })];
    const upgrade = anUpgrade({ planAt: NOON });
    const given = plans.map((plan) => ({ ...plan, status: 'failed' as const }));

    expect(messageOf({ upgrade, plans, rollouts: [] })).toContain('waiting for Rancher');
    expect(
      messageOf({ upgrade: { ...upgrade, planAt: null, failures: 1 }, plans: given, rollouts: [] }),
    ).toBe('2 environments could not be read');
  });

  it('says how many environments were not read yet when it was cancelled', () => {
    const upgrade = anUpgrade({ planAt: null, cancelledAt: NOON });
    const plans = [aPlan(), aPlan({ status: 'pending', outage: OUTAGE })];

    expect(messageOf({ upgrade, plans, rollouts: [] })).toBe(
      'cancelled before 1 environment could be planned',
    );
    expect(messageOf({ upgrade, plans, rollouts: some('cancelled') })).toBe(
      'cancelled before 1 environment could be planned; 0 of 1 service done, 1 cancelled',
    );
    expect(messageOf({ upgrade, plans: [aPlan()], rollouts: [] })).toBe('no service to upgrade');
  });

  it('never says nothing', () => {
    fc.assert(
      fc.property(anyUpgrade, fc.array(anyPlan), fc.array(anyRollout), (upgrade, plans, rollouts) => {
        const outage = upgrade.outage && { ...upgrade.outage, reason: WHY };

        expect(messageOf({ upgrade: { ...upgrade, outage }, plans, rollouts })).not.toBe('');
      }),
    );
  });
});
