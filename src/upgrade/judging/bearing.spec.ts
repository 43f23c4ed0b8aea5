import { describe, expect, it } from '@jest/globals';
import { aRollout, noonPlus } from '../../../test/fakes/records.js';
import { anAttempt } from '../../../test/fakes/situations.js';
import { reason, type ReasonCode } from '../../domain/reasons.js';
import { ROLLOUT_STATUSES, type Rollout, type RolloutStatus } from '../../domain/rollout.js';
import { bearingOf, possible, type Bearing } from './bearing.js';

/** What confirm, rollback and cancel mean for a rollout of a status. */
const BEARINGS: Readonly<Record<RolloutStatus, readonly [Bearing, Bearing, Bearing]>> = {
  queued: ['done', 'do', 'do'],
  upgrading: ['done', 'do', 'do'],
  awaiting_confirmation: ['do', 'do', 'do'],
  finishing: ['done', 'refused', 'done'],
  rolling_back: ['refused', 'done', 'done'],
  finished: ['done', 'refused', 'refused'],
  failed: ['refused', 'refused', 'refused'],
  rolled_back: ['refused', 'done', 'done'],
  rollback_failed: ['refused', 'refused', 'refused'],
  skipped: ['refused', 'refused', 'refused'],
  superseded: ['refused', 'refused', 'done'],
  cancelled: ['refused', 'done', 'done'],
};

function bearings(rollout: Partial<Rollout>): readonly Bearing[] {
  const whole = aRollout(rollout);
  return (['confirm', 'rollback', 'cancel'] as const).map((command) => bearingOf(command, whole));
}

describe('what somebody decides', () => {
  it.each(ROLLOUT_STATUSES)('makes sense, is done or is refused for a rollout that is %s', (status) => {
    expect(bearings({ status })).toEqual(BEARINGS[status]);
  });

  it('does not cancel what may have started already', () => {
    expect(bearings({ attempt: anAttempt({ open: true }) })[2]).toBe('refused');
    expect(bearings({ attempt: anAttempt({ open: false, restoring: true }) })[2]).toBe('refused');
    expect(bearings({ attempt: anAttempt({ open: false }) })[2]).toBe('do');
  });

  it('confirms also what is not upgraded yet', () => {
    expect(bearings({ status: 'upgrading', confirm: false })).toEqual(['do', 'do', 'do']);
    expect(bearings({ status: 'queued', confirm: false })).toEqual(['do', 'do', 'do']);
  });

  it.each<[ReasonCode, Bearing]>([
    ['rollout.timeout', 'do'],
    ['rollout.unhealthy', 'do'],
    ['rollout.crashing', 'do'],
    ['rollout.unconfirmed', 'do'],
    ['rollout.overtaken', 'refused'],
    ['service.removed', 'refused'],
  ])('rolls back what has failed by %s: %s', (code, expected) => {
    expect(bearings({ status: 'failed', reason: reason(code, '-') })[1]).toBe(expected);
  });

  it('takes back what has failed and is watched: else it would be finished late', () => {
    expect(bearings({ status: 'failed', watchedUntil: noonPlus(60) })).toEqual(['refused', 'do', 'do']);
  });

  it('is told by what is possible', () => {
    expect(possible(aRollout({ status: 'awaiting_confirmation' }))).toEqual([
      'confirm',
      'rollback',
      'cancel',
    ]);
    expect(possible(aRollout({ status: 'finished' }))).toEqual([]);
  });
});
